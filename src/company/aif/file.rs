//! The door of the file system adapter: a message is a file in the inbound folder of the port.
//!
//! A message is made ready beside the inbound folder, copied to the archive, and renamed into the
//! inbound folder. Its name comes from its id, and each step is seen by the next try:
//!
//! | staging | archive | |
//! |---|---|---|
//! | – | – | nothing was done |
//! | yes | – | it may be cut off: from the beginning |
//! | yes | yes | ready: renamed now |
//! | – | yes | it was renamed in: never again |
//!
//! That AX has fetched the file does not mean that it made a sales order: that is looked up.

mod old;
mod replies;
mod steps;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::time::Instant;

use self::steps::{exists, failed, is_folder, lock, put_whole, remove, step, sync_folder};
use super::{AifError, Folders, Port, message};
use crate::company::sales_orders::{
    HandOver, HandOverError, HandedOver, KeptMessage, MessageStatus, SalesOrderService,
};

/// Gives orders to AX through the inbound folder of a port.
#[derive(Clone, Debug)]
pub struct FileService {
    port: Arc<Port>,
    places: Arc<Places>,
    deadline: Duration,
}

#[derive(Debug)]
struct Places {
    folders: Folders,
    staging: PathBuf,
}

impl FileService {
    pub(super) fn new(port: Port, folders: Folders, deadline: Duration) -> Result<Self, AifError> {
        let staging = staging(&folders.inbound).ok_or_else(|| {
            AifError::Options(format!(
                "{} has no folder around it: messages are made ready beside the inbound folder and \
                 renamed into it, so it has to be a folder inside of a share or of a volume",
                folders.inbound.display()
            ))
        })?;
        let others = [Some(&folders.archive), folders.replies.as_ref()];
        let mut used = vec![&folders.inbound, &staging];
        for folder in others.into_iter().flatten() {
            if used.contains(&folder) {
                return Err(AifError::Options(format!(
                    "{} is used twice: inbound, archive and reply folder are three folders, and none \
                     of them is {}",
                    folder.display(),
                    staging.display()
                )));
            }
            used.push(folder);
        }
        Ok(Self {
            port: Arc::new(port),
            places: Arc::new(Places { folders, staging }),
            deadline,
        })
    }

    /// Does `work` on a thread that may hang: a share whose server is gone answers late or never.
    async fn within<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Places, Instant) -> Result<T, HandOverError> + Send + 'static,
    ) -> Result<T, HandOverError> {
        let places = Arc::clone(&self.places);
        let end = Instant::now() + self.deadline;
        let working = tokio::task::spawn_blocking(move || work(&places, end));
        let reason = match tokio::time::timeout_at(end, working).await {
            Ok(Ok(done)) => return done,
            Ok(Err(_)) => "the thread that writes its message ended early".to_owned(),
            Err(_) => format!(
                "{} or {} did not answer within {} s",
                self.places.folders.inbound.display(),
                self.places.folders.archive.display(),
                self.deadline.as_secs()
            ),
        };
        Err(HandOverError::Unknown { reason })
    }

    /// The error where nothing was to be given to AX.
    fn given_nothing(&self, error: HandOverError) -> HandOverError {
        match error {
            HandOverError::Unknown { reason } => HandOverError::NotReached {
                place: self.places.folders.archive.display().to_string(),
                reason,
            },
            HandOverError::NotReached { .. }
            | HandOverError::Refused { .. }
            | HandOverError::DuplicateMessage => error,
        }
    }
}

#[async_trait]
impl SalesOrderService for FileService {
    async fn create(&self, hand_over: HandOver) -> Result<HandedOver, HandOverError> {
        let text = self.port.message(&hand_over, message::file)?;
        let id = hand_over.message_id.to_lowercase();
        self.within(move |places, end| places.put(&id, &text, end))
            .await
    }

    async fn message_statuses(
        &self,
        message_ids: &[String],
    ) -> Result<Vec<Option<MessageStatus>>, HandOverError> {
        let ids: Vec<String> = message_ids.iter().map(|id| id.to_lowercase()).collect();
        let found = self.within(move |places, _| places.statuses(&ids)).await;
        found.map_err(|error| self.given_nothing(error))
    }

    async fn old_messages(&self) -> Result<Vec<KeptMessage>, HandOverError> {
        let Some(kept) = self.places.folders.kept else {
            return Ok(Vec::new());
        };
        let found = self.within(move |places, end| old::find(&places.folders.archive, kept, end));
        found.await.map_err(|error| self.given_nothing(error))
    }

    async fn forget_messages(&self, message_ids: Vec<String>) -> Result<u64, HandOverError> {
        let removed = self
            .within(move |places, end| Ok(old::forget(&places.folders.archive, &message_ids, end)));
        removed.await.map_err(|error| self.given_nothing(error))
    }
}

/// The folder beside the inbound folder, on the same volume.
fn staging(inbound: &Path) -> Option<PathBuf> {
    let mut name = inbound.file_name()?.to_owned();
    name.push("-staging");
    let around = inbound.parent()?;
    (!around.as_os_str().is_empty()).then(|| around.join(name))
}

/// Name of a message's file, right on Windows too. Only `.xml` files lie in the inbound folder.
fn file_name(id: &str) -> String {
    format!("order-{id}.xml")
}

