//! What another data mapping would do to somebody who has an account (B-14).

use domain::directory::DirectoryUser;
use domain::people::PeopleAccount;
use domain::profile::ProfileFields;
use domain::settings::DataMapping;
use domain::sync::FieldChange;

use super::project;
use crate::sync::username_differs;

/// What the next run would do to one person because of the new mapping, and would not have done with the old one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PersonEffect {
    /// A field of the profile gets another value, or none.
    pub changes: bool,
    /// A field loses its value.
    pub empties: bool,
    /// The account gets another username.
    pub renames: bool,
}

/// See [`PersonEffect`].
pub fn effect(
    user: &DirectoryUser,
    before: &DataMapping,
    after: &DataMapping,
    fields: &ProfileFields,
    account: &PeopleAccount,
) -> PersonEffect {
    let with = |mapping| project(user, mapping, fields, Some(&account.profile));
    let already = with(before);
    let new: Vec<FieldChange> = with(after)
        .into_iter()
        .filter(|change| !already.contains(change))
        .collect();
    let name = |mapping: &DataMapping| {
        username_differs(user, mapping, &account.username).filter(|_| mapping.username_follows)
    };
    let renamed = name(after);
    PersonEffect {
        changes: !new.is_empty(),
        empties: new.iter().any(|change| change.after.is_none()),
        renames: renamed.is_some() && renamed != name(before),
    }
}
