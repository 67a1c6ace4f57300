//! `axcs users`: the users of the service, their roles and invitations.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};
use serde_json::json;

use super::set_up::SetUp;
use super::{Exit, Invocation, Refusal, print};
use crate::jobs::administration::{Administration, NewUser};
use crate::model::account::{Role, User, UserState};

#[derive(Debug, Args)]
pub struct UsersArguments {
    #[command(subcommand)]
    command: Option<UsersCommand>,
}

#[derive(Debug, Subcommand)]
enum UsersCommand {
    /// Every user
    List,
    /// Add a user; nobody is told before axcs users invite
    #[command(
        after_help = "Roles: service-administrator, catalog-manager, order-manager, viewer\n\n\
  axcs users add ann@contoso.com --first-name Ann --last-name Beebe --role catalog-manager --role order-manager\n  \
axcs users invite ann@contoso.com"
    )]
    Add {
        /// Sign-in name; it never changes
        #[arg(value_parser = NonEmptyStringValueParser::new())]
        user: String,
        #[command(flatten)]
        changes: Changes,
    },
    /// Change names, e-mail or roles of a user
    Edit {
        /// Sign-in name
        user: String,
        #[command(flatten)]
        changes: Changes,
    },
    /// Invite a user: prints a link with which they set their password, once
    Invite {
        /// Sign-in name
        user: String,
    },
    /// Delete a user who has no role any more
    #[command(after_help = "Roles first:\n  \
axcs users edit ann@contoso.com --no-roles\n  axcs users remove ann@contoso.com")]
    Remove {
        /// Sign-in name
        user: String,
    },
}

#[derive(Debug, Args)]
struct Changes {
    /// First name
    #[arg(long, value_name = "NAME")]
    first_name: Option<String>,
    /// Last name
    #[arg(long, value_name = "NAME")]
    last_name: Option<String>,
    /// Primary e-mail; without it the sign-in name
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Role, once for each; together they take the place of those before
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<Role>,
    /// Take every role away
    #[arg(long, conflicts_with = "roles")]
    no_roles: bool,
}

impl From<Changes> for NewUser {
    fn from(changes: Changes) -> Self {
        let Changes {
            first_name,
            last_name,
            email,
            roles,
            no_roles,
        } = changes;
        Self {
            first_name,
            last_name,
            email,
            roles: (no_roles || !roles.is_empty()).then_some(roles),
        }
    }
}

/// `axcs users`
pub async fn users(invocation: &Invocation, arguments: UsersArguments) -> Result<Exit, Refusal> {
    let settings = invocation.settings()?;
    let command = arguments.command.unwrap_or(UsersCommand::List);
    match &command {
        UsersCommand::List => {}
        UsersCommand::Add { .. }
        | UsersCommand::Edit { .. }
        | UsersCommand::Invite { .. }
        | UsersCommand::Remove { .. } => invocation.changes("A user")?,
    }
    let _guard = super::log::to_file_if_possible(&settings);
    let set_up = SetUp::open(&settings).await?;
    let done = answer(invocation, &set_up.administration, command).await;
    set_up.close().await;
    done
}

async fn answer(
    invocation: &Invocation,
    administration: &Administration,
    command: UsersCommand,
) -> Result<Exit, Refusal> {
    let (user, how) = match command {
        UsersCommand::List => return list(invocation, administration).await,
        UsersCommand::Invite { user } => {
            let invited = administration.invite_user(&user).await?;
            if invocation.json() {
                print::json(&json!({
                    "user": user, "link": invited.link, "expires": invited.expires,
                }));
            } else {
                print::line(&invited.link);
                print::note(format_args!(
                    "Hand it to {user} and to nobody else: whoever has it sets the password. It is good once, until {}.",
                    print::time(invited.expires)
                ));
            }
            return Ok(Exit::Done);
        }
        UsersCommand::Add { user, changes } => {
            let blank = User {
                id: String::new(),
                email: user.clone(),
                sign_in: user,
                first_name: String::new(),
                last_name: String::new(),
                roles: Vec::new(),
                state: UserState::New,
            };
            (
                administration.add_user(blank, changes.into()).await?,
                "added",
            )
        }
        UsersCommand::Edit { user, changes } => (
            administration.edit_user(&user, changes.into()).await?,
            "changed",
        ),
        UsersCommand::Remove { user } => (administration.remove_user(&user).await?, "deleted"),
    };
    if invocation.json() {
        print::json(&user);
    } else {
        print::line(format_args!(
            "The user {} is {how}: {}.",
            user.sign_in,
            roles(&user)
        ));
    }
    Ok(Exit::Done)
}

async fn list(invocation: &Invocation, administration: &Administration) -> Result<Exit, Refusal> {
    let users = administration.users().await?;
    if invocation.json() {
        print::json(&users);
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = users
        .iter()
        .map(|user| {
            vec![
                user.sign_in.clone(),
                format!("{} {}", user.first_name, user.last_name)
                    .trim()
                    .to_owned(),
                user.email.clone(),
                user.state.name().to_owned(),
                roles(user),
            ]
        })
        .collect();
    print::table(&["USER", "NAME", "E-MAIL", "STATE", "ROLES"], &rows);
    Ok(Exit::Done)
}

fn roles(user: &User) -> String {
    let roles: Vec<&str> = user.roles.iter().map(|role| role.name()).collect();
    if roles.is_empty() {
        "no role".to_owned()
    } else {
        roles.join(", ")
    }
}
