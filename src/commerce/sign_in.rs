//! Signs this machine in to Commerce Services: the OAuth 2.0 device authorization grant (RFC 8628)
//! with metadata (RFC 8414), refresh (RFC 6749, 6) and revocation (RFC 7009).
//!
//! A machine has one grant, which all its processes share: it is kept where passwords are, and a lock
//! keeps two processes from renewing at once, as a refresh token is good once. Tokens go to the
//! address that was set and nowhere else, and never into words.

mod error;
mod keeper;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::ACCEPT;
use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

pub use self::error::SignInError;
pub use self::keeper::Keeper;
use self::keeper::Lock;
use super::client::{Client, ClientOptions, CommerceError, OperationLog, Renewal};
use super::http::Http;
use super::wire::account::{
    CLIENT_ID, DEVICE_GRANT, DeviceAuthorization, METADATA_PATH, Metadata, TokenAnswer, TokenError,
};
use crate::model::exception::chain;
use crate::secrets::{ExposeSecret as _, Place, SecretString, SecretsError};

/// Largest answer that is read, in bytes.
const MOST_BYTES: usize = 64 * 1024;
/// A poll is later by this much after each `slow_down` (RFC 8628, 3.5).
const SLOWER: Duration = Duration::from_secs(5);
/// Longest pause between two polls while the service cannot be reached.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// An access token is renewed this long before it ends.
const EARLY: SignedDuration = SignedDuration::from_secs(60);

/// What was granted to this machine.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Grant {
    /// The address in the settings for which it was granted; empty for the folder's own service.
    service: String,
    access_token: String,
    refresh_token: String,
    /// When the access token ends.
    expires: Timestamp,
    /// When the machine was signed in.
    since: Timestamp,
}

impl Grant {
    fn new(service: &str, answer: TokenAnswer, since: Timestamp, now: Timestamp) -> Self {
        let seconds = i64::try_from(answer.expires_in).unwrap_or(i64::MAX);
        let lasts = SignedDuration::from_secs(seconds.min(365 * 24 * 3_600));
        Self {
            service: service.to_owned(),
            access_token: answer.access_token,
            refresh_token: answer.refresh_token,
            expires: now.saturating_add(lasts).unwrap_or(Timestamp::MAX),
            since,
        }
    }
}

/// Signs this machine in, out, and renews its token.
pub struct SignIn {
    http: Arc<Http>,
    service: String,
    keeper: Keeper,
    log: Arc<OperationLog>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignIn")
            .field("base", &self.http.base.as_str())
            .field("keeper", &self.keeper)
            .finish_non_exhaustive()
    }
}

impl SignIn {
    /// Signs in to the service of `options`, whose token does not matter. `service` is its address in
    /// the settings: a grant of another one is none here.
    pub fn new(
        options: &ClientOptions,
        service: impl Into<String>,
        keeper: Keeper,
    ) -> Result<Self, CommerceError> {
        Ok(Self {
            http: Arc::new(Http::new(options)?),
            service: service.into(),
            keeper,
            log: Arc::clone(&options.operation_log),
        })
    }

    /// A client of the service that is signed in to, over the same connections: what the TLS stack reads
    /// at the start, above all the certificates of the system, is read once.
    ///
    /// # Errors
    /// Where the token is none.
    pub fn client(&self, options: ClientOptions) -> Result<Client, CommerceError> {
        Client::over(Arc::clone(&self.http), options)
    }

    /// Since when this machine is signed in and where that is kept; none where it is not.
    pub async fn since(&self) -> Result<Option<(Timestamp, Place)>, SignInError> {
        let found = self.found().await?;
        Ok(found.map(|(grant, place)| (grant.since, place)))
    }

    /// The access token, old as it may be; none where this machine is not signed in.
    pub async fn access_token(&self) -> Result<Option<String>, SignInError> {
        Ok(self.grant().await?.map(|grant| grant.access_token))
    }

    /// Asks for the codes of a device.
    pub async fn begin(&self) -> Result<DeviceAuthorization, SignInError> {
        let metadata = self.metadata().await?;
        let endpoint = self.endpoint(&metadata.device_authorization_endpoint)?;
        // The website shows it to whoever enters the code.
        let name = gethostname::gethostname();
        let name = name.to_string_lossy();
        let form = [("client_id", CLIENT_ID), ("name", name.as_ref())];
        self.form(endpoint, &form).await
    }

