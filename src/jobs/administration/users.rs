//! Users of the service ("(USA) Set up users for Commerce Services"): added, edited, invited, removed.

use jiff::Timestamp;

use super::Administration;
use crate::model::account::{Role, User};
use crate::model::exception::Exception;

/// What is to be changed of a user; what is not given stays as it is. The sign-in name never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewUser {
    /// First name.
    pub first_name: Option<String>,
    /// Last name.
    pub last_name: Option<String>,
    /// Primary e-mail.
    pub email: Option<String>,
    /// Roles; none of them where the list is empty.
    pub roles: Option<Vec<Role>>,
}

/// An invitation to be handed over: whoever has the link sets the password.
pub struct Invited {
    /// The link; a secret until it is used.
    pub link: String,
    /// Until when it is good.
    pub expires: Timestamp,
}

impl std::fmt::Debug for Invited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invited")
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

impl NewUser {
    fn put_on(self, user: &mut User) {
        for (new, old) in [
            (self.first_name, &mut user.first_name),
            (self.last_name, &mut user.last_name),
            (self.email, &mut user.email),
        ] {
            if let Some(new) = new {
                *old = new;
            }
        }
        if let Some(mut roles) = self.roles {
            roles.sort_unstable();
            roles.dedup();
            user.roles = roles;
        }
    }
}

impl Administration {
    /// Every user, sorted by sign-in name.
    pub async fn users(&self) -> Result<Vec<User>, Exception> {
        Ok(self.client().users().await?)
    }

    async fn user(&self, sign_in: &str) -> Result<User, Exception> {
        let users = self.users().await?;
        let found = users
            .into_iter()
            .find(|user| user.sign_in.eq_ignore_ascii_case(sign_in));
        found.ok_or_else(|| {
            Exception::new(
                format!("There is no user {sign_in}."),
                "The account has no user of this sign-in name.",
                "See the users there are: axcs users",
            )
        })
    }

    /// Adds a user.
    pub async fn add_user(&self, mut user: User, new: NewUser) -> Result<User, Exception> {
        new.put_on(&mut user);
        let added = self.client().add_user(&user).await?;
        self.noted("added", &added).await?;
        Ok(added)
    }

    /// Changes a user.
    pub async fn edit_user(&self, sign_in: &str, new: NewUser) -> Result<User, Exception> {
        let mut user = self.user(sign_in).await?;
        new.put_on(&mut user);
        let changed = self.client().change_user(&user).await?;
        self.noted("edited", &changed).await?;
        Ok(changed)
    }

    /// Invites a user; a second invitation takes the place of the first.
    pub async fn invite_user(&self, sign_in: &str) -> Result<Invited, Exception> {
        let user = self.user(sign_in).await?;
        let invitation = self.client().invite_user(&user.id).await?;
        self.noted("invited", &user).await?;
        Ok(Invited {
            link: invitation.link,
            expires: invitation.expires,
        })
    }

    /// Deletes a user, who may have no role any more: roles first, as documented.
    pub async fn remove_user(&self, sign_in: &str) -> Result<User, Exception> {
        let user = self.user(sign_in).await?;
        if !user.roles.is_empty() {
            return Err(Exception::new(
                format!("{} has roles.", user.sign_in),
                "A user is deleted only when no role is left.",
                format!(
                    "Take them away first: axcs users edit {} --no-roles",
                    user.sign_in
                ),
            ));
        }
        self.client().delete_user(&user.id).await?;
        self.noted("deleted", &user).await?;
        Ok(user)
    }

    async fn noted(&self, how: &str, user: &User) -> Result<(), Exception> {
        let roles: Vec<&str> = user.roles.iter().map(|role| role.name()).collect();
        let roles = if roles.is_empty() {
            "no role".to_owned()
        } else {
            roles.join(", ")
        };
        self.note("user", format!("user {} {how}: {roles}", user.sign_in))
            .await
    }
}