impl Places {
    /// Puts a message into the inbound folder, once.
    fn put(&self, id: &str, text: &[u8], end: Instant) -> Result<HandedOver, HandOverError> {
        let Folders {
            inbound, archive, ..
        } = &self.folders;
        is_folder(inbound)?;
        is_folder(archive)?;
        let made = std::fs::create_dir(&self.staging);
        match made {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(failed(&self.staging, "the folder cannot be made", &error));
            }
            Ok(()) | Err(_) => {}
        }
        let _lock = lock(&self.staging)?;
        let name = file_name(id);
        let (staged, archived) = (self.staging.join(&name), archive.join(&name));
        let target = inbound.join(&name);
        if exists(&target)? {
            return Ok(HandedOver::Accepted);
        }
        step(id, "looks whether the message was sent");
        if !exists(&archived)? {
            put_whole(&staged, text, id)?;
            step(id, "has made the message ready");
            if let Err(error) = put_whole(&archived, text, id) {
                remove(&staged);
                return Err(error);
            }
            step(id, "has copied the message");
        } else if !exists(&staged)? {
            return Ok(HandedOver::Accepted);
        }
        let renamed = if Instant::now() > end {
            // Nobody waits any more, and by now the order may be another one.
            Err(io::ErrorKind::TimedOut.into())
        } else {
            std::fs::rename(&staged, &target)
        };
        if let Err(error) = renamed {
            return self.not_renamed(&name, &error);
        }
        step(id, "has sent the message");
        sync_folder(inbound);
        Ok(HandedOver::Accepted)
    }

    /// A rename over a network may be done though it is told as failed.
    fn not_renamed(&self, name: &str, error: &io::Error) -> Result<HandedOver, HandOverError> {
        let Folders {
            inbound, archive, ..
        } = &self.folders;
        let staged = self.staging.join(name);
        match (exists(&staged), exists(&inbound.join(name))) {
            (Ok(true), Ok(false)) => {
                // In this order: a copy without a staged message says that it was sent.
                if remove(&archive.join(name)) {
                    remove(&staged);
                }
                let what = if error.kind() == io::ErrorKind::CrossesDevices {
                    "it lies on another volume than the folder around it: name a folder inside of it"
                } else {
                    "the message cannot be renamed into it"
                };
                Err(failed(inbound, what, error))
            }
            (Ok(false), _) | (_, Ok(true)) => Ok(HandedOver::Accepted),
            (Err(_), _) | (_, Err(_)) => Err(HandOverError::Unknown {
                reason: format!("{}: {error}", inbound.display()),
            }),
        }
    }

    /// What is known of messages.
    fn statuses(&self, ids: &[String]) -> Result<Vec<Option<MessageStatus>>, HandOverError> {
        is_folder(&self.folders.archive)?;
        if let Some(replies) = &self.folders.replies {
            replies::file_away(replies, &self.folders.archive)?;
        }
        ids.iter().map(|id| self.status(id)).collect()
    }

    fn status(&self, id: &str) -> Result<Option<MessageStatus>, HandOverError> {
        let name = file_name(id);
        if let Some(answered) = replies::status(&self.folders.archive, id)? {
            return Ok(Some(answered));
        }
        let archived = self.folders.archive.join(&name);
        if !exists(&archived)? || exists(&self.staging.join(&name))? {
            return Ok(None);
        }
        let since = std::fs::metadata(&archived)
            .and_then(|metadata| metadata.modified())
            .map_err(|error| failed(&archived, "its age cannot be read", &error))?;
        let since = Timestamp::try_from(since).unwrap_or(Timestamp::UNIX_EPOCH);
        let age = Timestamp::now().duration_since(since);
        let overdue = i64::try_from(self.folders.overdue.as_secs()).unwrap_or(i64::MAX);
        if age.as_secs() < overdue {
            return Ok(Some(MessageStatus::Waiting { since }));
        }
        let is_fetched = !exists(&self.folders.inbound.join(&name))?;
        Ok(Some(self.overdue(since, is_fetched, &archived)))
    }

    fn overdue(&self, since: Timestamp, is_fetched: bool, archived: &Path) -> MessageStatus {
        let inbound = self.folders.inbound.display();
        let since = since.strftime("%Y-%m-%d %H:%M UTC");
        let name = archived.file_name().unwrap_or_default().display();
        if is_fetched {
            return MessageStatus::Overdue {
                cause: format!(
                    "AX fetched the message {name} of {since} from {inbound}, and has no sales order of it."
                ),
                remedy: format!(
                    "Look for the message in AX: System administration > Periodic > Services and AIF > \
                     Queue manager (status Hold or Error), then Exceptions. The order is found by itself \
                     as soon as AX has made it. If the message was deleted in AX, delete {} and retry \
                     the order: it is sent again.",
                    archived.display()
                ),
            };
        }
        MessageStatus::Overdue {
            cause: format!("AX has not fetched the message {name} of {since} from {inbound}."),
            remedy: "In AX, look at the batch job of AIF (AifGatewayReceiveService): it must be Waiting, \
                     with a recurrence. The inbound port must be active, and the account of the AOS must \
                     read and write the folder. The order is found by itself as soon as AX has made it."
                .to_owned(),
        }
    }
}
