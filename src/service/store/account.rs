//! The account: how it stands, since when and by whom, and the steps from one state to the next.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use crate::commerce::wire::account::{Account, AccountState, LinkedCompany};
use crate::service::api::refusal::{Code, Refusal};

use super::Store;
use super::orders::facts::{from_word, read_json, word};
use super::times::{from_millis, from_millis_or_none};

/// The account's row.
#[derive(Clone, Debug)]
pub struct Standing {
    /// As it stands whatever is being set up.
    account: Account,
    /// Where it is being set up.
    set_up: Option<SetUp>,
}

#[derive(Clone, Debug)]
struct SetUp {
    since: Timestamp,
    by: String,
    /// When it ends by itself.
    until: Option<Timestamp>,
}

/// A step of the account.
#[derive(Clone, Debug)]
pub enum AccountStep {
    /// It is made ready for a while, or until somebody says that it is.
    SetUp,
    /// The set-up is over.
    EndSetUp,
    /// It can be used by a company.
    Activate(LinkedCompany),
    /// It cannot be used until it is activated again.
    Deactivate,
    /// It has no company any more.
    Disconnect,
}

impl Standing {
    /// Reads the row.
    pub fn read(connection: &Connection) -> Result<Self, Refusal> {
        let mut select = connection.prepare_cached(
            "SELECT name, state, since, by, company, is_first_release,
                 set_up_since, set_up_by, set_up_until
             FROM account",
        )?;
        let mut rows = select.query([])?;
        let row = rows
            .next()?
            .ok_or_else(|| Refusal::new(Code::Internal, "the store has no account"))?;
        let company: Option<Vec<u8>> = row.get(4)?;
        let account = Account {
            name: row.get(0)?,
            state: from_word(row.get(1)?)?,
            since: from_millis_or_none(row.get(2)?)?,
            by: row.get(3)?,
            company: company.as_deref().map(read_json).transpose()?,
            is_first_release: row.get(5)?,
        };
        let set_up = match row.get::<_, Option<i64>>(6)? {
            Some(since) => Some(SetUp {
                since: from_millis(since)?,
                by: row.get(7)?,
                until: from_millis_or_none(row.get(8)?)?,
            }),
            None => None,
        };
        Ok(Self { account, set_up })
    }

    /// Writes the row.
    pub fn write(&self, transaction: &Transaction<'_>) -> Result<(), Refusal> {
        let Account {
            state,
            name,
            since,
            by,
            company,
            is_first_release,
        } = &self.account;
        let company = match company {
            Some(company) => Some(
                serde_json::to_vec(company)
                    .map_err(|error| Refusal::new(Code::Internal, error.to_string()))?,
            ),
            None => None,
        };
        let set_up = self.set_up.as_ref();
        transaction
            .prepare_cached(
                "UPDATE account SET name = ?1, state = ?2, since = ?3, by = ?4, company = ?5,
                     is_first_release = ?6, set_up_since = ?7, set_up_by = ?8, set_up_until = ?9",
            )?
            .execute(params![
                name,
                word(state)?,
                since.map(Timestamp::as_millisecond),
                by,
                company,
                is_first_release,
                set_up.map(|set_up| set_up.since.as_millisecond()),
                set_up.map_or("", |set_up| &set_up.by),
                set_up.and_then(|set_up| set_up.until.map(Timestamp::as_millisecond)),
            ])?;
        Ok(())
    }

    /// As it stands at `now`.
    pub fn at(&self, now: Timestamp) -> Account {
        match self.set_up_at(now) {
            Some(set_up) => Account {
                state: AccountState::BeingSetUp,
                since: Some(set_up.since),
                by: set_up.by.clone(),
                ..self.account.clone()
            },
            None => self.account.clone(),
        }
    }

    /// Its state at `now`.
    pub fn state_at(&self, now: Timestamp) -> AccountState {
        match self.set_up_at(now) {
            Some(_) => AccountState::BeingSetUp,
            None => self.account.state,
        }
    }

    fn set_up_at(&self, now: Timestamp) -> Option<&SetUp> {
        self.set_up
            .as_ref()
            .filter(|set_up| set_up.until.is_none_or(|until| now < until))
    }

    /// Makes the organization, once.
    pub fn sign_up(
        &mut self,
        organization: &str,
        by: &str,
        set_up: SignedDuration,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if self.account.state != AccountState::NotSignedUp {
            return Err(Refusal::new(
                Code::AccountState,
                "the account is there already; a service administrator invites further users",
            ));
        }
        self.account.state = AccountState::SignedUp;
        organization.clone_into(&mut self.account.name);
        self.account.since = Some(now);
        by.clone_into(&mut self.account.by);
        if set_up > SignedDuration::ZERO {
            self.set_up = Some(SetUp {
                since: now,
                by: by.to_owned(),
                until: Some(now + set_up),
            });
        }
        Ok(())
    }

