//! The credentials of this machine: the environment's token, its sign-in, or the token of a file.

use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Folder, client_options};
use crate::cli::Refusal;
use crate::commerce::client::{Client, OperationLog, Renewal, TokenFile};
use crate::commerce::sign_in::{FileKeeper, SignIn};
use crate::jobs::administration::{Access, NO_TOKEN, OwnToken};
use crate::model::exception::{Exception, chain};
use crate::settings::Settings;

/// The token, and the file where it may change.
pub struct Token {
    /// The token.
    pub text: String,
    pub(super) file: Option<TokenFile>,
}

/// The token of the environment, else of the file, which an embedded set-up makes for itself.
pub fn token(settings: &Settings, folder: &Folder) -> Result<Token, Refusal> {
    if let Some(text) = of_environment() {
        return Ok(Token { text, file: None });
    }
    let named = &settings.service.token_file;
    let (file, may_create) = if named.as_os_str().is_empty() {
        (folder.token(), settings.service.url.is_empty())
    } else {
        (named.clone(), false)
    };
    let read = match std::fs::read_to_string(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && may_create => create_token(&file),
        read => read,
    };
    let refused = |cause: String| {
        Refusal::usage(
            "There is no token for the service.",
            cause,
            "Sign this machine in: axcs account sign-in. Or set AXCS_TOKEN, or `service.token_file` in the settings to a file that holds the token.",
        )
    };
    let token = read.map_err(|error| refused(format!("{}: {error}", file.display())))?;
    let token = token.trim();
    if token.is_empty() {
        return Err(refused(format!("{} is empty.", file.display())));
    }
    Ok(Token {
        text: token.to_owned(),
        file: Some(TokenFile::new(file)),
    })
}

/// A random token in a file that only its owner reads.
fn create_token(file: &Path) -> io::Result<String> {
    use std::fmt::Write as _;
    use std::io::Write as _;

    let mut random = [0_u8; 32];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let token = random.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(mut opened) => opened.write_all(token.as_bytes()).map(|()| token),
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => std::fs::read_to_string(file),
        Err(error) => Err(error),
    }
}

/// Another token when one is refused: of the sign-in where there is one, else of the file.
#[derive(Debug)]
struct Credentials {
    sign_in: Arc<SignIn>,
    file: Option<TokenFile>,
}

#[async_trait]
impl Renewal for Credentials {
    async fn renew(&self, refused: &str) -> Result<String, String> {
        match (&self.file, self.sign_in.since()) {
            (Some(file), Ok(None)) => file.renew(refused).await,
            (_, Ok(_) | Err(_)) => self.sign_in.renew(refused).await,
        }
    }
}

/// A client of the service at `url`, and how it may get other credentials. The environment's token
/// goes first, then the sign-in, then the file's.
pub fn access(settings: &Settings, folder: &Folder, url: &str) -> Result<Access, Refusal> {
    let log = Arc::<OperationLog>::default();
    let mut options = client_options(settings, url.to_owned(), log);
    if let Some(token) = of_environment() {
        options.token = token;
        return Ok(Access {
            client: Arc::new(open(options)?),
            sign_in: None,
            own_token: None,
        });
    }
    let keeper = Arc::new(FileKeeper::new(folder.sign_in()));
    let sign_in = SignIn::new(&options, settings.service.url.clone(), keeper);
    let sign_in = Arc::new(sign_in.map_err(|error| unusable(&error))?);
    let granted = sign_in.access_token().map_err(Exception::from)?;
    // Without it a machine that is signed in, or is about to be, does well; the service refuses the
    // others, who are told to sign in.
    let own = token(settings, folder).ok();
    let (own, file) = own.map_or((None, None), |own| (Some(own.text), own.file));
    let none = || NO_TOKEN.to_owned();
    options.token = granted.or_else(|| own.clone()).unwrap_or_else(none);
    options.renewal = Some(Arc::new(Credentials {
        sign_in: Arc::clone(&sign_in),
        file,
    }));
    Ok(Access {
        client: Arc::new(open(options)?),
        sign_in: Some(sign_in),
        own_token: own.map(OwnToken),
    })
}

fn open(options: crate::commerce::client::ClientOptions) -> Result<Client, Refusal> {
    Client::new(options).map_err(|error| unusable(&error))
}

/// The settings of the service are of no use.
pub fn unusable(error: &crate::commerce::client::CommerceError) -> Refusal {
    Refusal::usage(
        "The service cannot be spoken to.",
        chain(error),
        "Check `service` in the settings: axcs config show",
    )
}

fn of_environment() -> Option<String> {
    std::env::var("AXCS_TOKEN")
        .ok()
        .filter(|text| !text.is_empty())
}
