//! What the checklists promise, whatever the system says.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::model::account::{AccountState, LinkedCompany, OperationState};

fn read(kind: ChecklistKind) -> Checklist {
    Checklist::read(kind).unwrap()
}

fn account(state: AccountState) -> Account {
    Account {
        state,
        name: "Contoso".into(),
        since: None,
        by: "ann".into(),
        company: state.is_linked().then(|| LinkedCompany {
            id: "usmf".into(),
            name: "Contoso USA".into(),
            partition: 1,
            release: "AX 2012 R2".into(),
        }),
        is_first_release: false,
    }
}

/// Nothing is done yet.
fn nothing() -> Facts {
    Facts {
        now: Timestamp::UNIX_EPOCH,
        company: "usmf".into(),
        account: Ok(account(AccountState::NotSignedUp)),
        parameters: Parameters::default(),
        stores: 0,
        has_selection: false,
        unscheduled: vec![Job::Inventory, Job::TradeAgreements, Job::Orders],
        operation_log: None,
        account_migration: None,
        data_migration: None,
        marks: Vec::new(),
    }
}

fn operation(migration: Migration, state: OperationState) -> Operation {
    Operation {
        id: "1".into(),
        migration,
        state,
        step: "online stores".into(),
        done: 3,
        total: 12,
        started: Timestamp::UNIX_EPOCH,
        ended: None,
        reason: "The customer template is missing.".into(),
    }
}

fn states(kind: ChecklistKind, facts: &Facts) -> Vec<String> {
    let lines = read(kind).evaluate(facts);
    let told = lines.iter().map(|line| {
        let (id, state, how) = (&line.item.id, line.state.name(), line.state.how());
        format!("{id} {state} {how}").trim().to_owned()
    });
    told.collect()
}

#[test]
fn an_item_comes_behind_what_it_depends_on_and_has_an_id_of_its_own() {
    for kind in ChecklistKind::ALL {
        let list = read(kind);
        let mut seen = BTreeSet::new();
        for item in &list.items {
            assert!(item.after.iter().all(|id| seen.contains(id)), "{}", item.id);
            assert!(seen.insert(item.id.clone()), "{} twice", item.id);
            assert!(item.command.starts_with("axcs "), "{}", item.command);
        }
        assert_eq!(kind.name().parse(), Ok(kind));
    }
}

#[test]
fn the_items_are_those_of_the_documents_in_their_order() {
    let titles = |kind| -> Vec<String> {
        read(kind)
            .items
            .into_iter()
            .map(|item| item.title)
            .collect()
    };
    assert_eq!(
        titles(ChecklistKind::Configuration),
        [
            "Set up online services account",
            "Activate online service",
            "Parameters",
            "Select marketplaces online",
            "Set up users",
            "Select products",
            "Set up data synchronization",
            "Enable operation logging",
        ]
    );
    assert_eq!(
        titles(ChecklistKind::Upgrade),
        [
            "Activate Commerce Services",
            "Migrate Commerce Services account",
            "Migrate Commerce Services data",
        ]
    );
}

#[test]
fn at_the_beginning_only_the_account_can_be_set_up() {
    assert_eq!(
        states(ChecklistKind::Configuration, &nothing()),
        [
            "account ready",
            "activate deferred first: Set up online services account",
            "parameters deferred first: Set up online services account",
            "marketplaces deferred first: Activate online service",
            "users deferred first: Set up online services account",
            "products deferred first: Set up online services account",
            "synchronization deferred first: Activate online service",
            "logging ready",
        ]
    );
}

#[test]
fn what_is_done_is_told_by_the_system_and_what_it_cannot_tell_by_a_tick() {
    let mut facts = Facts {
        account: Ok(account(AccountState::Active)),
        parameters: Parameters {
            category_hierarchy: "Retail".into(),
            shipping_charges_code: String::new(),
        },
        stores: 2,
        has_selection: true,
        unscheduled: vec![Job::Orders],
        operation_log: Some(OperationLog {
            folder: "/logs".into(),
            since: Timestamp::UNIX_EPOCH,
            until: Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(2),
            by: "ann".into(),
        }),
        ..nothing()
    };
    facts.marks.push(Mark {
        item: "users".into(),
        at: Timestamp::UNIX_EPOCH,
        by: "ann".into(),
        operation: String::new(),
    });
    assert_eq!(
        states(ChecklistKind::Configuration, &facts),
        [
            "account finished Contoso",
            "activate finished for usmf",
            "parameters in progress the shipping charge code is missing",
            "marketplaces finished 2 stores and marketplaces",
            "users finished ticked by ann",
            "products finished products are selected",
            "synchronization in progress without recurrence: orders",
            "logging warning it is on, for 2 h more: it slows the jobs down",
        ]
    );
}

