//! Users of the service: who they are, their roles, passwords and invitations, and the rules of
//! "(USA) Set up users for Commerce Services".

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};

use crate::commerce::wire::account::{AccountState, Role, User, UserState};
use crate::service::api::refusal::{Code, Refusal};
use crate::service::{secrets, store::machines};

use super::Store;
use super::account::Standing;
use super::times::from_millis;

/// Wrong passwords in a row that lock a sign-in name.
const MOST_TRIES: i64 = 10;
/// For how long.
const LOCKED: SignedDuration = SignedDuration::from_mins(15);
/// How long an invitation is good.
const INVITED: SignedDuration = SignedDuration::from_hours(7 * 24);

const COLUMNS: &str = "id, sign_in, first_name, last_name, email, roles, password IS NOT NULL, invitation IS NOT NULL";

/// A new organization and its first user.
#[derive(Debug)]
pub struct SignUp {
    /// Name of the organization.
    pub organization: String,
    /// The user; their roles do not matter.
    pub user: User,
    /// Hash of their password.
    pub password: String,
    /// How long the account is being set up.
    pub set_up: SignedDuration,
}

/// A try to sign in, counted before anything is compared.
#[derive(Debug)]
pub struct Attempt {
    /// The user, where the name is one.
    pub user: Option<i64>,
    /// Hash of their password.
    pub password: Option<String>,
    /// No password is right for now.
    pub is_locked: bool,
}

