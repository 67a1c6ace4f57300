//! The token that a request carries, and how another one takes its place when the service refuses
//! it.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use reqwest::header::HeaderValue;

use super::CommerceError;

/// Where another token comes from.
#[async_trait]
pub trait Renewal: fmt::Debug + Send + Sync + 'static {
    /// Another token than the one that was refused.
    ///
    /// # Errors
    /// Why there is none, in words for the operator and without a secret.
    async fn renew(&self, refused: &str) -> Result<String, String>;
}

/// A file with the token, which an operator may change at any time.
#[derive(Clone, Debug)]
pub struct TokenFile(PathBuf);

impl TokenFile {
    /// The token stands in `file`, with or without a line's end behind it.
    pub fn new(file: impl Into<PathBuf>) -> Self {
        Self(file.into())
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

#[async_trait]
impl Renewal for TokenFile {
    async fn renew(&self, refused: &str) -> Result<String, String> {
        let file = self.0.display();
        let text = tokio::fs::read_to_string(&self.0)
            .await
            .map_err(|error| format!("{file}: {error}"))?;
        match text.trim() {
            "" => Err(format!("{file} is empty")),
            same if same == refused => Err(format!("{file} holds no other")),
            other => Ok(other.to_owned()),
        }
    }
}

/// A token, ready to be sent.
pub struct Token {
    text: String,
    header: HeaderValue,
}

impl Token {
    fn new(text: String) -> Result<Self, CommerceError> {
        let mut header = HeaderValue::try_from(format!("Bearer {text}"))
            .ok()
            .filter(|_| !text.trim().is_empty())
            .ok_or_else(|| {
                CommerceError::Settings(
                    "the token is empty or has characters that a header cannot carry".to_owned(),
                )
            })?;
        header.set_sensitive(true);
        Ok(Self { text, header })
    }
}

/// The token in use, as a request took it.
#[derive(Clone)]
pub struct Held {
    token: Arc<Token>,
    /// Renewals tried before.
    tried: u64,
}

impl Held {
    /// Value of the header Authorization.
    pub fn header(&self) -> HeaderValue {
        self.token.header.clone()
    }
}

/// The token in use and those before it.
pub struct Tokens {
    renewal: Option<Arc<dyn Renewal>>,
    state: Mutex<State>,
    /// Held while one is renewed: all others wait for what comes of it.
    renewing: tokio::sync::Mutex<()>,
}

struct State {
    held: Held,
    /// Every token there was, the longest first: none of them is ever told.
    known: Vec<String>,
    /// Why the last renewal came to nothing.
    failed: String,
}

impl Tokens {
    /// Begins with `token`.
    pub fn new(token: String, renewal: Option<Arc<dyn Renewal>>) -> Result<Self, CommerceError> {
        let known = vec![token.clone()];
        let token = Arc::new(Token::new(token)?);
        Ok(Self {
            renewal,
            state: Mutex::new(State {
                held: Held { token, tried: 0 },
                known,
                failed: String::new(),
            }),
            renewing: tokio::sync::Mutex::default(),
        })
    }

    /// The token in use.
    pub fn held(&self) -> Held {
        self.state().held.clone()
    }

    /// True where there is a way to another token.
    pub fn can_renew(&self) -> bool {
        self.renewal.is_some()
    }

    /// Another token in the place of `refused`. However many requests were refused, one renewal is
    /// tried for all of them.
    ///
    /// # Errors
    /// Why there is none, in words; nothing where a token never changes.
    pub async fn renewed(&self, refused: &Held) -> Result<Held, String> {
        let Some(renewal) = &self.renewal else {
            return Err(String::new());
        };
        let _alone = self.renewing.lock().await;
        {
            let state = self.state();
            if !Arc::ptr_eq(&state.held.token, &refused.token) {
                return Ok(state.held.clone());
            }
            // What was tried since the request was sent was tried for it too.
            if state.held.tried > refused.tried {
                return Err(state.failed.clone());
            }
        }
        let renewed = match renewal.renew(&refused.token.text).await {
            Ok(text) => {
                self.know(&text);
                Token::new(text).map_err(|error| error.to_string())
            }
            Err(why) => Err(why),
        };
        let mut state = self.state();
        state.held.tried += 1;
        match renewed {
            Ok(token) => {
                state.held.token = Arc::new(token);
                tracing::info!("the service refused the token; another one is used from now on");
                Ok(state.held.clone())
            }
            Err(why) => {
                state.failed.clone_from(&why);
                Err(why)
            }
        }
    }

    /// Puts another token in the place of the one in use.
    pub fn replace(&self, text: String) -> Result<(), CommerceError> {
        self.know(&text);
        let token = Arc::new(Token::new(text)?);
        self.state().held.token = token;
        Ok(())
    }

    /// `text` without any token.
    pub fn redact(&self, text: &str) -> String {
        let state = self.state();
        state.known.iter().fold(text.to_owned(), |text, secret| {
            text.replace(secret.as_str(), "…")
        })
    }

    /// The same for an answer, which seldom holds one.
    pub fn redact_bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let text = String::from_utf8_lossy(bytes);
        let holds_one = self
            .state()
            .known
            .iter()
            .any(|secret| text.contains(secret.as_str()));
        if holds_one {
            Cow::Owned(self.redact(&text).into_bytes())
        } else {
            Cow::Borrowed(bytes)
        }
    }

    fn know(&self, secret: &str) {
        let known = &mut self.state().known;
        if !known.iter().any(|before| before == secret) {
            known.push(secret.to_owned());
            known.sort_by_key(|known| std::cmp::Reverse(known.len()));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds it panics.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Gives these tokens, one after the other, and counts.
    #[derive(Debug)]
    struct Counted(Vec<Result<&'static str, &'static str>>, AtomicU64);

    #[async_trait]
    impl Renewal for Counted {
        async fn renew(&self, _: &str) -> Result<String, String> {
            tokio::task::yield_now().await;
            let number = self.1.fetch_add(1, Ordering::Relaxed) as usize;
            self.0[number].map(str::to_owned).map_err(str::to_owned)
        }
    }

    fn tokens(renewals: Vec<Result<&'static str, &'static str>>) -> (Arc<Counted>, Tokens) {
        let counted = Arc::new(Counted(renewals, AtomicU64::new(0)));
        let renewal: Arc<dyn Renewal> = Arc::<Counted>::clone(&counted);
        (
            counted,
            Tokens::new("one".to_owned(), Some(renewal)).unwrap(),
        )
    }

    #[tokio::test]
    async fn eight_refused_requests_make_one_renewal() {
        let (counted, tokens) = tokens(vec![Ok("two"), Ok("three")]);
        let refused = tokens.held();
        let renewed =
            futures_util::future::join_all((0..8).map(|_| tokens.renewed(&refused))).await;
        assert!(
            renewed
                .into_iter()
                .all(|held| held.unwrap().header() == "Bearer two")
        );
        assert_eq!(counted.1.load(Ordering::Relaxed), 1);
        // A straggler that was sent with the first one.
        assert_eq!(
            tokens.renewed(&refused).await.unwrap().header(),
            "Bearer two"
        );
        assert_eq!(counted.1.load(Ordering::Relaxed), 1);
        let held = tokens.held();
        assert_eq!(
            tokens.renewed(&held).await.unwrap().header(),
            "Bearer three"
        );
    }

    #[tokio::test]
    async fn a_renewal_that_comes_to_nothing_is_tried_again_by_later_requests_only() {
        let (counted, tokens) = tokens(vec![Err("no other"), Ok("two")]);
        let refused = tokens.held();
        for _ in 0..3 {
            assert_eq!(tokens.renewed(&refused).await.err().unwrap(), "no other");
        }
        assert_eq!(counted.1.load(Ordering::Relaxed), 1);
        let later = tokens.held();
        assert_eq!(tokens.renewed(&later).await.unwrap().header(), "Bearer two");
    }

    #[tokio::test]
    async fn no_token_of_the_past_is_told() {
        let (_, tokens) = tokens(vec![Ok("one-and-more"), Ok("bad\ntoken")]);
        tokens.renewed(&tokens.held()).await.unwrap();
        let why = tokens.renewed(&tokens.held()).await.err().unwrap();
        assert!(
            why.contains("cannot carry") && !why.contains("bad"),
            "{why}"
        );
        assert_eq!(
            tokens.redact("one, one-and-more and bad\ntoken"),
            "…, … and …"
        );
    }

    #[tokio::test]
    async fn a_file_is_read_again_whatever_surrounds_the_token() {
        let dir = tempfile::tempdir().unwrap();
        let file = TokenFile::new(dir.path().join("token"));
        assert!(file.renew("old").await.unwrap_err().contains("token"));
        for (text, renewed) in [
            ("old\n", Err("holds no other")),
            (" \n", Err("is empty")),
            ("new\r\n", Ok("new")),
        ] {
            std::fs::write(file.path(), text).unwrap();
            match (file.renew("old").await, renewed) {
                (Ok(told), Ok(expected)) => assert_eq!(told, expected),
                (Err(told), Err(expected)) => assert!(told.contains(expected), "{told}"),
                (told, expected) => panic!("{told:?} is not {expected:?}"),
            }
        }
    }
}
