//! The account and this machine's sign-in.

use jiff::{SignedDuration, Timestamp};

use super::{Administration, NO_TOKEN, checks};
use crate::commerce::client::CommerceError;
use crate::commerce::sign_in::{SignIn, SignInError};
use crate::commerce::wire::account::DeviceAuthorization;
use crate::model::account::{
    Account, AccountState, AccountStep, AccountView, LinkedCompany, SignInCode,
};
use crate::model::check::{Finding, Health};
use crate::model::exception::{Documented, Exception};

/// What a device waits for: the codes, one of which is a secret.
#[derive(Debug, PartialEq, Eq)]
pub struct Waiting {
    codes: DeviceAuthorization,
    expires: Timestamp,
}

impl Waiting {
    /// The codes that were given `now`.
    pub fn new(codes: DeviceAuthorization, now: Timestamp) -> Self {
        let seconds = i64::try_from(codes.expires_in).unwrap_or(i64::MAX);
        let lasts = SignedDuration::from_secs(seconds.min(24 * 3_600));
        let expires = now.saturating_add(lasts).unwrap_or(Timestamp::MAX);
        Self { codes, expires }
    }

    /// What somebody has to enter at the website.
    pub fn code(&self) -> SignInCode {
        SignInCode {
            address: self.codes.verification_uri.clone(),
            address_with_code: self.codes.verification_uri_complete.clone(),
            code: self.codes.user_code.clone(),
            expires: self.expires,
        }
    }
}

impl Administration {
    /// The account, and how this machine reaches it.
    pub async fn account(&self) -> Result<AccountView, Exception> {
        let account = self.client().account().await?;
        let signed_in = match &self.access.sign_in {
            Some(sign_in) => sign_in.since().await?,
            None => None,
        };
        let (signed_in, kept_at) = match signed_in {
            Some((since, place)) => (Some(since), place.to_string()),
            None => (None, String::new()),
        };
        // While the account is being set up nothing else may answer.
        let (user, rights) = match self.client().whoami().await {
            Ok(who) => (who.user, who.rights),
            Err(CommerceError::BeingSetUp { .. }) => (String::new(), Vec::new()),
            Err(error) => return Err(error.into()),
        };
        Ok(AccountView {
            account,
            user,
            rights,
            signed_in,
            kept_at,
            website: self.client().url().to_owned(),
        })
    }

    /// Looks at everything that has to be right before an account is activated.
    pub async fn checks(&self) -> Vec<Finding> {
        checks::before_activation(&*self.sides().company, self.client()).await
    }

    /// Takes a step of the account. Answers what came of it, in words.
    pub async fn step(&self, step: AccountStep) -> Result<String, Exception> {
        match step {
            AccountStep::Activate => self.activate().await,
            AccountStep::Deactivate => {
                let account = self.client().deactivate_account().await?;
                self.took("deactivated", &account).await
            }
            AccountStep::Disconnect => {
                let account = self.client().disconnect_account().await?;
                self.took("disconnected from its company", &account).await
            }
            AccountStep::Renew => self.renew().await,
            AccountStep::SignOut => self.sign_out().await,
        }
    }

    async fn activate(&self) -> Result<String, Exception> {
        let account = self.client().account().await?;
        match account.state {
            AccountState::NotSignedUp => {
                return Err(Exception::new(
                    "The account cannot be activated.",
                    "Nobody has signed up for it yet.",
                    format!("Set up an account online: {}", self.client().url()),
                ));
            }
            AccountState::BeingSetUp => {
                return Err(Documented::BeingSetUp.because("It cannot be activated before."));
            }
            AccountState::SignedUp
            | AccountState::Active
            | AccountState::Deactivated
            | AccountState::Disconnected => {}
        }
        let findings = self.checks().await;
        if let Some(finding) = findings.into_iter().find(Finding::is_in_the_way) {
            return Err(refused(finding));
        }
        let facts = self.sides().company.facts().await?;
        let company = LinkedCompany {
            id: facts.id,
            name: facts.name,
            partition: facts.partition,
            release: facts.release,
        };
        let account = self.client().activate_account(&company).await?;
        let how = format!("active for {} {}", company.id, company.name);
        self.took(&how, &account).await
    }

    async fn took(&self, how: &str, account: &Account) -> Result<String, Exception> {
        self.note("account", format!("the account {} is {how}", account.name))
            .await?;
        Ok(format!("The account {} is {how}.", account.name))
    }

    fn sign_in(&self) -> Result<&SignIn, Exception> {
        self.access.sign_in.as_deref().ok_or_else(|| {
            Exception::new(
                "This machine cannot be signed in.",
                "The token is given: by AXCS_TOKEN, or by systemd's credential axcs-token.",
                "Take that away.",
            )
        })
    }

    /// Asks for the codes with which somebody signs this machine in.
    pub async fn begin_sign_in(&self) -> Result<Waiting, Exception> {
        let codes = self.sign_in()?.begin().await?;
        Ok(Waiting::new(codes, Timestamp::now()))
    }

    /// Waits until somebody has entered the code; what is granted is used from now on. Dropping the
    /// future ends the wait.
    pub async fn wait_for_sign_in(&self, waiting: &Waiting) -> Result<String, Exception> {
        let sign_in = self.sign_in()?;
        sign_in.wait(&waiting.codes).await?;
        if let Some(token) = sign_in.access_token().await? {
            self.client().use_token(token)?;
        }
        let who = self.client().whoami().await?;
        let text = format!("this machine is signed in by {}", who.user);
        self.note("sign-in", text).await?;
        Ok(format!("This machine is signed in by {}.", who.user))
    }

    /// *Renew token*: another one, which is tried before the old one is forgotten.
    async fn renew(&self) -> Result<String, Exception> {
        let token = self.sign_in()?.renewed(None).await?;
        self.client().use_token(token)?;
        self.client().whoami().await?;
        self.note("sign-in", "the token of this machine was renewed")
            .await?;
        Ok("The token was renewed, and the service takes it.".to_owned())
    }

    async fn sign_out(&self) -> Result<String, Exception> {
        let done = self.sign_in()?.sign_out().await;
        if let Err(SignInError::NotSignedIn | SignInError::Keeper(_)) = &done {
            done?;
            return Ok(String::new());
        }
        let own = self.access.own_token.as_ref();
        let token = own.map_or_else(|| NO_TOKEN.to_owned(), |own| own.0.clone());
        self.client().use_token(token)?;
        self.note("sign-in", "this machine is signed out").await?;
        Ok(match done {
            Ok(()) => "This machine is signed out.".to_owned(),
            Err(error) => format!(
                "This machine is signed out. The service could not be told ({error}): end the sign-in at the website too."
            ),
        })
    }
}

/// What stands in the way, with the documented text where there is one.
fn refused(finding: Finding) -> Exception {
    let not_reached = finding.health == Health::NotReached;
    let documented = Documented::ALL.into_iter().find_map(|documented| {
        let rest = finding.found.strip_prefix(documented.text())?;
        Some((documented.text(), rest.trim().to_owned()))
    });
    let (text, cause) = documented.unwrap_or_else(|| {
        let cause = format!("{}: {}", finding.check, finding.found);
        ("The account cannot be activated.", cause)
    });
    Exception::new(text, cause, finding.remedy).not_reached_if(not_reached)
}
