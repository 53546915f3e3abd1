//! Lists of the directory migration: a record of what was before and after, and what the help desk needs.

use async_trait::async_trait;
use domain::views::{HelpDeskRow, MigrationEntryRow, Page, ReconciliationRow};
use services::ServiceError;
use services::migration::MigrationFilter;

use super::lists::{or_empty, yes_no};
use super::{Asked, Column, List};

/// What the plan says of every account.
pub(super) struct Entries;
/// Every account as planned and as it is.
pub(super) struct Reconciliation;
/// Old and new usernames, and how to sign in.
pub(super) struct HelpDesk;

#[async_trait]
impl List for Entries {
    type Row = MigrationEntryRow;

    const COLUMNS: &'static [Column<MigrationEntryRow>] = &[
        ("account", |row| row.account.clone()),
        ("name", |row| row.name.clone()),
        ("line", |row| {
            row.line.map_or_else(String::new, |line| line.to_string())
        }),
        ("what_becomes_of_it", |row| row.kind.label().to_owned()),
        ("username_before", |row| row.username_before.clone()),
        ("username_after", |row| row.username_after.clone()),
        ("directory_before", |row| row.directory_before.clone()),
        ("directory_after", |row| row.directory_after.clone()),
        ("linked", |row| yes_no(row.is_linked)),
        ("needs_password", |row| yes_no(row.needs_password)),
        ("held", |row| or_empty(row.held.as_ref())),
    ];

    fn noted(asked: &Asked) -> String {
        format!("plan {} of the directory migration", asked.plan())
    }

    fn file(asked: &Asked) -> String {
        format!("{}-migration-plan-{}", asked.customer(), asked.plan())
    }

    async fn page(asked: &Asked, after: Option<&str>) -> Result<Page<MigrationEntryRow>, ServiceError> {
        let filter = MigrationFilter::default();
        asked
            .services
            .migration_entries(&asked.actor, asked.customer(), asked.plan(), &filter, after)
            .await
    }
}

#[async_trait]
impl List for Reconciliation {
    type Row = ReconciliationRow;

    const COLUMNS: &'static [Column<ReconciliationRow>] = &[
        ("account", |row| row.entry.account.clone()),
        ("name", |row| row.entry.name.clone()),
        ("what_became_of_it", |row| row.entry.kind.label().to_owned()),
        ("username_before", |row| row.entry.username_before.clone()),
        ("username_planned", |row| row.entry.username_after.clone()),
        ("username", |row| row.username.clone()),
        ("directory_before", |row| row.entry.directory_before.clone()),
        ("directory_planned", |row| row.entry.directory_after.clone()),
        ("directory", |row| row.directory.clone()),
        ("state", |row| row.state.clone()),
        ("linked", |row| yes_no(row.is_linked)),
        ("groups", |row| row.groups.join("; ")),
        ("differences", |row| row.differences.join(" ")),
    ];

    fn noted(asked: &Asked) -> String {
        format!("plan {} of the directory migration beside People", asked.plan())
    }

    fn file(asked: &Asked) -> String {
        format!("{}-migration-{}-outcome", asked.customer(), asked.plan())
    }

    async fn page(asked: &Asked, after: Option<&str>) -> Result<Page<ReconciliationRow>, ServiceError> {
        let which = (asked.plan(), false);
        asked
            .services
            .migration_reconciliation(&asked.actor, asked.customer(), which, after)
            .await
    }
}

#[async_trait]
impl List for HelpDesk {
    type Row = HelpDeskRow;

    const COLUMNS: &'static [Column<HelpDeskRow>] = &[
        ("name", |row| row.name.clone()),
        ("old_username", |row| row.old_username.clone()),
        ("new_username", |row| row.new_username.clone()),
        ("how_to_sign_in", |row| row.how.clone()),
        ("when", |row| row.when.clone()),
    ];

    fn noted(_asked: &Asked) -> String {
        "old and new usernames for the help desk".to_owned()
    }

    fn file(asked: &Asked) -> String {
        format!("{}-usernames", asked.customer())
    }

    async fn page(asked: &Asked, after: Option<&str>) -> Result<Page<HelpDeskRow>, ServiceError> {
        asked
            .services
            .migration_help_desk(&asked.actor, asked.customer(), asked.plan(), after)
            .await
    }
}
