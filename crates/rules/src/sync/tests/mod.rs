//! Fixtures of the decision tests: a customer whose directory is [`ours`], with the initial mapping of Entra.

use std::cell::Cell;
use std::sync::LazyLock;

use domain::directory::{AttributeValue, DirectoryStatus, DirectoryUser};
use domain::ids::Id;
use domain::people::{AccountState, Block, BlockReason, BlockedBy, Directory, PeopleAccount, field};
use domain::profile::ProfileFields;
use domain::settings::{SyncSettings, WhenEmpty};
use domain::sync::{ChangeKind, FieldChange, PlannedChange, Reason};
use domain::{AccountId, DirectoryId, ObjectId, Provider, Timestamp};

use super::person::*;
use crate::username;

mod attributes;
mod claims;
mod guard;
mod identity;
mod life_cycle;
mod managers;
mod properties;
mod world;

/// The n-th id of its kind.
fn id<T: Id>(n: u32) -> T {
    let mut random = [0; 10];
    random[6..].copy_from_slice(&n.to_be_bytes());
    T::at(Timestamp::UNIX_EPOCH, random)
}

fn ours() -> DirectoryId {
    id(1)
}

fn theirs() -> DirectoryId {
    id(2)
}

/// Settings of a directory that is in use; usernames follow where a test says so.
fn settings() -> SyncSettings {
    SyncSettings::initial(Provider::Entra)
}

fn following() -> SyncSettings {
    let mut settings = settings();
    settings.mapping.username_follows = true;
    settings
}

/// An active account of ours with this username and an empty profile.
fn account(n: u32, name: &str) -> PeopleAccount {
    let username = username::stored(name);
    PeopleAccount {
        id: id(n),
        username_key: username::key(&username),
        username,
        directory: Directory::External(ours()),
        state: AccountState::Active,
        block: None,
        is_administrator: false,
        profile: domain::people::Profile::new(),
        manager: None,
        version: 7,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        last_sign_in_at: None,
    }
}

fn blocked(mut account: PeopleAccount, by: BlockedBy, reason: BlockReason) -> PeopleAccount {
    account.state = AccountState::Blocked;
    account.block = Some(Block { by, reason });
    account
}

fn blocked_by_sync(account: PeopleAccount) -> PeopleAccount {
    blocked(account, BlockedBy::Sync, BlockReason::LeftDirectory)
}

fn blocked_by_hand(account: PeopleAccount) -> PeopleAccount {
    blocked(account, BlockedBy::Administrator, BlockReason::ByAdministrator)
}

fn of(mut account: PeopleAccount, directory: Directory) -> PeopleAccount {
    account.directory = directory;
    account
}

/// An enabled member with this principal name and no other attribute.
fn user(object: &str, name: &str) -> DirectoryUser {
    DirectoryUser {
        object_id: ObjectId::new(object),
        principal_name: name.to_owned(),
        mail: None,
        display_name: None,
        status: DirectoryStatus::Enabled,
        guest: false,
        manager: None,
        attributes: [("userPrincipalName".to_owned(), text(name))].into(),
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::Text(text.to_owned())
}

fn with(mut user: DirectoryUser, attribute: &str, value: AttributeValue) -> DirectoryUser {
    user.attributes.insert(attribute.to_owned(), value);
    user
}

fn in_status(mut user: DirectoryUser, status: DirectoryStatus) -> DirectoryUser {
    user.status = status;
    user
}

/// Present and in scope.
fn person(user: DirectoryUser) -> Person {
    Person::new(user, &settings().mapping, true, true)
}

fn facts(person: &Person) -> Facts<'_> {
    Facts {
        person,
        linked: None,
        holder: None,
        rivals: false,
        reserved: false,
    }
}

fn linked<'a>(person: &'a Person, account: &'a PeopleAccount) -> Facts<'a> {
    Facts {
        linked: Some(account),
        ..facts(person)
    }
}

fn held<'a>(facts: Facts<'a>, account: &'a PeopleAccount, linked_to: Option<&'a ObjectId>) -> Facts<'a> {
    Facts {
        holder: Some(Holder { account, linked_to }),
        ..facts
    }
}

/// The fields every People directory has.
fn standard() -> &'static ProfileFields {
    static STANDARD: LazyLock<ProfileFields> = LazyLock::new(ProfileFields::default);
    &STANDARD
}

/// Decides; an id is asked for exactly when an account would be made.
fn decide(settings: &SyncSettings, facts: &Facts<'_>) -> Decision {
    let asked = Cell::new(false);
    let rules = Rules {
        directory: ours(),
        settings,
        fields: standard(),
    };
    let decision = rules.decide(facts, || {
        asked.set(true);
        id(1000)
    });
    let creates = match &decision {
        Decision::Change(change) => change.kind == ChangeKind::Create,
        Decision::Claim(claim) => claim.change.kind == ChangeKind::Create,
        Decision::Unchanged | Decision::Ignored => false,
    };
    assert_eq!(asked.get(), creates);
    decision
}

fn problems(settings: &SyncSettings, facts: &Facts<'_>) -> Vec<Reason> {
    let rules = Rules {
        directory: ours(),
        settings,
        fields: standard(),
    };
    let changes = rules.problems(facts);
    assert!(changes.iter().all(|change| change.kind == ChangeKind::Flag));
    changes.into_iter().map(|change| change.reason).collect()
}

#[track_caller]
fn changed(decision: Decision) -> PlannedChange {
    match decision {
        Decision::Change(change) => change,
        other => panic!("expected a change, got {other:?}"),
    }
}

#[track_caller]
fn claimed(decision: Decision) -> Claim {
    match decision {
        Decision::Claim(claim) => *claim,
        other => panic!("expected a claim, got {other:?}"),
    }
}

#[track_caller]
fn assert_skip(decision: Decision, reason: &Reason) {
    let change = changed(decision);
    assert_eq!((change.kind, &change.reason), (ChangeKind::Skip, reason));
    assert_eq!(change.fields, []);
}

#[track_caller]
fn assert_dispute(decision: Decision, reason: &Reason) {
    let change = changed(decision);
    assert_eq!((change.kind, &change.reason), (ChangeKind::Dispute, reason));
    assert_eq!(change.fields, []);
}

#[track_caller]
fn assert_blocked(decision: Decision, why: BlockReason) {
    let change = changed(decision);
    assert_eq!(
        (change.kind, &change.reason),
        (ChangeKind::Block, &Reason::Blocked { why })
    );
    assert_eq!(change.fields.len(), 1);
    assert_eq!(change.fields[0].field, field::STATE);
    assert_eq!(change.fields[0].after.as_deref(), Some("blocked"));
}

fn field_change(field: &str, before: Option<&str>, after: Option<&str>) -> FieldChange {
    FieldChange::new(field, before, after)
}

fn clearing(mut settings: SyncSettings) -> SyncSettings {
    for row in &mut settings.mapping.fields {
        row.when_empty = WhenEmpty::Clear;
    }
    settings
}