    /// Waits until somebody enters the code, and keeps what is granted then. Dropping the future ends
    /// the wait; the codes end by themselves.
    pub async fn wait(&self, codes: &DeviceAuthorization) -> Result<(), SignInError> {
        let metadata = self.metadata().await?;
        let endpoint = self.endpoint(&metadata.token_endpoint)?;
        let ends = tokio::time::Instant::now() + Duration::from_secs(codes.expires_in);
        let mut interval = Duration::from_secs(codes.interval.clamp(1, 300));
        let form = [
            ("grant_type", DEVICE_GRANT),
            ("device_code", codes.device_code.as_str()),
            ("client_id", CLIENT_ID),
        ];
        let mut pause = interval;
        loop {
            if tokio::time::Instant::now() + pause > ends {
                return Err(SignInError::Expired);
            }
            tokio::time::sleep(pause).await;
            match self.form::<TokenAnswer>(endpoint.clone(), &form).await {
                Ok(answer) => return self.keep_new(answer, &metadata).await,
                Err(SignInError::Refused { error, .. }) if error == "authorization_pending" => {
                    pause = interval;
                }
                Err(SignInError::Refused { error, .. }) if error == "slow_down" => {
                    interval += SLOWER;
                    pause = interval;
                }
                Err(SignInError::Refused { error, .. }) if error == "access_denied" => {
                    return Err(SignInError::Denied);
                }
                Err(SignInError::Refused { error, .. }) if error == "expired_token" => {
                    return Err(SignInError::Expired);
                }
                // RFC 8628, 3.5: less and less often.
                Err(error @ (SignInError::NotReached { .. } | SignInError::Unavailable { .. })) => {
                    tracing::warn!("{error}");
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                Err(
                    error @ (SignInError::Refused { .. }
                    | SignInError::Strange { .. }
                    | SignInError::Elsewhere { .. }
                    | SignInError::Denied
                    | SignInError::Expired
                    | SignInError::NotSignedIn
                    | SignInError::Keeper(_)),
                ) => return Err(error),
            }
        }
    }

    /// Another access token in the place of `refused`; without one, whatever happens. Where another
    /// process has renewed it meanwhile, what that got.
    pub async fn renewed(&self, refused: Option<&str>) -> Result<String, SignInError> {
        let _alone = self.alone().await?;
        let grant = self.grant().await?.ok_or(SignInError::NotSignedIn)?;
        let now = Timestamp::now();
        if refused.is_some_and(|refused| refused != grant.access_token)
            && now < grant.expires - EARLY
        {
            return Ok(grant.access_token);
        }
        let metadata = self.metadata().await?;
        let endpoint = self.endpoint(&metadata.token_endpoint)?;
        let form = [
            ("grant_type", "refresh_token"),
            ("refresh_token", grant.refresh_token.as_str()),
            ("client_id", CLIENT_ID),
        ];
        let answer: TokenAnswer = self.form(endpoint, &form).await?;
        let renewed = Grant::new(&grant.service, answer, grant.since, Timestamp::now());
        let token = renewed.access_token.clone();
        self.keep(&renewed).await?;
        Ok(token)
    }

    /// Gives the grant back and forgets it. Where the service cannot be told, it is forgotten all the
    /// same, and the error says so.
    ///
    /// # Errors
    /// [`SignInError::NotSignedIn`] where there is none.
    pub async fn sign_out(&self) -> Result<(), SignInError> {
        let _alone = self.alone().await?;
        let grant = self.grant().await?.ok_or(SignInError::NotSignedIn)?;
        let revoked = self.revoke(&grant, None).await;
        self.keeper.remove().await?;
        revoked
    }

    async fn keep_new(&self, answer: TokenAnswer, metadata: &Metadata) -> Result<(), SignInError> {
        let _alone = self.alone().await?;
        let before = self.grant().await.ok().flatten();
        let now = Timestamp::now();
        self.keep(&Grant::new(&self.service, answer, now, now))
            .await?;
        // A machine has one grant: the one before it ends.
        if let Some(before) = before
            && let Err(error) = self.revoke(&before, Some(metadata)).await
        {
            tracing::warn!("the sign-in before this one could not be ended: {error}");
        }
        Ok(())
    }

    async fn revoke(&self, grant: &Grant, metadata: Option<&Metadata>) -> Result<(), SignInError> {
        let endpoint = match metadata {
            Some(metadata) => metadata.revocation_endpoint.clone(),
            None => self.metadata().await?.revocation_endpoint,
        };
        let form = [
            ("token", grant.refresh_token.as_str()),
            ("token_type_hint", "refresh_token"),
            ("client_id", CLIENT_ID),
        ];
        self.post(self.endpoint(&endpoint)?, &form).await.map(drop)
    }

    /// The grant for this service.
    async fn grant(&self) -> Result<Option<Grant>, SignInError> {
        Ok(self.found().await?.map(|(grant, _)| grant))
    }

    async fn found(&self) -> Result<Option<(Grant, Place)>, SignInError> {
        let Some((text, place)) = self.keeper.read().await? else {
            return Ok(None);
        };
        // The text is a secret: what is wrong with it is not told.
        let Ok(grant) = serde_json::from_str::<Grant>(text.expose_secret()) else {
            return Err(SignInError::Keeper(SecretsError {
                place,
                reason: "it holds something else than a sign-in".to_owned(),
            }));
        };
        Ok((grant.service == self.service).then_some((grant, place)))
    }

    async fn keep(&self, grant: &Grant) -> Result<(), SignInError> {
        let text = SecretString::from(serde_json::json!(grant).to_string());
        Ok(self.keeper.write(&text).await?)
    }

    /// Waits until no other process works with the grant.
    async fn alone(&self) -> Result<Lock, SignInError> {
        Ok(self.keeper.lock().await?)
    }

    async fn metadata(&self) -> Result<Metadata, SignInError> {
        let mut url = self.http.base.clone();
        let path = format!("{}{METADATA_PATH}", url.path().trim_end_matches('/'));
        url.set_path(&path);
        let request = self
            .http(&url)
            .await?
            .get(url.clone())
            .header(ACCEPT, "application/json");
        let (status, body) = self.send(request, &url).await?;
        if status != StatusCode::OK {
            return Err(Self::meaning(&url, status, &body));
        }
        Self::parsed(&url, &body)
    }

    /// An endpoint of the metadata: it lies at the service's own address.
    fn endpoint(&self, text: &str) -> Result<Url, SignInError> {
        let elsewhere = || SignInError::Elsewhere {
            service: self.http.base.as_str().trim_end_matches('/').to_owned(),
            endpoint: text.chars().take(200).collect(),
        };
        let url = Url::parse(text).map_err(|_| elsewhere())?;
        if url.origin() == self.http.base.origin() {
            Ok(url)
        } else {
            Err(elsewhere())
        }
    }

    async fn form<T: DeserializeOwned>(
        &self,
        url: Url,
        form: &[(&str, &str)],
    ) -> Result<T, SignInError> {
        let body = self.post(url.clone(), form).await?;
        Self::parsed(&url, &body)
    }

    async fn post(&self, url: Url, form: &[(&str, &str)]) -> Result<Vec<u8>, SignInError> {
        let request = self
            .http(&url)
            .await?
            .post(url.clone())
            .header(ACCEPT, "application/json")
            .form(form);
        let (status, body) = self.send(request, &url).await?;
        if status.is_success() {
            Ok(body)
        } else {
            Err(Self::meaning(&url, status, &body))
        }
    }

    async fn http(&self, url: &Url) -> Result<&reqwest::Client, SignInError> {
        let begun = self.http.client().await;
        begun.map_err(|error| SignInError::NotReached {
            url: url.to_string(),
            reason: chain(&error),
        })
    }

    async fn send(
        &self,
        request: reqwest::RequestBuilder,
        url: &Url,
    ) -> Result<(StatusCode, Vec<u8>), SignInError> {
        let not_reached = |error: reqwest::Error| SignInError::NotReached {
            url: url.to_string(),
            reason: chain(&error.without_url()),
        };
        let mut response = request.send().await.map_err(not_reached)?;
        let status = response.status();
        self.log.note(url.as_str(), status.as_u16());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(not_reached)? {
            if body.len() + chunk.len() > MOST_BYTES {
                return Err(strange(url, "it is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok((status, body))
    }

    fn parsed<T: DeserializeOwned>(url: &Url, body: &[u8]) -> Result<T, SignInError> {
        // What the parser says may hold what it read.
        serde_json::from_slice(body).map_err(|error| {
            let place = format!("line {}, column {}", error.line(), error.column());
            strange(url, &format!("it is not what was expected ({place})"))
        })
    }

    fn meaning(url: &Url, status: StatusCode, body: &[u8]) -> SignInError {
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            return SignInError::Unavailable {
                url: url.to_string(),
                status: status.as_u16(),
            };
        }
        match serde_json::from_slice::<TokenError>(body) {
            Ok(TokenError {
                error,
                error_description,
            }) => SignInError::Refused {
                error,
                description: error_description,
            },
            Err(_) => strange(url, &format!("it is answered {status}")),
        }
    }
}

fn strange(url: &Url, reason: &str) -> SignInError {
    SignInError::Strange {
        url: url.to_string(),
        reason: reason.to_owned(),
    }
}

#[async_trait]
impl Renewal for SignIn {
    async fn renew(&self, refused: &str) -> Result<String, String> {
        let renewed = self.renewed(Some(refused)).await;
        renewed.map_err(|error| error.in_words())
    }
}

#[cfg(test)]
mod tests;
