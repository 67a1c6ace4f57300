//! The types of sign-in, account, users and long operations in the document.

use serde_json::Value;

use crate::commerce::wire::account::{
    Account, AccountState, DeviceAuthorization, Invitation, LinkedCompany, Metadata, Migration,
    Operation, OperationState, Role, SetAccount, TokenAnswer, TokenError, User, UserList,
    UserState,
};
use crate::commerce::wire::publication::{
    Publication, PublicationAnswer, PublicationPage, PublicationState,
};

use super::{as_type, document, keys, value, words};

type Through = fn(Value) -> serde_json::Result<Value>;

fn word() -> String {
    "x".to_owned()
}

fn company() -> LinkedCompany {
    LinkedCompany {
        id: word(),
        name: word(),
        partition: 1,
        release: word(),
    }
}

fn user() -> User {
    User {
        id: word(),
        sign_in: word(),
        first_name: word(),
        last_name: word(),
        email: word(),
        roles: vec![Role::Viewer],
        state: UserState::New,
    }
}

fn publication() -> Publication {
    Publication {
        item: word(),
        name: word(),
        state: PublicationState::Refused,
        reason: word(),
        at: jiff::Timestamp::UNIX_EPOCH,
        by: word(),
    }
}

/// One of each type with nothing left out, and how it is read and written.
pub fn all() -> Vec<(&'static str, Value, Through)> {
    let now = jiff::Timestamp::UNIX_EPOCH;
    vec![
        (
            "Account",
            value(Account {
                state: AccountState::Active,
                name: word(),
                since: Some(now),
                by: word(),
                company: Some(company()),
                is_first_release: true,
            }),
            as_type::<Account>,
        ),
        (
            "SetAccount",
            value(SetAccount {
                state: AccountState::Active,
            }),
            as_type::<SetAccount>,
        ),
        ("LinkedCompany", value(company()), as_type::<LinkedCompany>),
        ("Publication", value(publication()), as_type::<Publication>),
        (
            "PublicationPage",
            value(PublicationPage {
                publications: vec![publication()],
                next: Some(word()),
            }),
            as_type::<PublicationPage>,
        ),
        (
            "PublicationAnswer",
            value(PublicationAnswer {
                item: word(),
                state: PublicationState::Refused,
                reason: word(),
            }),
            as_type::<PublicationAnswer>,
        ),
        (
            "Metadata",
            value(Metadata {
                issuer: word(),
                device_authorization_endpoint: word(),
                token_endpoint: word(),
                revocation_endpoint: word(),
                grant_types_supported: vec![word()],
                token_endpoint_auth_methods_supported: vec![word()],
            }),
            as_type::<Metadata>,
        ),
        (
            "DeviceAuthorization",
            value(DeviceAuthorization {
                device_code: word(),
                user_code: word(),
                verification_uri: word(),
                verification_uri_complete: word(),
                expires_in: 1,
                interval: 1,
            }),
            as_type::<DeviceAuthorization>,
        ),
        (
            "TokenAnswer",
            value(TokenAnswer {
                access_token: word(),
                token_type: word(),
                expires_in: 1,
                refresh_token: word(),
            }),
            as_type::<TokenAnswer>,
        ),
        (
            "TokenError",
            value(TokenError {
                error: word(),
                error_description: word(),
            }),
            as_type::<TokenError>,
        ),
        ("User", value(user()), as_type::<User>),
        (
            "UserList",
            value(UserList {
                users: vec![user()],
            }),
            as_type::<UserList>,
        ),
        (
            "Invitation",
            value(Invitation {
                link: word(),
                expires: now,
            }),
            as_type::<Invitation>,
        ),
        (
            "Operation",
            value(Operation {
                id: word(),
                migration: Migration::Account,
                state: OperationState::Failed,
                step: word(),
                done: 1,
                total: 2,
                started: now,
                ended: Some(now),
                reason: word(),
            }),
            as_type::<Operation>,
        ),
    ]
}

#[test]
fn what_a_schema_requires_is_what_serde_never_leaves_out() {
    let document = document();
    for (name, full, through) in all() {
        let schema = &document["components"]["schemas"][name];
        let required = words(&schema["required"]);
        for field in keys(&full) {
            let mut without = full.clone();
            without.as_object_mut().unwrap().remove(&field);
            let is_refused = through(without).is_err();
            assert_eq!(
                is_refused,
                required.contains(&field.as_str()),
                "{name}.{field}"
            );
        }
    }
}

#[test]
fn every_example_is_what_it_is_an_example_of() {
    let document = document();
    for (name, _, through) in all() {
        let examples = &document["components"]["schemas"][name]["examples"];
        for example in examples.as_array().into_iter().flatten() {
            assert_eq!(&through(example.clone()).unwrap(), example, "{name}");
        }
    }
}