    /// Makes it one of the first release, or one that is migrated; false where it is so already.
    pub fn set_first_release(&mut self, is_one: bool) -> bool {
        let is_new = self.account.is_first_release != is_one;
        self.account.is_first_release = is_one;
        is_new
    }

    /// Takes a step; false where it stands so already.
    fn step(&mut self, step: AccountStep, by: &str, now: Timestamp) -> Result<bool, Refusal> {
        use AccountState::{Active, BeingSetUp, Deactivated, Disconnected, NotSignedUp, SignedUp};
        let state = self.state_at(now);
        let company = match step {
            AccountStep::SetUp => {
                let is_new = state != BeingSetUp;
                if is_new {
                    self.set_up = Some(SetUp {
                        since: now,
                        by: by.to_owned(),
                        until: None,
                    });
                }
                return Ok(is_new);
            }
            AccountStep::EndSetUp => return Ok(self.set_up.take().is_some()),
            AccountStep::Activate(company) => {
                check_release(&company)?;
                match state {
                    SignedUp | Disconnected => {}
                    Active | Deactivated => {
                        self.must_be_linked_to(&company)?;
                        if state == Active && self.account.company.as_ref() == Some(&company) {
                            return Ok(false);
                        }
                    }
                    BeingSetUp | NotSignedUp => return Err(not_from(state, "activated")),
                }
                self.account.state = Active;
                Some(company)
            }
            AccountStep::Deactivate => {
                match state {
                    Active => {}
                    Deactivated => return Ok(false),
                    BeingSetUp | NotSignedUp | SignedUp | Disconnected => {
                        return Err(not_from(state, "deactivated"));
                    }
                }
                self.account.state = Deactivated;
                self.account.company.take()
            }
            AccountStep::Disconnect => {
                match state {
                    Active | Deactivated => {}
                    Disconnected => return Ok(false),
                    BeingSetUp | NotSignedUp | SignedUp => {
                        return Err(not_from(state, "disconnected"));
                    }
                }
                self.account.state = Disconnected;
                None
            }
        };
        self.account.company = company;
        self.account.since = Some(now);
        by.clone_into(&mut self.account.by);
        Ok(true)
    }

