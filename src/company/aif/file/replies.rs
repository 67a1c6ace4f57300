//! Answers of AX in files: found in the reply folder, kept beside the message that they answer.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::REFUSED_IN_QUEUE;
use super::super::reply::{self, Answer};
use super::super::xml::{self, Element};
use super::file_name;
use super::steps::{exists, failed, put_whole, remove};
use crate::company::sales_orders::{HandOverError, MessageStatus};

/// No answer is longer; a longer file is none.
const LONGEST: u64 = 1 << 20;

/// Where the answer to a message is kept.
pub fn kept(archive: &Path, id: &str) -> PathBuf {
    archive.join(format!("order-{id}.reply.xml"))
}

/// Moves the answers to messages of the archive there. The others are left alone: the folder may
/// serve somebody else too.
pub fn file_away(replies: &Path, archive: &Path) -> Result<(), HandOverError> {
    let unread = |error| failed(replies, "the folder cannot be read", &error);
    for entry in fs::read_dir(replies).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        let Some((id, text)) = answer_in(&path) else {
            continue;
        };
        if !super::super::is_message_id(&id) || !exists(&archive.join(file_name(&id)))? {
            continue;
        }
        let kept = kept(archive, &id);
        if exists(&kept)? {
            tracing::warn!("{} is another answer to message {id}", path.display());
        } else {
            put_whole(&kept, &text, &id)?;
        }
        remove(&path);
    }
    Ok(())
}

/// The message that a file answers, and its bytes. AX may still be writing what cannot be read.
fn answer_in(path: &Path) -> Option<(String, Vec<u8>)> {
    let metadata = fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > LONGEST {
        return None;
    }
    let read = fs::read(path).map_err(|error| error.to_string());
    let parsed = read.and_then(|bytes| {
        let reply = Element::parse(&xml::decoded(&bytes)?)?;
        Ok((reply::request_of(&reply), bytes))
    });
    match parsed {
        Ok((id, bytes)) => Some((id?, bytes)),
        Err(reason) => {
            tracing::debug!("{} is no answer: {reason}", path.display());
            None
        }
    }
}

/// What AX has answered to a message.
pub fn status(archive: &Path, id: &str) -> Result<Option<MessageStatus>, HandOverError> {
    let path = kept(archive, id);
    if !exists(&path)? {
        return Ok(None);
    }
    let bytes = fs::read(&path).map_err(|error| failed(&path, "it cannot be read", &error))?;
    let answer = xml::decoded(&bytes)
        .and_then(|text| Element::parse(&text))
        .and_then(|reply| Answer::of(&reply));
    let infolog = match answer {
        Ok(Answer::Created(sales_order)) => {
            return Ok(Some(MessageStatus::Created { sales_order }));
        }
        Ok(Answer::Refused(infolog)) => infolog,
        Ok(Answer::Duplicate) => vec![HandOverError::DuplicateMessage.to_string()],
        Ok(Answer::Fault { code, text }) => vec![format!("{code}: {text}")],
        Err(reason) => {
            tracing::warn!("{}: {reason}", path.display());
            return Ok(None);
        }
    };
    Ok(Some(MessageStatus::Refused {
        infolog,
        remedy: REFUSED_IN_QUEUE.to_owned(),
    }))
}
