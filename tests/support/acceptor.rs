//! The server's side of a Windows login, played by a program of others; see `acceptor.py`.
#![allow(dead_code, reason = "each feature uses its part")]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

/// What is said to a token.
#[derive(Debug)]
pub enum Step {
    /// The handshake goes on with this.
    Goes(Vec<u8>),
    /// It ends, with a last token or none; who it is.
    Ends(Vec<u8>, String),
    /// Why nobody is let in.
    Refused(String),
}

/// How acceptors are started: one for each connection.
#[derive(Clone)]
pub struct Acceptors {
    python: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(&'static str, PathBuf)>,
}

impl Acceptors {
    /// NTLM for the users of a file, bound to a certificate where one is named; `None` where this machine
    /// has no acceptor.
    pub fn ntlm(users: &Path, certificate: Option<&Path>) -> Option<Self> {
        let arguments = ["ntlm".to_owned()]
            .into_iter()
            .chain(certificate.map(|file| file.display().to_string()));
        Some(Self {
            python: python_with("spnego")?,
            arguments: arguments.collect(),
            environment: vec![("NTLM_USER_FILE", users.to_owned())],
        })
    }

    /// Kerberos for the service whose key stands in a keytab.
    pub fn kerberos(keytab: &Path, config: &Path) -> Option<Self> {
        Some(Self {
            python: python_with("gssapi")?,
            arguments: vec!["kerberos".to_owned()],
            environment: vec![
                ("KRB5_KTNAME", keytab.to_owned()),
                ("KRB5_CONFIG", config.to_owned()),
            ],
        })
    }

    /// One that knows of no token yet.
    pub fn start(&self) -> Acceptor {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/acceptor.py");
        let mut child = Command::new(&self.python)
            .arg(script)
            .args(&self.arguments)
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut acceptor = Acceptor {
            to: child.stdin.take().unwrap(),
            from: BufReader::new(child.stdout.take().unwrap()),
            child,
        };
        let ready = acceptor.said();
        assert_eq!(ready["ready"], self.arguments[0].as_str(), "{ready}");
        acceptor
    }
}

/// The first Python that has a module: the one that `.ci/run` makes, else those of the machine.
fn python_with(module: &str) -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/acceptor/bin/python");
    [own, "python3".into(), "/usr/bin/python3".into()]
        .into_iter()
        .find(|python| {
            Command::new(python)
                .args(["-c", &format!("import {module}")])
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        })
}

/// The server's side of one login.
pub struct Acceptor {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Acceptor {
    /// Hears a token of the client.
    pub fn hear(&mut self, token: &[u8]) -> Step {
        writeln!(self.to, "{}", BASE64.encode(token)).unwrap();
        let said = self.said();
        if let Some(reason) = said["refused"].as_str() {
            return Step::Refused(reason.to_owned());
        }
        let token = BASE64.decode(said["token"].as_str().unwrap()).unwrap();
        match said["account"].as_str() {
            Some(account) => Step::Ends(token, account.to_owned()),
            None => Step::Goes(token),
        }
    }

    fn said(&mut self) -> Value {
        let mut line = String::new();
        self.from.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Acceptor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
