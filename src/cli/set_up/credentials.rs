//! The credentials of this machine: the token that is given to the process, its sign-in, or the token
//! of a file.

use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Folder, client_options, passwords};
use crate::cli::Refusal;
use crate::commerce::client::{Client, OperationLog, Renewal, TokenFile};
use crate::commerce::sign_in::{Keeper, SignIn};
use crate::jobs::administration::{Access, NO_TOKEN, OwnToken};
use crate::model::exception::{Exception, chain};
use crate::secrets::{self, ExposeSecret as _};
use crate::settings::Settings;

const VARIABLE: &str = "AXCS_TOKEN";
const CREDENTIAL: &str = "axcs-token";

/// The token, and the file where it may change.
pub struct Token {
    /// The token.
    pub text: String,
    pub(super) file: Option<TokenFile>,
}

/// The token that is given to the process, else of the file, which an embedded set-up makes for itself.
pub fn token(settings: &Settings, folder: &Folder) -> Result<Token, Refusal> {
    if let Some(text) = given()? {
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
        match (&self.file, self.sign_in.since().await) {
            (Some(file), Ok(None)) => file.renew(refused).await,
            (_, Ok(_) | Err(_)) => self.sign_in.renew(refused).await,
        }
    }
}

/// Where the sign-in at the service of the settings is kept. The folder's own service is one of the
/// folder.
pub fn keeper(settings: &Settings, folder: &Folder) -> Keeper {
    let own = || std::path::absolute(folder.path()).unwrap_or_else(|_| folder.path().to_owned());
    let address = match settings.service.url.as_str() {
        "" => own().to_string_lossy().into_owned(),
        url => url.to_owned(),
    };
    Keeper::new(
        passwords::secrets(settings),
        &settings.profile,
        &address,
        folder.sign_in_lock(),
    )
}

/// A client of the service at `url`, and how it may get other credentials. The token that is
/// given to the process goes first, then the sign-in, then the file's.
pub async fn access(settings: &Settings, folder: &Folder, url: &str) -> Result<Access, Refusal> {
    let log = Arc::<OperationLog>::default();
    let mut options = client_options(settings, url.to_owned(), log);
    if let Some(token) = given()? {
        options.token = token;
        let client = Client::new(options).map_err(|error| unusable(&error))?;
        return Ok(Access {
            client: Arc::new(client),
            sign_in: None,
            own_token: None,
        });
    }
    let keeper = keeper(settings, folder);
    let sign_in = SignIn::new(&options, settings.service.url.clone(), keeper);
    let sign_in = Arc::new(sign_in.map_err(|error| unusable(&error))?);
    // Without it a machine that is signed in, or is about to be, does well; the service refuses the
    // others, who are told to sign in.
    let own = token(settings, folder).ok();
    let granted = match sign_in.access_token().await {
        // A credential store that is locked is nothing to a machine that never signed in.
        Err(error) if own.is_some() => {
            tracing::warn!("the token of the file is used: {}", error.in_words());
            None
        }
        granted => granted.map_err(Exception::from)?,
    };
    let (own, file) = own.map_or((None, None), |own| (Some(own.text), own.file));
    let none = || NO_TOKEN.to_owned();
    options.token = granted.or_else(|| own.clone()).unwrap_or_else(none);
    options.renewal = Some(Arc::new(Credentials {
        sign_in: Arc::clone(&sign_in),
        file,
    }));
    let client = sign_in.client(options).map_err(|error| unusable(&error))?;
    Ok(Access {
        client: Arc::new(client),
        sign_in: Some(sign_in),
        own_token: own.map(OwnToken),
    })
}

/// The settings of the service are of no use.
pub fn unusable(error: &crate::commerce::client::CommerceError) -> Refusal {
    Refusal::usage(
        "The service cannot be spoken to.",
        chain(error),
        "Check `service` in the settings: axcs config show",
    )
}

/// The token that the environment or systemd gives to this process.
fn given() -> Result<Option<String>, Refusal> {
    let found = secrets::given(VARIABLE, CREDENTIAL).map_err(|error| {
        Refusal::usage(
            "There is no token for the service.",
            error,
            "Have systemd's credential axcs-token hold the token, or take it away.",
        )
    })?;
    Ok(found.map(|found| found.password.expose_secret().trim().to_owned()))
}
