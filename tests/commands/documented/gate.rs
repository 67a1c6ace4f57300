//! A line to the service that can be held: what is sent waits at the gate and arrives when it opens.

use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

#[derive(Default)]
struct State {
    is_open: Mutex<bool>,
    changed: Condvar,
}

pub struct Gate {
    pub url: String,
    state: Arc<State>,
}

impl Gate {
    /// Closed, before the service at `url`.
    pub fn before(url: &str) -> Self {
        let service = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(State::default());
        let gate = Arc::clone(&state);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (gate, service) = (Arc::clone(&gate), service.clone());
                std::thread::spawn(move || {
                    gate.wait();
                    if let Ok(service) = TcpStream::connect(service) {
                        carry(&client, &service);
                    }
                });
            }
        });
        Self { url, state }
    }

    pub fn set_open(&self, is_open: bool) {
        *self.state.is_open.lock().unwrap() = is_open;
        self.state.changed.notify_all();
    }
}

impl State {
    fn wait(&self) {
        let is_open = self.is_open.lock().unwrap();
        drop(self.changed.wait_while(is_open, |is_open| !*is_open));
    }
}

/// Both ways, until both are done.
fn carry(client: &TcpStream, service: &TcpStream) {
    let one_way = |mut from: &TcpStream, mut to: &TcpStream| {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(std::net::Shutdown::Write);
    };
    std::thread::scope(|scope| {
        scope.spawn(|| one_way(client, service));
        one_way(service, client);
    });
}