impl Store {
    /// Makes the organization and its service administrator, once; the user's id.
    pub async fn sign_up(&self, wish: SignUp) -> Result<i64, Refusal> {
        let live = std::sync::Arc::clone(&self.live);
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut standing = Standing::read(&transaction)?;
            let now = Timestamp::now();
            standing.sign_up(&wish.organization, &wish.user.sign_in, wish.set_up, now)?;
            standing.write(&transaction)?;
            let user = User {
                roles: vec![Role::ServiceAdministrator],
                ..wish.user
            };
            let id = insert(&transaction, &user)?;
            transaction.execute(
                "UPDATE user SET password = ?2 WHERE id = ?1",
                params![id, wish.password],
            )?;
            transaction.commit()?;
            live.account.send_replace(standing);
            Ok(id)
        })
        .await
    }

    /// Counts a try to sign in as `sign_in`. It costs the same whether there is such a user.
    pub async fn attempt(&self, sign_in: String) -> Result<Attempt, Refusal> {
        self.run(move |connection| {
            let now = Timestamp::now();
            let row = connection
                .prepare_cached(include_str!("users/attempt.sql"))?
                .query_row(
                    params![
                        sign_in,
                        now.as_millisecond(),
                        (now + LOCKED).as_millisecond(),
                        MOST_TRIES
                    ],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?)),
                )
                .optional()?;
            Ok(match row {
                Some((id, password, tries)) => Attempt {
                    user: Some(id),
                    password,
                    is_locked: tries > MOST_TRIES,
                },
                None => Attempt {
                    user: None,
                    password: None,
                    is_locked: false,
                },
            })
        })
        .await
    }

    /// At most `limit` users behind the sign-in name `after`, sorted by it.
    pub async fn users(&self, after: String, limit: usize) -> Result<Vec<User>, Refusal> {
        self.run(move |connection| {
            let mut select = connection.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM user WHERE sign_in > ?1 ORDER BY sign_in LIMIT ?2"
            ))?;
            let mut rows = select.query(params![after, limit as i64])?;
            let mut users = Vec::new();
            while let Some(row) = rows.next()? {
                users.push(read(row)?);
            }
            Ok(users)
        })
        .await
    }

    /// A user.
    pub async fn user(&self, id: String) -> Result<User, Refusal> {
        self.run(move |connection| must_find(connection, &id)).await
    }

    /// Adds a user, who cannot sign in before they are invited.
    pub async fn add_user(&self, user: User) -> Result<User, Refusal> {
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if Standing::read(&transaction)?.state_at(Timestamp::now()) == AccountState::NotSignedUp
            {
                return Err(Refusal::new(
                    Code::AccountState,
                    "nobody has signed up; the first user is whoever signs up at the service's website",
                ));
            }
            let id = insert(&transaction, &user)?;
            let user = must_find(&transaction, &id.to_string())?;
            transaction.commit()?;
            Ok(user)
        })
        .await
    }

    /// Changes a user's names, e-mail and roles. Whoever loses a role loses at once what it gave.
    pub async fn edit_user(&self, id: String, user: User) -> Result<User, Refusal> {
        self.changing_users(move |transaction| {
            let before = must_find(transaction, &id)?;
            if before.sign_in != user.sign_in {
                return Err(Refusal::new(
                    Code::SignInFixed,
                    format!(
                        "sign_in: it stays {:?}; delete the user and add another one",
                        before.sign_in
                    ),
                ));
            }
            if is_administrator(&before) && !is_administrator(&user) {
                must_not_be_last(transaction, &before)?;
            }
            let roles = roles_json(&user.roles)?;
            transaction.execute(
                "UPDATE user SET first_name = ?2, last_name = ?3, email = ?4, roles = ?5 WHERE id = ?1",
                params![before.id, user.first_name, user.last_name, user.email, roles],
            )?;
            let after = must_find(transaction, &id)?;
            if after.roles.is_empty() {
                transaction.execute("DELETE FROM session WHERE user = ?1", [&before.id])?;
            }
            if before.roles.iter().any(|role| !after.roles.contains(role)) {
                transaction.execute("DELETE FROM machine WHERE user = ?1", [&before.id])?;
            }
            Ok(after)
        })
        .await
    }

    /// Deletes a user without roles, with their sessions and machines, and returns them.
    pub async fn delete_user(&self, id: String) -> Result<User, Refusal> {
        self.changing_users(move |transaction| {
            let user = must_find(transaction, &id)?;
            if is_administrator(&user) {
                must_not_be_last(transaction, &user)?;
            }
            if !user.roles.is_empty() {
                return Err(Refusal::new(
                    Code::UserHasRoles,
                    format!(
                        "{} has roles; take them away first, then delete the user",
                        user.sign_in
                    ),
                ));
            }
            transaction.execute("DELETE FROM user WHERE id = ?1", [&user.id])?;
            Ok(user)
        })
        .await
    }

    /// Invites a user: the invitation's secret, and until when it is good. An earlier one is void.
    pub async fn invite(&self, id: String) -> Result<(String, Timestamp), Refusal> {
        let secret = secrets::new_secret()?;
        let hash = secrets::hash(&secret);
        let until = Timestamp::now() + INVITED;
        self.run(move |connection| {
            let user = must_find(connection, &id)?;
            if user.state == UserState::Active {
                return Err(Refusal::new(
                    Code::UserIsActive,
                    format!("{} has a password already", user.sign_in),
                ));
            }
            if user.roles.is_empty() {
                return Err(Refusal::new(
                    Code::BadValue,
                    "roles: a user without roles cannot do anything; give one first",
                ));
            }
            connection.execute(
                "UPDATE user SET invitation = ?2, invitation_until = ?3 WHERE id = ?1",
                params![user.id, hash, until.as_millisecond()],
            )?;
            from_millis(until.as_millisecond())
        })
        .await
        .map(|until| (secret, until))
    }

    /// The user whom an invitation is for, while it is good.
    pub async fn invited(&self, secret: &str) -> Result<Option<User>, Refusal> {
        let hash = secrets::hash(secret);
        self.run(move |connection| find_invited(connection, &hash))
            .await
    }

    /// Uses an invitation: its user has `password` from now on. `None` where it is not good any
    /// more.
    pub async fn accept(&self, secret: &str, password: String) -> Result<Option<User>, Refusal> {
        let hash = secrets::hash(secret);
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let Some(user) = find_invited(&transaction, &hash)? else {
                return Ok(None);
            };
            transaction.execute(
                "UPDATE user SET password = ?2, invitation = NULL, invitation_until = NULL,
                     tries = 0, locked_until = 0
                 WHERE id = ?1",
                params![user.id, password],
            )?;
            transaction.commit()?;
            Ok(Some(user))
        })
        .await
    }

    /// A transaction that may end what users let in.
    async fn changing_users(
        &self,
        change: impl FnOnce(&Transaction<'_>) -> Result<User, Refusal> + Send + 'static,
    ) -> Result<User, Refusal> {
        let live = std::sync::Arc::clone(&self.live);
        self.run(move |connection| {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let user = change(&transaction)?;
            let machines = machines::admitted(&transaction)?;
            transaction.commit()?;
            live.machines.send_replace(machines);
            Ok(user)
        })
        .await
    }
}

