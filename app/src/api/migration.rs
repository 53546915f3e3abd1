//! What the pages of the directory migration ask for and do. Plans and rehearsals are made by a job: the page that asked looks
//! again until they are there.

use domain::migration::{EntryKind, EntryWho, MigrationOptions, RehearsalOutcome};
use domain::views::{
    AccessView, HelpDeskRow, LookalikeView, MigrationCheckView, MigrationEntryRow, MigrationView, Page,
    ReconciliationRow, RehearsedRow, ReservedRow,
};
use domain::{AccountId, UserError};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::migration::{MigrationFilter, MigrationStart};

use super::ApiError;

/// What was chosen for a plan: old sync off, password policy off, days.
pub type TypedOptions = (bool, bool, String);
/// What was typed to begin: when, minutes, who agreed.
pub type TypedStart = (String, String, String);
/// What was typed to accept somebody: outcome, whom, why.
pub type TypedWaiver = (String, String, String);

/// How the migration stands.
pub async fn show_migration(customer: String) -> Result<MigrationView, ApiError> {
    super::act(|services, actor| async move { services.migration(&actor, &customer).await }).await
}

/// What is looked at before a run of a plan.
pub async fn show_migration_checks(customer: String, plan: i64) -> Result<Vec<MigrationCheckView>, ApiError> {
    super::act(|services, actor| async move { services.migration_preflight(&actor, &customer, plan).await })
        .await
}

/// What a plan says of each account.
pub async fn list_migration_entries(
    customer: String,
    plan: i64,
    (kind, becomes_local, search): (Option<EntryKind>, bool, String),
    after: Option<String>,
) -> Result<Page<MigrationEntryRow>, ApiError> {
    super::act(|services, actor| async move {
        let who = match kind {
            Some(kind) => EntryWho::OfKind(kind),
            None if becomes_local => EntryWho::BecomesLocal,
            None => EntryWho::Everybody,
        };
        let filter = MigrationFilter { who, search };
        services
            .migration_entries(&actor, &customer, plan, &filter, after.as_deref())
            .await
    })
    .await
}

/// What becomes of people at the first sync after a plan.
pub async fn list_rehearsed(
    customer: String,
    (plan, outcome): (i64, RehearsalOutcome),
    search: String,
    after: Option<String>,
) -> Result<Page<RehearsedRow>, ApiError> {
    super::act(|services, actor| async move {
        services
            .rehearsed_people(&actor, &customer, (plan, outcome), &search, after.as_deref())
            .await
    })
    .await
}

/// Accounts planned and real; only those that differ.
pub async fn list_differing(
    customer: String,
    plan: i64,
    after: Option<String>,
) -> Result<Page<ReconciliationRow>, ApiError> {
    super::act(|services, actor| async move {
        services
            .migration_reconciliation(&actor, &customer, (plan, true), after.as_deref())
            .await
    })
    .await
}

/// Newcomers who look like somebody who was there before.
pub async fn list_lookalikes(customer: String) -> Result<Vec<LookalikeView>, ApiError> {
    super::act(|services, actor| async move { services.lookalikes(&actor, &customer).await }).await
}

/// Makes a duplicate one account again.
#[server(endpoint = "migration/repair")]
pub async fn repair_duplicate(
    customer: String,
    newcomer: AccountId,
    older: AccountId,
) -> Result<(), ApiError> {
    super::act_form(
        <RepairDuplicate as ServerFn>::PATH,
        &(),
        |services, actor| async move {
            services
                .repair_duplicate(&actor, &customer, (newcomer, older))
                .await
        },
    )
    .await
}

/// Usernames that are kept from newcomers.
pub async fn list_reserved_usernames(
    customer: String,
    search: String,
    after: Option<String>,
) -> Result<Page<ReservedRow>, ApiError> {
    super::act(|services, actor| async move {
        services
            .reserved_usernames(&actor, &customer, &search, after.as_deref())
            .await
    })
    .await
}

/// Gives a reserved username free.
#[server(endpoint = "migration/release")]
pub async fn release_username(customer: String, username: String) -> Result<(), ApiError> {
    super::act_form(
        <ReleaseUsername as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.release_username(&actor, &customer, &username).await },
    )
    .await
}

/// Old and new usernames, for the help desk.
pub async fn list_help_desk(
    customer: String,
    plan: i64,
    after: Option<String>,
) -> Result<Page<HelpDeskRow>, ApiError> {
    super::act(|services, actor| async move {
        services
            .migration_help_desk(&actor, &customer, plan, after.as_deref())
            .await
    })
    .await
}

/// Whether the intranet of a customer lets people in; anybody may ask.
pub async fn show_access(customer: String) -> Result<AccessView, ApiError> {
    let access = super::visit(|services| async move { services.access(&customer).await }).await?;
    if access.paused_until.is_some() {
        super::server::unavailable(access.seconds);
    }
    Ok(access)
}

/// Has a plan made of the approved user mapping.
#[server(endpoint = "migration/plan")]
pub async fn make_migration_plan(
    customer: String,
    #[server(default)] old_sync_off: bool,
    #[server(default)] password_policy_off: bool,
    #[server(default)] reserved_days: String,
) -> Result<i64, ApiError> {
    let typed = (old_sync_off, password_policy_off, reserved_days);
    super::act_form(
        <MakeMigrationPlan as ServerFn>::PATH,
        &typed.clone(),
        |services, actor| async move {
            let options = options(&typed)?;
            services.make_migration_plan(&actor, &customer, options).await
        },
    )
    .await
}