#[test]
fn an_account_that_is_active_for_another_company_is_not_finished() {
    let facts = Facts {
        company: "demf".into(),
        account: Ok(account(AccountState::Active)),
        ..nothing()
    };
    let told = states(ChecklistKind::Configuration, &facts);
    assert_eq!(
        told[1],
        "activate warning it is active for another company: usmf Contoso USA"
    );
    assert_eq!(
        told[3],
        "marketplaces deferred first: Activate online service"
    );
}

#[test]
fn a_migration_is_told_by_its_operation() {
    let mut old = account(AccountState::Active);
    old.is_first_release = true;
    let mut facts = Facts {
        account: Ok(old),
        ..nothing()
    };
    let told = |facts: &Facts| states(ChecklistKind::Upgrade, facts);
    assert_eq!(
        told(&facts)[1..],
        [
            "migrate-account ready",
            "migrate-data deferred first: Migrate Commerce Services account",
        ]
    );
    facts.account_migration = Some(operation(Migration::Account, OperationState::Running));
    assert_eq!(
        told(&facts)[1],
        "migrate-account in progress online stores: 3 of 12"
    );
    facts.account_migration = Some(operation(Migration::Account, OperationState::Failed));
    assert_eq!(
        told(&facts)[1],
        "migrate-account warning it stopped at 3 of 12: The customer template is missing. Correct it and run it again."
    );
    facts.account_migration = Some(operation(Migration::Account, OperationState::Done));
    assert_eq!(
        told(&facts)[1..],
        [
            "migrate-account finished 3 of 12 records",
            "migrate-data ready"
        ]
    );
}

fn any_state() -> impl Strategy<Value = AccountState> {
    prop::sample::select(vec![
        AccountState::NotSignedUp,
        AccountState::BeingSetUp,
        AccountState::SignedUp,
        AccountState::Active,
        AccountState::Deactivated,
        AccountState::Disconnected,
    ])
}

prop_compose! {
    fn any_facts()(
        state in prop::option::of(any_state()),
        is_first_release in any::<bool>(),
        hierarchy in prop::sample::select(vec!["", "Retail"]),
        code in prop::sample::select(vec!["", "FREIGHT"]),
        stores in 0_usize..3,
        has_selection in any::<bool>(),
        unscheduled in prop::sample::subsequence(vec![Job::Inventory, Job::TradeAgreements, Job::Orders], 0..=3),
        migrations in prop::array::uniform2(prop::option::of(prop::sample::select(vec![
            OperationState::Running, OperationState::Done, OperationState::Failed,
        ]))),
        is_ticked in any::<bool>(),
    ) -> Facts {
        let mark = Mark { item: "users".into(), at: Timestamp::UNIX_EPOCH, by: "ann".into(), operation: String::new() };
        Facts {
            account: state.ok_or_else(|| "no answer".to_owned()).map(|state| Account { is_first_release, ..account(state) }),
            parameters: Parameters { category_hierarchy: hierarchy.into(), shipping_charges_code: code.into() },
            stores,
            has_selection,
            unscheduled,
            account_migration: migrations[0].map(|state| operation(Migration::Account, state)),
            data_migration: migrations[1].map(|state| operation(Migration::Data, state)),
            marks: is_ticked.then_some(mark).into_iter().collect(),
            ..nothing()
        }
    }
}

proptest! {
    #[test]
    fn an_item_is_deferred_only_behind_one_that_is_not_finished_and_ready_only_behind_finished_ones(
        facts in any_facts()
    ) {
        for kind in ChecklistKind::ALL {
            let lines = read(kind).evaluate(&facts);
            for line in &lines {
                let before: Vec<&Line> = lines.iter()
                    .filter(|before| line.item.after.contains(&before.item.id))
                    .collect();
                let open = before.iter().find(|before| !matches!(before.state, ItemState::Finished { .. }));
                match &line.state {
                    ItemState::Deferred { reason } => {
                        let open = open.expect("something is in the way");
                        prop_assert_eq!(reason, &format!("first: {}", open.item.title));
                    }
                    ItemState::Ready => prop_assert!(open.is_none(), "{}", line.item.id),
                    ItemState::InProgress { .. } | ItemState::Finished { .. } | ItemState::Warning { .. } => {}
                }
            }
        }
    }
}
