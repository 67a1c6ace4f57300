//! One connection: prelogin, login, requests, attentions.
//!
//! Written here and not taken from `iridium_server`, whose own loop loses what tests of a client are
//! about: it answers no transaction request, reads date, binary and long text parameters as NULL,
//! sends no row counts, cannot send a `(max)` column or a `datetime2`, and hears an attention only
//! when the statement is over.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::io::{self, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;

use super::answer::Answer;
use super::error::SqlError;
use super::parameters;
use super::session::Session;
use super::wire::{Message, kind};
use super::{Accounts, Handshake, Shared};

/// How many bytes a packet has that carries an answer, unless the client wants smaller ones.
const PACKET: usize = 4096;

/// Serves a connection to one of the databases until one side ends it.
pub async fn serve(databases: [Arc<Shared>; 2], stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut from, mut to) = stream.into_split();
    let Some(asked) = Message::read(&mut from)
        .await?
        .filter(|message| message.kind == kind::PRELOGIN)
    else {
        return Ok(());
    };
    drop(asked);
    let prelogin = iridium_server::tds::prelogin::build_prelogin_response(
        iridium_server::tds::prelogin::ENCRYPT_NOT_SUP,
    );
    send(&mut to, prelogin, PACKET).await?;
    let Some(login) = Message::read(&mut from)
        .await?
        .filter(|message| message.kind == kind::LOGIN)
    else {
        return Ok(());
    };
    let token = windows_token(&login.payload).to_vec();
    let login = iridium_server::tds::login::parse_login7(&login.payload)?;
    let mut named = databases.iter();
    let is_asked_for = |it: &&Arc<Shared>| {
        let name = &it.switches().database;
        name.eq_ignore_ascii_case(&login.database)
    };
    let shared = Arc::clone(named.find(is_asked_for).unwrap_or(&databases[0]));
    let mut answer = Answer::new(false);
    let let_in = if token.is_empty() {
        shared.lets_in(&login.username, &login.password, &login.database)
    } else {
        let accounts = databases[0].switches().accounts.clone();
        let known = hand_shake(accounts, token, &mut from, &mut to).await?;
        known.and_then(|()| shared.opens(&login.database))
    };
    if let Err(error) = let_in {
        answer.error(&error);
        return send(&mut to, answer.finish().bytes, PACKET).await;
    }
    let packet = (login.packet_size as usize).clamp(512, 32_767);
    answer.welcome(&shared.switches().database.clone(), packet);
    send(&mut to, answer.finish().bytes, PACKET).await?;

    let (heard, mut requests) = mpsc::channel(4);
    let reader = tokio::spawn(async move {
        while let Ok(Some(message)) = Message::read(&mut from).await {
            if heard.send(message).await.is_err() {
                break;
            }
        }
    });
    let session = Session::new(shared, &login.username);
    let session = answer_all(session, &mut requests, &mut to, packet).await;
    reader.abort();
    if let Some(session) = session {
        tokio::task::spawn_blocking(move || session.end()).await?;
    }
    Ok(())
}

/// The token of a Windows account in a login (MS-TDS 2.2.6.4); empty where there is none.
fn windows_token(login: &[u8]) -> &[u8] {
    let at = |place: usize| usize::from(u16::from_le_bytes([login[place], login[place + 1]]));
    let (begin, length) = (at(78), at(80));
    login.get(begin..begin + length).unwrap_or_default()
}

/// The handshake of a Windows account (MS-TDS 2.2.7.21, 2.2.6.8). A last token is a message
/// of its own, to which the client of Kerberos has nothing to say: the answer to the login follows.
async fn hand_shake(
    accounts: Option<Accounts>,
    mut token: Vec<u8>,
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
) -> io::Result<Result<(), SqlError>> {
    let refused = || {
        let text = "Login failed. The login is from an untrusted domain and cannot be used with \
                    Integrated authentication.";
        Ok(Err(SqlError {
            class: 14,
            ..SqlError::new(18452, text)
        }))
    };
    let Some(accounts) = accounts else {
        return refused();
    };
    let mut hear = accounts();
    loop {
        let (said, is_last) = match hear(&token) {
            Handshake::Goes(said) => (said, false),
            Handshake::Ends(said) if said.is_empty() => return Ok(Ok(())),
            Handshake::Ends(said) => (said, true),
            Handshake::Refused => return refused(),
        };
        let mut told = vec![0xed];
        told.extend((said.len() as u16).to_le_bytes());
        told.extend(said);
        send(to, told, PACKET).await?;
        if is_last {
            return Ok(Ok(()));
        }
        let gone = || io::Error::from(io::ErrorKind::UnexpectedEof);
        token = Message::read(from).await?.ok_or_else(gone)?.payload;
    }
}

