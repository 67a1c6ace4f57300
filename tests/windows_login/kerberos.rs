//! `authentication = "integrated"` by the ticket of the account, in a realm of the test's own.

use std::fs;
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::acceptor::Acceptors;
use crate::axcs_program::Said;
use crate::let_accounts_in;
use crate::site::Site;

const REALM: &str = "AXCS.TEST";
const ACCOUNT: &str = "axcs@AXCS.TEST";

/// A realm of MIT Kerberos on this machine.
struct Realm {
    dir: tempfile::TempDir,
    kdc: Child,
}

impl Drop for Realm {
    fn drop(&mut self) {
        let _ = self.kdc.kill();
        let _ = self.kdc.wait();
    }
}

/// A program of MIT Kerberos, where it is installed.
fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|file| file.exists())
}

impl Realm {
    /// A realm with the account; `None` where its programs are not installed.
    fn start() -> Option<Self> {
        for name in ["kdb5_util", "kadmin.local", "krb5kdc", "kinit", "klist"] {
            if tool(name).is_none() {
                eprintln!("skipped: {name} of MIT Kerberos is not installed");
                return None;
            }
        }
        let dir = tempfile::tempdir().unwrap();
        let free = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let at = |name: &str| dir.path().join(name).display().to_string();
        fs::write(at("krb5.conf"), client(port)).unwrap();
        fs::write(
            at("kdc.conf"),
            format!(
                "[kdcdefaults]\n kdc_listen = 127.0.0.1:{port}\n kdc_tcp_listen = 127.0.0.1:{port}\n\
                 [realms]\n {REALM} = {{\n  database_name = {}\n  key_stash_file = {}\n \
                 supported_enctypes = aes256-cts:normal\n }}\n[logging]\n kdc = FILE:{}\n",
                at("database"),
                at("stash"),
                at("kdc.log")
            ),
        )
        .unwrap();
        let run = |name: &str, arguments: &[&str]| {
            let mut command = of_realm(dir.path(), name);
            let output = command.args(arguments).output().unwrap();
            assert!(output.status.success(), "{name}: {output:?}");
        };
        run("kdb5_util", &["create", "-r", REALM, "-s", "-P", "master"]);
        run("kadmin.local", &["addprinc", "-pw", "secret", ACCOUNT]);
        let mut kdc = of_realm(dir.path(), "krb5kdc");
        kdc.args(["-n", "-r", REALM]);
        let kdc = kdc.stdout(Stdio::null()).stderr(Stdio::null());
        let kdc = kdc.spawn().unwrap();
        let realm = Self { dir, kdc };
        let began = Instant::now();
        while !realm.log().contains("commencing operation") {
            assert!(began.elapsed() < Duration::from_secs(30), "no KDC");
            #[expect(clippy::disallowed_methods, reason = "another process works meanwhile")]
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(realm)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.file("kdc.log")).unwrap_or_default()
    }

