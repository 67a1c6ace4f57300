//! The account at the service, its users, and the upgrade of an account of the first release.

use reqwest::Method;

use crate::commerce::wire::account::{
    Account, Invitation, LinkedCompany, Migration, Operation, SetAccount, User, UserList,
};
use crate::model::account::AccountState;

use super::{Client, CommerceError};

impl Client {
    /// The account; answered in any of its states.
    pub async fn account(&self) -> Result<Account, CommerceError> {
        self.get(&["account"], &[]).await
    }

    /// Makes the account one that is being set up, or ends that: for a self-hosted service.
    pub async fn set_account(&self, state: AccountState) -> Result<Account, CommerceError> {
        self.send(Method::PUT, &["account"], &SetAccount { state })
            .await
    }

    /// Makes the account usable for a company. Repeating it is harmless. Refused with
    /// `release-refused` for AX 2012 R3.
    pub async fn activate_account(
        &self,
        company: &LinkedCompany,
    ) -> Result<Account, CommerceError> {
        self.send(Method::POST, &["account", "activate"], company)
            .await
    }

    /// Switches the account off until it is activated again.
    pub async fn deactivate_account(&self) -> Result<Account, CommerceError> {
        self.post(&["account", "deactivate"], &[], None).await
    }

    /// Takes the account away from its company.
    pub async fn disconnect_account(&self) -> Result<Account, CommerceError> {
        self.post(&["account", "disconnect"], &[], None).await
    }

    /// Every user, sorted by sign-in name.
    pub async fn users(&self) -> Result<Vec<User>, CommerceError> {
        let list: UserList = self.get(&["users"], &[]).await?;
        Ok(list.users)
    }

    /// Adds a user.
    pub async fn add_user(&self, user: &User) -> Result<User, CommerceError> {
        self.send(Method::POST, &["users"], user).await
    }

    /// Changes names, e-mail and roles of a user.
    pub async fn change_user(&self, user: &User) -> Result<User, CommerceError> {
        self.send(Method::PUT, &["users", &user.id], user).await
    }

    /// Deletes a user who has no role any more.
    pub async fn delete_user(&self, id: &str) -> Result<User, CommerceError> {
        self.call(Method::DELETE, &["users", id], &[], None).await
    }

    /// Invites a user: whoever has the link sets the password, once.
    pub async fn invite_user(&self, id: &str) -> Result<Invitation, CommerceError> {
        self.post(&["users", id, "invitation"], &[], None).await
    }

    /// Begins a migration, or goes on with it; answers the one under way.
    pub async fn migrate(&self, migration: Migration) -> Result<Operation, CommerceError> {
        self.post(&["migrations", migration.name()], &[], None)
            .await
    }

    /// How a long operation goes on; `None` where the service has none of that id.
    pub async fn operation(&self, id: &str) -> Result<Option<Operation>, CommerceError> {
        match self.get(&["operations", id], &[]).await {
            Ok(operation) => Ok(Some(operation)),
            Err(CommerceError::Refused { problem, .. }) if problem.status == 404 => Ok(None),
            Err(error) => Err(error),
        }
    }
}