    fn must_be_linked_to(&self, company: &LinkedCompany) -> Result<(), Refusal> {
        match &self.account.company {
            Some(linked) if (&linked.id, linked.partition) != (&company.id, company.partition) => {
                Err(Refusal::new(
                    Code::AccountState,
                    format!(
                        "the account is linked to the company {} {}; disconnect it from there first",
                        linked.id, linked.name
                    ),
                ))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// Commerce Services are part of AX 2012, its Feature Pack and R2; R3 removed them.
fn check_release(company: &LinkedCompany) -> Result<(), Refusal> {
    let release = company.release.trim();
    let is_known = release
        .strip_prefix("AX 2012")
        .is_some_and(|rest| !rest.contains("R3"));
    if is_known {
        return Ok(());
    }
    Err(Refusal::new(
        Code::ReleaseRefused,
        format!(
            "the company runs on {release:?}; Commerce Services are part of AX 2012, its Feature Pack \
             and AX 2012 R2, and were removed from AX 2012 R3"
        ),
    ))
}

fn not_from(state: AccountState, wish: &str) -> Refusal {
    match state {
        AccountState::BeingSetUp => Refusal::being_set_up(),
        AccountState::NotSignedUp => Refusal::new(
            Code::AccountState,
            format!(
                "nobody has signed up, so nothing can be {wish}; sign up at the service's website"
            ),
        ),
        AccountState::SignedUp | AccountState::Disconnected => Refusal::new(
            Code::AccountState,
            format!("the account is not activated for a company, so it cannot be {wish}"),
        ),
        AccountState::Active | AccountState::Deactivated => Refusal::new(
            Code::AccountState,
            format!("the account cannot be {wish} as it stands"),
        ),
    }
}

impl Store {
    /// The account as it stands.
    pub fn account(&self) -> Account {
        self.live.account.borrow().at(Timestamp::now())
    }

    /// How the account stands.
    pub fn account_state(&self) -> AccountState {
        self.live.account.borrow().state_at(Timestamp::now())
    }

    /// Takes a step of the account in the name of `by`; the account as it stands then.
    pub async fn step_account(&self, step: AccountStep, by: String) -> Result<Account, Refusal> {
        self.change_account(move |standing, now| standing.step(step, &by, now))
            .await
    }

    /// Gives the organization another name.
    pub async fn rename_account(&self, name: String) -> Result<Account, Refusal> {
        self.change_account(move |standing, _| {
            let is_new = standing.account.name != name;
            standing.account.name = name;
            Ok(is_new)
        })
        .await
    }

    /// Changes the account's row; `change` says whether anything became different.
    async fn change_account(
        &self,
        change: impl FnOnce(&mut Standing, Timestamp) -> Result<bool, Refusal> + Send + 'static,
    ) -> Result<Account, Refusal> {
        let live = Arc::clone(&self.live);
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let now = Timestamp::now();
            let mut standing = Standing::read(&transaction)?;
            if change(&mut standing, now)? {
                standing.write(&transaction)?;
                transaction.commit()?;
                live.account.send_replace(standing.clone());
            }
            Ok(standing.at(now))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn company(id: &str, release: &str) -> LinkedCompany {
        LinkedCompany {
            id: id.to_owned(),
            name: id.to_uppercase(),
            partition: 1,
            release: release.to_owned(),
        }
    }

    fn standing(state: AccountState) -> Standing {
        Standing {
            account: Account {
                state,
                name: "Contoso".to_owned(),
                since: None,
                by: String::new(),
                company: None,
                is_first_release: false,
            },
            set_up: None,
        }
    }

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn it_goes_from_signed_up_to_active_and_back_and_away() {
        let mut account = standing(AccountState::SignedUp);
        let usmf = company("usmf", "AX 2012 R2");
        assert!(
            account
                .step(AccountStep::Activate(usmf.clone()), "anna", NOW)
                .unwrap()
        );
        assert!(
            !account
                .step(AccountStep::Activate(usmf.clone()), "bert", NOW)
                .unwrap()
        );
        assert_eq!(account.at(NOW).by, "anna");
        assert_eq!(account.at(NOW).company, Some(usmf.clone()));
        assert!(account.step(AccountStep::Deactivate, "bert", NOW).unwrap());
        assert_eq!(account.at(NOW).company, Some(usmf.clone()));
        let other = company("dat", "AX 2012");
        let refused = account
            .step(AccountStep::Activate(other.clone()), "a", NOW)
            .unwrap_err();
        assert_eq!(refused.code, Code::AccountState);
        assert!(refused.detail.contains("usmf USMF"), "{}", refused.detail);
        assert!(account.step(AccountStep::Disconnect, "bert", NOW).unwrap());
        assert!(!account.step(AccountStep::Disconnect, "bert", NOW).unwrap());
        assert_eq!(account.at(NOW).company, None);
        assert!(
            account
                .step(AccountStep::Activate(other), "a", NOW)
                .unwrap()
        );
        assert_eq!(account.at(NOW).state, AccountState::Active);
    }

    #[test]
    fn r3_and_what_is_not_ax_2012_are_refused_with_the_reason() {
        for release in ["AX 2012 R3", "AX 2012 R3 CU13", "AX 2009", ""] {
            let mut account = standing(AccountState::SignedUp);
            let step = AccountStep::Activate(company("usmf", release));
            let refused = account.step(step, "anna", NOW).unwrap_err();
            assert_eq!(refused.code, Code::ReleaseRefused, "{release}");
            assert_eq!(account.at(NOW).state, AccountState::SignedUp);
        }
        for release in ["AX 2012", "AX 2012 Feature Pack", "AX 2012 R2"] {
            let mut account = standing(AccountState::SignedUp);
            let step = AccountStep::Activate(company("usmf", release));
            assert!(account.step(step, "anna", NOW).unwrap(), "{release}");
        }
    }

    #[test]
    fn a_set_up_hides_the_state_and_leaves_it_as_it_was() {
        let mut account = standing(AccountState::Deactivated);
        assert!(
            account
                .step(AccountStep::SetUp, "axcs service", NOW)
                .unwrap()
        );
        assert_eq!(account.state_at(NOW), AccountState::BeingSetUp);
        let refused = account
            .step(AccountStep::Deactivate, "anna", NOW)
            .unwrap_err();
        assert_eq!(refused.code, Code::BeingSetUp);
        assert!(
            account
                .step(AccountStep::EndSetUp, "axcs service", NOW)
                .unwrap()
        );
        assert_eq!(account.state_at(NOW), AccountState::Deactivated);
        account.set_up = Some(SetUp {
            since: NOW,
            by: String::new(),
            until: Some(NOW + SignedDuration::from_secs(5)),
        });
        assert_eq!(account.state_at(NOW), AccountState::BeingSetUp);
        let later = NOW + SignedDuration::from_secs(5);
        assert_eq!(account.state_at(later), AccountState::Deactivated);
    }

    #[test]
    fn nothing_is_activated_before_somebody_signs_up() {
        let mut account = standing(AccountState::NotSignedUp);
        for step in [
            AccountStep::Activate(company("usmf", "AX 2012")),
            AccountStep::Deactivate,
            AccountStep::Disconnect,
        ] {
            let refused = account.step(step, "anna", NOW).unwrap_err();
            assert_eq!(refused.code, Code::AccountState);
        }
    }
}