/// Changes what a plan switches beside the accounts.
#[server(endpoint = "migration/options")]
pub async fn set_migration_options(
    customer: String,
    plan: i64,
    #[server(default)] old_sync_off: bool,
    #[server(default)] password_policy_off: bool,
    #[server(default)] reserved_days: String,
) -> Result<(), ApiError> {
    let typed = (old_sync_off, password_policy_off, reserved_days);
    super::act_form(
        <SetMigrationOptions as ServerFn>::PATH,
        &typed.clone(),
        |services, actor| async move {
            let options = options(&typed)?;
            services
                .set_migration_options(&actor, &customer, plan, options)
                .await
        },
    )
    .await
}

fn options(
    (old_sync_off, password_policy_off, days): &(bool, bool, String),
) -> Result<MigrationOptions, UserError> {
    let reserved_days = days.trim().parse().map_err(|_| {
        let words = "Enter a number of days, such as 90; 0 keeps no username.";
        UserError::field("reserved_days", words)
    })?;
    Ok(MigrationOptions {
        password_policy_off: *password_policy_off,
        old_sync_off: *old_sync_off,
        reserved_days,
    })
}

/// Has a plan rehearsed.
#[server(endpoint = "migration/rehearse")]
pub async fn rehearse_migration(customer: String, plan: i64) -> Result<(), ApiError> {
    super::act_form(
        <RehearseMigration as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.rehearse_migration(&actor, &customer, plan).await },
    )
    .await
}

/// Accepts what the rehearsal says of somebody.
#[server(endpoint = "migration/waive")]
pub async fn waive_rehearsed(
    customer: String,
    outcome: RehearsalOutcome,
    person: String,
    #[server(default)] reason: String,
) -> Result<(), ApiError> {
    let typed: TypedWaiver = (outcome.code().to_owned(), person.clone(), reason.clone());
    super::act_form(
        <WaiveRehearsed as ServerFn>::PATH,
        &typed,
        |services, actor| async move {
            services
                .waive_rehearsed(&actor, &customer, (outcome, &person), &reason)
                .await
        },
    )
    .await
}

/// Accepts it no more.
#[server(endpoint = "migration/withdraw-waiver")]
pub async fn withdraw_waiver(
    customer: String,
    outcome: RehearsalOutcome,
    person: String,
) -> Result<(), ApiError> {
    super::act_form(
        <WithdrawWaiver as ServerFn>::PATH,
        &(),
        |services, actor| async move {
            services
                .withdraw_waiver(&actor, &customer, (outcome, &person))
                .await
        },
    )
    .await
}

/// Puts on record which backup there is.
#[server(endpoint = "migration/backup")]
pub async fn note_migration_backup(
    customer: String,
    plan: i64,
    #[server(default)] backup: String,
) -> Result<(), ApiError> {
    super::act_form(
        <NoteMigrationBackup as ServerFn>::PATH,
        &backup.clone(),
        |services, actor| async move {
            services
                .note_migration_backup(&actor, &customer, plan, &backup)
                .await
        },
    )
    .await
}

/// Puts the run of a plan on the calendar: `when` is `agreed` or `now`.
#[server(endpoint = "migration/start")]
pub async fn start_migration(
    customer: String,
    plan: i64,
    #[server(default)] when: String,
    #[server(default)] minutes: String,
    #[server(default)] agreement: String,
) -> Result<i64, ApiError> {
    let typed: TypedStart = (when.clone(), minutes.clone(), agreement.clone());
    super::act_form(
        <StartMigration as ServerFn>::PATH,
        &typed,
        |services, actor| async move {
            let start = match when.as_str() {
                "agreed" => MigrationStart::Agreed,
                "now" => MigrationStart::Now {
                    minutes: minutes.trim().parse().unwrap_or_default(),
                    agreement,
                },
                _ => return Err(UserError::field("when", "Choose when it is to begin.").into()),
            };
            services.start_migration(&actor, &customer, plan, start).await
        },
    )
    .await
}

/// Drops a plan that nobody wants to carry out.
#[server(endpoint = "migration/drop")]
pub async fn drop_migration_plan(customer: String, plan: i64) -> Result<(), ApiError> {
    super::act_form(
        <DropMigrationPlan as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.drop_migration_plan(&actor, &customer, plan).await },
    )
    .await
}

/// Takes a run off the calendar that has not begun.
#[server(endpoint = "migration/cancel")]
pub async fn cancel_migration(customer: String, number: i64) -> Result<(), ApiError> {
    super::act_form(
        <CancelMigration as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.cancel_migration(&actor, &customer, number).await },
    )
    .await
}

/// Has a plan made that takes a run back: for everybody, or for one account.
#[server(endpoint = "migration/undo")]
pub async fn undo_migration(
    customer: String,
    number: i64,
    #[server(default)] only: Option<AccountId>,
) -> Result<i64, ApiError> {
    super::act_form(
        <UndoMigration as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.make_undo_plan(&actor, &customer, number, only).await },
    )
    .await
}