    /// Knows the SQL Server at this port from now on; answers its acceptors.
    fn knows(&self, port: u16) -> Option<Acceptors> {
        let service = format!("MSSQLSvc/localhost:{port}");
        let keytab = self.file("server.keytab");
        let key = format!("ktadd -k {} -norandkey {service}", keytab.display());
        for query in [format!("addprinc -randkey {service}"), key] {
            let mut command = of_realm(self.dir.path(), "kadmin.local");
            let output = command.args(["-q", &query]).output().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        let acceptors = Acceptors::kerberos(&keytab, &self.file("krb5.conf"));
        if acceptors.is_none() {
            eprintln!("skipped: no Python with gssapi");
        }
        acceptors
    }

    /// The account logs in.
    fn kinit(&self) {
        let mut command = of_realm(self.dir.path(), "kinit");
        command.arg(ACCOUNT).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        let mut typed = child.stdin.take().unwrap();
        std::io::Write::write_all(&mut typed, b"secret\n").unwrap();
        drop(typed);
        assert!(child.wait().unwrap().success());
    }

    /// A command of an account that has the tickets of this realm.
    fn run(&self, site: &Site, arguments: &[&str]) -> Said {
        let mut command = site.command(arguments);
        command.env_remove("AXCS_SQL_PASSWORD");
        command.env("KRB5_CONFIG", self.file("krb5.conf"));
        command.env("KRB5CCNAME", self.file("tickets"));
        site.said(command)
    }
}

fn client(port: u16) -> String {
    format!(
        "[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n \
         rdns = false\n[realms]\n {REALM} = {{\n  kdc = 127.0.0.1:{port}\n }}\n"
    )
}

fn of_realm(dir: &Path, name: &str) -> Command {
    let mut command = Command::new(tool(name).unwrap());
    command
        .env("KRB5_CONFIG", dir.join("krb5.conf"))
        .env("KRB5_KDC_PROFILE", dir.join("kdc.conf"))
        .env("KRB5CCNAME", dir.join("tickets"));
    command
}

const INTEGRATED: (&str, &str) = ("authentication", "'integrated'");
const HOST: (&str, &str) = ("host", "'localhost'");

#[tokio::test(flavor = "multi_thread")]
async fn the_ticket_of_the_account_lets_a_whole_run_in() {
    let Some(realm) = Realm::start() else { return };
    let site = Site::generated("5").await;
    let port = site.server().address().port();
    let Some(acceptors) = realm.knows(port) else {
        return;
    };
    let came = let_accounts_in(&site, acceptors);
    site.settings(&[HOST, INTEGRATED, ("user", "''")], "");
    realm.kinit();
    let ok = |arguments: &[&str]| {
        let said = realm.run(&site, arguments);
        assert_eq!(said.code, 0, "{said:?}");
        said
    };
    ok(&["products", "rules", "add", "--items", ".."]);
    ok(&["run", "complete"]);
    assert_eq!(ok(&["verify", "--json"]).json()["differences"], 0);
    // No password is asked for.
    let check = ok(&["config", "check", "--json"]).json();
    assert_eq!(check["passwords"].as_array().unwrap().len(), 0);

    let came = came.lock().unwrap();
    assert!(
        came.len() > 1 && came.iter().all(|who| who == ACCOUNT),
        "{came:?}"
    );
    // The service was asked for by its right name, and the account has the ticket.
    let name = format!("MSSQLSvc/localhost:{port}@{REALM}");
    let asked = format!("{ACCOUNT} for {name}");
    assert!(realm.log().contains(&asked), "{}", realm.log());
    let tickets = of_realm(realm.dir.path(), "klist").output().unwrap();
    let tickets = String::from_utf8(tickets.stdout).unwrap();
    assert!(tickets.contains(&name), "{tickets}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_ticket_it_is_said_what_is_missing_and_what_to_do() {
    let Some(realm) = Realm::start() else { return };
    let site = Site::generated("5").await;
    site.settings(&[HOST, INTEGRATED], "");
    let refused = |texts: &[&str]| {
        let said = realm.run(&site, &["run", "inventory"]);
        assert_eq!(said.code, 3, "{said:?}");
        for text in texts {
            assert!(said.stderr.contains(text), "{text}: {said:?}");
        }
    };
    refused(&["Kerberos gives no ticket for localhost", "kinit"]);
    // A server that nobody has registered.
    realm.kinit();
    refused(&[
        "Kerberos gives no ticket for localhost",
        "setspn",
        "not found",
    ]);
    // One that takes no tickets.
    let Some(_) = realm.knows(site.server().address().port()) else {
        return;
    };
    refused(&["untrusted domain", "a login there"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_realm_that_is_silent_is_left_alone_in_time() {
    let Some(realm) = Realm::start() else { return };
    realm.kinit();
    let site = Site::generated("5").await;
    site.settings(&[HOST, INTEGRATED], "");
    // Neither datagrams nor connections are answered.
    let (datagrams, connections) = loop {
        let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
        if let Ok(connections) = TcpListener::bind(datagrams.local_addr().unwrap()) {
            break (datagrams, connections);
        }
    };
    let port = datagrams.local_addr().unwrap().port();
    fs::write(realm.file("krb5.conf"), client(port)).unwrap();
    let began = Instant::now();
    let said = realm.run(&site, &["run", "inventory"]);
    assert!(began.elapsed() < Duration::from_secs(12), "{said:?}");
    assert_eq!(said.code, 3, "{said:?}");
    let text = "Kerberos gives no ticket for localhost";
    assert!(
        said.stderr.contains(text) && said.stderr.contains("within 3 s"),
        "{said:?}"
    );
    drop(connections);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_service_name_of_a_named_instance_has_its_own_port() {
    let Some(realm) = Realm::start() else { return };
    let Ok(browser) = UdpSocket::bind("127.0.0.1:1434") else {
        eprintln!("skipped: UDP 1434 is taken");
        return;
    };
    let site = Site::generated("5").await;
    let port = site.server().address().port();
    let Some(acceptors) = realm.knows(port) else {
        return;
    };
    let came = let_accounts_in(&site, acceptors);
    // MS-SQLR 2.2.5: what the SQL Server Browser says of an instance.
    std::thread::spawn(move || {
        let mut asked = [0; 64];
        while let Ok((length, from)) = browser.recv_from(&mut asked) {
            assert_eq!(&asked[..length], b"\x04PROD");
            let text = format!(
                "ServerName;SQL01;InstanceName;PROD;IsClustered;No;Version;11.0.2100.60;tcp;{port};;"
            );
            let mut told = vec![5];
            told.extend((text.len() as u16).to_le_bytes());
            told.extend(text.as_bytes());
            browser.send_to(&told, from).unwrap();
        }
    });
    site.settings(
        &[HOST, INTEGRATED, ("port", "0"), ("instance", "'PROD'")],
        "",
    );
    realm.kinit();
    let said = realm.run(&site, &["doctor"]);
    assert!(said.stdout.contains("Company          good"), "{said:?}");
    assert!(came.lock().unwrap().iter().all(|who| who == ACCOUNT));
    let name = format!("for MSSQLSvc/localhost:{port}@{REALM}");
    assert!(realm.log().contains(&name), "{}", realm.log());
    assert!(!realm.log().contains("localhost:1434"), "{}", realm.log());
}
