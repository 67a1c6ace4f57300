//! A web server in front of a port of AX that asks for NTLM as IIS does: who was told on one connection is
//! known on that connection only.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::io::BufStream;
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
};
use tokio::net::TcpListener;

use crate::acceptor::{Acceptor, Acceptors, Step};

/// What came.
#[derive(Clone, Debug)]
pub struct Request {
    /// Number of the connection.
    pub connection: usize,
    /// Who sent it, once they were known.
    pub account: Option<String>,
    pub head: String,
    pub body: String,
}

/// How the server behaves.
#[derive(Clone)]
pub struct Manner {
    /// What it offers.
    pub schemes: &'static [&'static str],
    /// It closes the connection after its challenge.
    pub is_closing: bool,
    /// It says nothing to the request of this number from 1 on, of a connection.
    pub is_silent_at: usize,
    /// It lets everybody in.
    pub is_open: bool,
}

pub const AS_IIS: Manner = Manner {
    schemes: &["Negotiate", "NTLM"],
    is_closing: false,
    is_silent_at: 0,
    is_open: false,
};

pub struct Server {
    pub url: String,
    pub requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Orders posted there are taken; over TLS where `tls` is the folder of a certificate.
    pub async fn start(acceptors: Acceptors, manner: Manner, tls: Option<&Path>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let list = Arc::clone(&requests);
        let tls = tls.map(|folder| {
            let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
            let identity = native_tls::Identity::from_pkcs8(&read("cert.pem"), &read("key.pem"));
            let acceptor = native_tls::TlsAcceptor::new(identity.unwrap()).unwrap();
            tokio_native_tls::TlsAcceptor::from(acceptor)
        });
        let scheme = if tls.is_some() { "https" } else { "http" };
        tokio::spawn(async move {
            for connection in 1.. {
                let (stream, _) = listener.accept().await.unwrap();
                let one = Connection {
                    number: connection,
                    acceptor: acceptors.start(),
                    manner: manner.clone(),
                    account: None,
                    list: Arc::clone(&list),
                };
                let tls = tls.clone();
                tokio::spawn(async move {
                    match tls {
                        None => one.serve(stream).await,
                        Some(tls) => one.serve(tls.accept(stream).await?).await,
                    }
                    Ok::<_, native_tls::Error>(())
                });
            }
        });
        Self {
            url: format!("{scheme}://localhost:{port}/Axa/WebOrders/xppservice.svc?wsdl=no"),
            requests,
        }
    }

    /// The requests that carried an order.
    pub fn orders(&self) -> Vec<Request> {
        let requests = self.requests.lock().unwrap();
        let orders = requests.iter().filter(|one| !one.body.is_empty());
        orders.cloned().collect()
    }
}

/// Users that the acceptor knows, in a file.
pub fn users(folder: &Path, password: &str) -> PathBuf {
    let file = folder.join("token");
    std::fs::write(&file, format!("CONTOSO:weborders:{password}\n")).unwrap();
    file
}

struct Connection {
    number: usize,
    acceptor: Acceptor,
    manner: Manner,
    account: Option<String>,
    list: Arc<Mutex<Vec<Request>>>,
}

impl Connection {
    async fn serve(mut self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let mut stream = BufStream::new(stream);
        let mut number = 0;
        while let Some((head, body)) = read(&mut stream).await {
            number += 1;
            let answer = self.answer(&head);
            self.list.lock().unwrap().push(Request {
                connection: self.number,
                account: self.account.clone(),
                head,
                body,
            });
            if number == self.manner.is_silent_at {
                tokio::time::sleep(Duration::from_secs(600)).await;
            }
            if stream.write_all(answer.as_bytes()).await.is_err() || stream.flush().await.is_err() {
                return;
            }
            if answer.contains("Connection: close") {
                return;
            }
        }
    }

    fn answer(&mut self, head: &str) -> String {
        if self.manner.is_open {
            return created();
        }
        let told = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let (scheme, token) = value.split_once(' ')?;
            let is_it = name.eq_ignore_ascii_case("authorization");
            is_it.then(|| (scheme.to_owned(), BASE64.decode(token).unwrap()))
        });
        let known = self.manner.schemes;
        match told {
            Some((scheme, token)) if known.contains(&scheme.as_str()) => {
                match self.acceptor.hear(&token) {
                    Step::Goes(said) => self.refuse(&format!("{scheme} {}", BASE64.encode(said))),
                    Step::Ends(_, account) => {
                        self.account = Some(account);
                        created()
                    }
                    Step::Refused(_) => self.refuse(""),
                }
            }
            _ if self.account.is_some() => created(),
            _ => self.refuse(""),
        }
    }

    fn refuse(&self, challenge: &str) -> String {
        let offered = if challenge.is_empty() {
            self.manner.schemes.to_vec()
        } else {
            vec![challenge]
        };
        let offers = format!(
            "WWW-Authenticate: {}\r\n",
            offered.join("\r\nWWW-Authenticate: ")
        );
        let close = if self.manner.is_closing {
            "Connection: close\r\n"
        } else {
            ""
        };
        let page = "<html>401 - Unauthorized</html>";
        format!(
            "HTTP/1.1 401 Unauthorized\r\n{offers}{close}Content-Type: text/html\r\nContent-Length: {}\r\n\r\n{page}",
            page.len()
        )
    }
}

fn created() -> String {
    let body = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>\
        <SalesOrderServiceCreateResponse xmlns='http://schemas.microsoft.com/dynamics/2008/01/services'>\
        <EntityKeyList xmlns='http://schemas.microsoft.com/dynamics/2006/02/documents/EntityKeyList'>\
        <EntityKey xmlns='http://schemas.microsoft.com/dynamics/2006/02/documents/EntityKey'><KeyData>\
        <KeyField><Field>SalesId</Field><Value>SO-0000042</Value></KeyField></KeyData></EntityKey>\
        </EntityKeyList></SalesOrderServiceCreateResponse></s:Body></s:Envelope>";
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Head and body of the next request.
async fn read(
    stream: &mut BufStream<impl AsyncRead + AsyncWrite + Unpin>,
) -> Option<(String, String)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Some((head, String::from_utf8(body).unwrap()))
}
