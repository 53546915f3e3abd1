//! What migrations did to one account.

use domain::migration::{MigrationEntry, MigrationPurpose, Place};
use domain::sync::FieldChange;
use domain::views::PersonMigration;
use domain::{AccountId, CustomerId, Timestamp};
use store::Tx;

use super::lists::Names;
use crate::ServiceError;
use crate::when::when;

/// Migrations and undos that changed an account, with when, the newest first, at most `limit` (M-21).
pub(crate) async fn of_account(
    tx: &mut Tx,
    (customer, account): (CustomerId, AccountId),
    limit: i64,
    now: Timestamp,
) -> Result<Vec<(Timestamp, PersonMigration)>, ServiceError> {
    let mut directories = Names::default();
    let mut all = Vec::new();
    for done in store::migration::entries_of_account(tx, customer, account, limit).await? {
        let fields = changed(tx, customer, &mut directories, &done.entry).await?;
        if !fields.is_empty() {
            let migration = PersonMigration {
                number: done.run,
                when: when(done.at, now),
                is_undo: done.purpose == MigrationPurpose::Undo,
                by: done.by,
                fields,
            };
            all.push((done.at, migration));
        }
    }
    Ok(all)
}

/// What an entry changed, in the words of the console.
async fn changed(
    tx: &mut Tx,
    customer: CustomerId,
    directories: &mut Names,
    entry: &MigrationEntry,
) -> Result<Vec<FieldChange>, ServiceError> {
    let (before, after) = (&entry.before, &entry.after);
    let from = directories.of(tx, customer, before).await?;
    let to = directories.of(tx, customer, after).await?;
    let link = |place: &Place| place.link.as_ref().map(|link| link.as_str().to_owned());
    let (from_link, to_link) = (link(before), link(after));
    let all = [
        (
            "Username",
            Some(before.username.as_str()),
            Some(after.username.as_str()),
        ),
        ("Directory", Some(from.as_str()), Some(to.as_str())),
        (
            "Person of the directory",
            from_link.as_deref(),
            to_link.as_deref(),
        ),
    ];
    let changed = all.into_iter().filter(|(_, before, after)| before != after);
    Ok(changed
        .map(|(field, before, after)| FieldChange::new(field, before, after))
        .collect())
}