async fn send(to: &mut OwnedWriteHalf, payload: Vec<u8>, packet: usize) -> io::Result<()> {
    let message = Message {
        kind: kind::ANSWER,
        payload,
    };
    for packet in message.packets(packet) {
        to.write_all(&packet).await?;
    }
    Ok(())
}

/// Answers requests until the client is gone; gives the session back to be ended.
async fn answer_all(
    mut session: Session,
    requests: &mut mpsc::Receiver<Message>,
    to: &mut OwnedWriteHalf,
    packet: usize,
) -> Option<Session> {
    // A request that came before the answer to the one before it was out.
    let mut early = None;
    while let Some(message) = match early.take() {
        Some(message) => Some(message),
        None => requests.recv().await,
    } {
        // Too late to interrupt anything: acknowledged in a message of its own.
        if message.kind == kind::ATTENTION {
            if send(to, Answer::attention(), packet).await.is_err() {
                break;
            }
            continue;
        }
        let cancelled = session.cancelled.clone();
        cancelled.store(false, Ordering::SeqCst);
        let mut work = tokio::task::spawn_blocking(move || {
            let answer = answer(&mut session, &message);
            (session, answer)
        });
        let (mut attention, mut gone) = (false, false);
        let done = loop {
            tokio::select! {
                done = &mut work => break done,
                next = requests.recv(), if !gone && !attention && early.is_none() => {
                    match next {
                        None => gone = true,
                        Some(next) if next.kind == kind::ATTENTION => attention = true,
                        Some(next) => early = Some(next),
                    }
                    cancelled.store(gone || attention, Ordering::SeqCst);
                }
            }
        };
        let (back, answer) = done.ok()?;
        session = back;
        if gone {
            break;
        }
        let sent = if attention {
            send(to, Answer::attention(), packet).await
        } else {
            answer_in_packets(answer, requests, &mut early, to, packet).await
        };
        if sent.is_err() {
            break;
        }
    }
    Some(session)
}

/// Sends an answer. An attention on the way ends it after a whole row, with the acknowledgement in
/// the same message, as SQL Server does.
async fn answer_in_packets(
    answer: Answer,
    requests: &mut mpsc::Receiver<Message>,
    early: &mut Option<Message>,
    to: &mut OwnedWriteHalf,
    packet: usize,
) -> io::Result<()> {
    let finished = answer.finish();
    let message = Message {
        kind: kind::ANSWER,
        payload: finished.bytes,
    };
    let packets = message.packets(packet);
    let mut sent = 0;
    for (at, bytes) in packets.iter().enumerate() {
        if at > 0 && early.is_none() {
            *early = requests.try_recv().ok();
        }
        if early
            .as_ref()
            .is_some_and(|next| next.kind == kind::ATTENTION)
        {
            *early = None;
            let whole = finished
                .rows
                .iter()
                .copied()
                .find(|row| *row >= sent)
                .unwrap_or(sent);
            let mut rest = message.payload[sent..whole].to_vec();
            rest.extend(Answer::attention());
            return send(to, rest, packet).await;
        }
        to.write_all(bytes).await?;
        sent += bytes.len() - super::wire::HEADER;
    }
    Ok(())
}

fn answer(session: &mut Session, message: &Message) -> Answer {
    let request = match message.kind {
        kind::BATCH => parameters::batch(&message.payload),
        kind::RPC => parameters::call(&message.payload),
        kind::TRANSACTION => parameters::transaction(&message.payload),
        other => Err(SqlError::bed(format!("messages of the kind {other:#04x}"))),
    };
    match request {
        Ok(request) => session.run(request),
        Err(error) => {
            let mut answer = Answer::new(false);
            answer.error(&error);
            answer
        }
    }
}
