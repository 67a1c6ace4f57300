//! A server with a few connections that are used again.
//!
//! An idle connection may have been lost without a word: the server was restarted, a firewall has
//! forgotten it. Work is never begun twice, so the connection is asked before any work is given to
//! it; one that does not answer is replaced.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::connect::{ConnectError, Step};
use super::{Link, Options, ServerError};

/// Connections at once; further callers wait.
const MOST_LINKS: usize = 8;
/// How long a caller waits for one of them.
const PATIENCE: Duration = Duration::from_secs(60);
/// A connection that was used within this time is not asked whether it is still there.
const TRUSTED: Duration = Duration::from_secs(1);
/// Connections that are idle longer are closed: firewalls forget them after some minutes.
const MOST_IDLE: Duration = Duration::from_secs(120);

/// A database of a SQL Server. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Server {
    options: Arc<Options>,
    idle: Arc<Mutex<Idle<Link>>>,
    places: Arc<Semaphore>,
}

/// Connections that nobody uses, each with the moment since when; the one that was used last is the
/// last.
#[derive(Debug)]
struct Idle<T>(Vec<(T, Instant)>);

impl<T> Idle<T> {
    /// The one that was used last and how long ago; those that are idle too long are dropped.
    fn take(&mut self, now: Instant) -> Option<(T, Duration)> {
        let age = |since: &Instant| now.saturating_duration_since(*since);
        self.0.retain(|(_, since)| age(since) < MOST_IDLE);
        self.0.pop().map(|(link, since)| (link, age(&since)))
    }
}

impl Server {
    /// A server that nobody has spoken to yet.
    pub fn new(options: Options) -> Self {
        Self {
            options: Arc::new(options),
            idle: Arc::new(Mutex::new(Idle(Vec::new()))),
            places: Arc::new(Semaphore::new(MOST_LINKS)),
        }
    }

    /// Server and database, for messages.
    pub fn place(&self) -> String {
        self.options.place()
    }

    /// Runs `work` with a connection, on a thread that may block. The connection is used again
    /// where it is whole afterwards: `work` ends every transaction that it begins.
    pub async fn call<T, E>(
        &self,
        work: impl FnOnce(&Link) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<ServerError> + Send + 'static,
    {
        let busy = || {
            ServerError::from(ConnectError::new(
                Step::Place,
                &self.options,
                format!(
                    "its {MOST_LINKS} connections were all in use for {} s",
                    PATIENCE.as_secs()
                ),
            ))
        };
        let place = timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await;
        let Ok(Ok(place)) = place else {
            return Err(busy().into());
        };
        let (server, runtime) = (self.clone(), Handle::current());
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            let link = match server.take() {
                Some(link) => link,
                None => Link::open(&server.options, runtime).map_err(ServerError::from)?,
            };
            let done = work(&link);
            if done.is_ok() && link.is_whole() {
                server.give_back(link);
            }
            done
        });
        done.await.unwrap_or_else(|panic| {
            Err(ServerError::Broken {
                place: self.place(),
                reason: panic.to_string(),
            }
            .into())
        })
    }

    /// A connection that is there: of the idle ones the one that was used last. Where that one is
    /// gone, what took it has hardly spared the others.
    fn take(&self) -> Option<Link> {
        let (link, age) = self.idle().take(Instant::now())?;
        if age < TRUSTED || link.answers(self.options.connect_timeout) {
            return Some(link);
        }
        self.idle().0.clear();
        None
    }

    fn give_back(&self, link: Link) {
        self.idle().0.push((link, Instant::now()));
    }

    fn idle(&self) -> MutexGuard<'_, Idle<Link>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_connection_is_kept_that_was_idle_too_long() {
        let began = Instant::now();
        let second = |number| began + Duration::from_secs(number);
        let mut idle = Idle(vec![
            ("first", second(0)),
            ("next", second(60)),
            ("last", second(90)),
        ]);
        assert_eq!(
            idle.take(second(125)),
            Some(("last", Duration::from_secs(35)))
        );
        assert_eq!(idle.0.len(), 1, "the first one is closed");
        assert_eq!(idle.take(second(180)), None);
        assert!(idle.0.is_empty());
    }
}
