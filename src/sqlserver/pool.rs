//! A server with a few connections that are used again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::connect::{ConnectError, Step};
use super::{Link, Options, ServerError};

/// Connections at once; further callers wait.
const MOST_LINKS: usize = 8;
/// How long a caller waits for one of them.
const PATIENCE: Duration = Duration::from_secs(60);

/// A database of a SQL Server. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Server {
    options: Arc<Options>,
    idle: Arc<Mutex<Vec<Link>>>,
    places: Arc<Semaphore>,
}

impl Server {
    /// A server that nobody has spoken to yet.
    pub fn new(options: Options) -> Self {
        Self {
            options: Arc::new(options),
            idle: Arc::default(),
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

    fn take(&self) -> Option<Link> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.pop()
    }

    fn give_back(&self, link: Link) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(link);
    }
}
