//! The words of a decision about one person.

use std::borrow::Cow;

use domain::directory::DirectoryUser;
use domain::people::PeopleAccount;
use domain::profile::ProfileFields;
use domain::settings::{DataMapping, SyncSettings};
use domain::sync::PlannedChange;
use domain::{AccountId, DirectoryId, ObjectId, Username, UsernameKey};

use crate::username;

/// One person of the directory snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub user: DirectoryUser,
    /// See [`username_of`]; `None` when the directory has no value for it.
    pub username: Option<Username>,
    pub username_key: Option<UsernameKey>,
    /// Whether the last complete read contained them. False only on that proof (invariant 9).
    pub present: bool,
    /// Whether a synchronised group contains them (I-16).
    pub in_scope: bool,
}

impl Person {
    /// A person with the username the data mapping gives them.
    pub fn new(user: DirectoryUser, mapping: &DataMapping, present: bool, in_scope: bool) -> Self {
        let username = username_of(&user, mapping);
        let username_key = username.as_ref().map(username::key);
        Self {
            user,
            username,
            username_key,
            present,
            in_scope,
        }
    }
}

/// Entra's mark in the principal name of somebody from another tenant: `anna_fabrikam.com#EXT#@contoso.com` (I-12).
const GUEST_MARK: &str = "#ext#";

/// The mail address, in place of a principal name that is none.
const MAIL: &str = "mail";

/// The attribute this person's username comes from.
///
/// I-12: where the mapped attribute holds the mangled name of a guest it is the mail address, also for guests who were
/// made members since; a guest's principal name is never used.
pub fn username_source<'a>(user: &DirectoryUser, mapping: &'a DataMapping) -> &'a str {
    let mangled =
        mapped_username(user, mapping).is_some_and(|text| text.to_ascii_lowercase().contains(GUEST_MARK));
    if mangled || (user.guest && is_principal_name(&mapping.username_attribute)) {
        MAIL
    } else {
        &mapping.username_attribute
    }
}

/// The username the directory gives this person, in stored form; `None` when [`username_source`] is empty.
pub fn username_of(user: &DirectoryUser, mapping: &DataMapping) -> Option<Username> {
    let source = username_source(user, mapping);
    let text = if source == mapping.username_attribute {
        mapped_username(user, mapping)
    } else {
        user.mail.as_deref().map(Cow::Borrowed)
    };
    text.map(|text| username::stored(&text))
        .filter(|name| !name.as_str().is_empty())
}

fn mapped_username<'u>(user: &'u DirectoryUser, mapping: &DataMapping) -> Option<Cow<'u, str>> {
    match user.attributes.get(&mapping.username_attribute) {
        Some(value) => value.as_text(),
        // Every read has the principal name and the mail address, mapped or not.
        None if is_principal_name(&mapping.username_attribute) => Some(Cow::Borrowed(&user.principal_name)),
        None if mapping.username_attribute == MAIL => user.mail.as_deref().map(Cow::Borrowed),
        None => None,
    }
}

fn is_principal_name(attribute: &str) -> bool {
    matches!(attribute, "userPrincipalName" | "login")
}

/// I-05, A-06: the username the directory gives now, when it is not the account's. While usernames do not follow the
/// directory this changes nothing and makes no row in a run (it would repeat for ever); the person's page shows it.
pub fn username_differs(user: &DirectoryUser, mapping: &DataMapping, current: &Username) -> Option<Username> {
    username_of(user, mapping).filter(|username| username != current)
}

/// Who has the person's username key now, other than the account the person is linked to.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    pub account: &'a PeopleAccount,
    /// The directory object the account is linked to, in whatever directory.
    pub linked_to: Option<&'a ObjectId>,
}

/// Everything there is to know about one person.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    pub person: &'a Person,
    /// The account linked to this object id.
    pub linked: Option<&'a PeopleAccount>,
    pub holder: Option<Holder<'a>>,
    /// Whether another present person in scope of this directory has the same username key. `true` is always safe and
    /// only costs memory: the decision is then settled with all others at the end of the run.
    pub rivals: bool,
    /// Nobody has the username any more, but it is kept from newcomers for a while.
    pub reserved: bool,
}

/// What the customer decided.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub directory: DirectoryId,
    pub settings: &'a SyncSettings,
    /// The fields the profiles of this People directory have.
    pub fields: &'a ProfileFields,
}

/// What happens to one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Has an account, and all of it is as it should be.
    Unchanged,
    /// Not in scope and never seen here: no row.
    Ignored,
    /// A row of the run; skips and disputes included, which write nothing ([`domain::sync::ChangeKind::writes`]).
    Change(PlannedChange),
    /// Depends on who else gets or leaves a username.
    Claim(Box<Claim>),
}

/// A change that needs a username which somebody holds or which others may want too: settled over all claims at the
/// end by [`super::claims::settle`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// What happens when the name is to be had.
    pub change: PlannedChange,
    /// The name as the directory spells it, for the reason shown.
    pub username: Username,
    pub key: UsernameKey,
    /// The account that leaves its old key, if one does.
    pub mover: Option<AccountId>,
    /// The key the mover leaves.
    pub old_key: Option<UsernameKey>,
    /// The account that must leave the key first.
    pub holder: Option<AccountId>,
    /// What happens when the name is not to be had: the rest of the changes, and a dispute that says why.
    pub otherwise: Vec<PlannedChange>,
}