fn insert(connection: &Connection, user: &User) -> Result<i64, Refusal> {
    let id = connection
        .prepare_cached(
            "INSERT INTO user (sign_in, first_name, last_name, email, roles)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT DO NOTHING
             RETURNING id",
        )?
        .query_row(
            params![
                user.sign_in,
                user.first_name,
                user.last_name,
                user.email,
                roles_json(&user.roles)?
            ],
            |row| row.get(0),
        )
        .optional()?;
    id.ok_or_else(|| {
        Refusal::new(
            Code::UserExists,
            format!("sign_in: there is a user {:?}", user.sign_in),
        )
    })
}

fn roles_json(roles: &[Role]) -> Result<String, Refusal> {
    let mut roles = roles.to_vec();
    roles.sort_unstable();
    roles.dedup();
    serde_json::to_string(&roles).map_err(|error| Refusal::new(Code::Internal, error.to_string()))
}

/// Reads the roles of a row.
pub fn read_roles(json: &str) -> Result<Vec<Role>, Refusal> {
    serde_json::from_str(json).map_err(|error| Refusal::new(Code::Internal, error.to_string()))
}

fn read(row: &Row<'_>) -> Result<User, Refusal> {
    let state = match (row.get(6)?, row.get(7)?) {
        (true, _) => UserState::Active,
        (false, true) => UserState::Invited,
        (false, false) => UserState::New,
    };
    Ok(User {
        id: row.get::<_, i64>(0)?.to_string(),
        sign_in: row.get(1)?,
        first_name: row.get(2)?,
        last_name: row.get(3)?,
        email: row.get(4)?,
        roles: read_roles(&row.get::<_, String>(5)?)?,
        state,
    })
}

fn must_find(connection: &Connection, id: &str) -> Result<User, Refusal> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM user WHERE id = ?1"))?;
    // What is no number is nobody's id.
    let mut rows = select.query([id.parse().unwrap_or(0_i64)])?;
    match rows.next()? {
        Some(row) => read(row),
        None => Err(Refusal::new(
            Code::NoSuchUser,
            format!("there is no user with the id {id:?}"),
        )),
    }
}

fn find_invited(connection: &Connection, hash: &[u8; 32]) -> Result<Option<User>, Refusal> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM user WHERE invitation = ?1 AND invitation_until > ?2"
    ))?;
    let mut rows = select.query(params![hash, Timestamp::now().as_millisecond()])?;
    rows.next()?.map(read).transpose()
}

fn is_administrator(user: &User) -> bool {
    user.roles.contains(&Role::ServiceAdministrator)
}

fn must_not_be_last(connection: &Connection, user: &User) -> Result<(), Refusal> {
    let others: i64 = connection.query_row(
        "SELECT count(*) FROM user
         WHERE id <> ?1 AND password IS NOT NULL
             AND roles LIKE '%\"service-administrator\"%'",
        [&user.id],
        |row| row.get(0),
    )?;
    if others > 0 {
        return Ok(());
    }
    Err(Refusal::new(
        Code::LastAdministrator,
        format!(
            "{} is the last service administrator who can sign in; make somebody else one first",
            user.sign_in
        ),
    ))
}
