//! What is looked at before a run: by us, and not ticked by anybody (section 3 of the guide's step 5).

use chrono::TimeDelta;
use domain::migration::{MigrationCheck, MigrationPurpose, PlanState};
use domain::numbers::{plural, thousands};
use domain::people_file::PeopleFileState;
use domain::views::MigrationCheckView;
use domain::{Actor, CustomerId, Timestamp};
use serde_json::json;
use store::Tx;
use store::migration::StoredPlan;

use super::approval::still_approved;
use super::make::{found, is_stale, newest, nothing_under_way};
use crate::paging::one_more;
use crate::sync::control::no_open_run;
use crate::{ServiceError, Services};

/// How long ago a local administrator may have signed in.
const SIGNED_IN: TimeDelta = TimeDelta::hours(24);
/// Administrators who are named.
const NAMED: usize = 3;
/// The longest note about a backup.
const MAX_NOTE: usize = 1_000;

impl Services {
    /// Everything that is looked at before a run of a plan, as it is now.
    pub async fn migration_preflight(
        &self,
        actor: &Actor,
        slug: &str,
        plan: i64,
    ) -> Result<Vec<MigrationCheckView>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, domain::Permission::Migrate)
            .await?
            .id;
        let stored = found(&mut tx, customer, plan).await?;
        self.migration_checks(&mut tx, customer, &stored, self.now())
            .await
    }

    /// Notes what staff know of a backup.
    pub async fn note_migration_backup(
        &self,
        actor: &Actor,
        slug: &str,
        plan: i64,
        note: &str,
    ) -> Result<(), ServiceError> {
        let note = super::view::typed(
            "backup",
            note,
            MAX_NOTE,
            "Say which backup there is, and who made sure.",
        )?;
        let mut tx = self.db().begin().await?;
        let customer = self.migration_of(&mut tx, actor, slug).await?;
        newest(&mut tx, customer, plan).await?;
        let said = format!("{note} ({})", actor.name);
        store::migration::set_backup(&mut tx, customer, plan, &said).await?;
        let about = plan.to_string();
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "migration.backup",
            &about,
            &json!({ "note": note }),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The checks of a run that begins at `at`.
    pub(super) async fn migration_checks(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        stored: &StoredPlan,
        at: Timestamp,
    ) -> Result<Vec<MigrationCheckView>, ServiceError> {
        let (plan, _, backup) = stored;
        let mut all = vec![
            refusal(
                MigrationCheck::NoRunActive,
                nothing_works_on_people(tx, customer).await,
                "None is.",
            )?,
            refusal(
                MigrationCheck::NoOtherMigration,
                nothing_under_way(tx, customer).await,
                "None is.",
            )?,
        ];
        let stale = plan.state != PlanState::Ready || is_stale(tx, customer, plan).await?;
        all.push(view(
            MigrationCheck::Drift,
            !stale,
            "People and the directory are as they were when the plan was made.",
            "People or the directory changed since the plan was made, or it is not ready. Make a new plan.",
        ));
        all.push(administrator(tx, customer, plan.number, at).await?);
        if plan.purpose == MigrationPurpose::Migrate {
            let good = format!("Version {} is approved.", plan.mapping_version);
            let approval = still_approved(tx, customer, plan).await;
            all.push(refusal(MigrationCheck::Approval, approval, &good)?);
            all.push(self.rehearsal_check(tx, customer, stored).await?);
            all.push(self.old_sync(tx, customer, stored).await?);
            all.push(self.licences(tx, customer, stored).await?);
            all.push(view(
                MigrationCheck::Backup,
                backup.is_some(),
                backup.as_deref().unwrap_or_default(),
                "Nobody has said that there is a backup.",
            ));
        }
        all.sort_by_key(|check| check.check);
        Ok(all)
    }

    async fn rehearsal_check(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        (plan, rehearsal, _): &StoredPlan,
    ) -> Result<MigrationCheckView, ServiceError> {
        let Some(rehearsal) = rehearsal else {
            let words = "This plan was not rehearsed.";
            return Ok(view(MigrationCheck::Rehearsal, false, "", words));
        };
        if self
            .is_outdated(tx, (customer, plan.directory), rehearsal)
            .await?
        {
            let words = "Something changed since the rehearsal. Rehearse again.";
            return Ok(view(MigrationCheck::Rehearsal, false, "", words));
        }
        let open = store::migration::unwaived(tx, customer, plan.number).await?;
        let words = format!(
            "{} would be duplicated or lose access. Mend that, or accept it for each of them.",
            plural(open.unsigned_abs(), "person", "people")
        );
        Ok(view(
            MigrationCheck::Rehearsal,
            open == 0,
            &rehearsal.counts.sentence(),
            &words,
        ))
    }

    async fn old_sync(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        (plan, ..): &StoredPlan,
    ) -> Result<MigrationCheckView, ServiceError> {
        let old = store::directories::old(tx, customer).await?;
        let names: Vec<&str> = old.iter().map(|old| old.name.as_str()).collect();
        let good = match names.as_slice() {
            [] => "There is none.".to_owned(),
            names => format!("Switched off by the run: {}.", names.join(", ")),
        };
        let is_ok = plan.options.old_sync_off || old.iter().all(|old| old.accounts == 0);
        Ok(view(
            MigrationCheck::OldSync,
            is_ok,
            &good,
            "The sync of the old directory would stay on, and make the old usernames anew. Have the run switch it off.",
        ))
    }

    async fn licences(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        (plan, rehearsal, _): &StoredPlan,
    ) -> Result<MigrationCheckView, ServiceError> {
        let settings = store::settings::find(tx, customer, plan.directory).await?;
        let limit = settings
            .and_then(|row| row.settings.limits.licences)
            .map(i64::from);
        let active = store::accounts::counts(tx, customer).await?.active;
        let more = rehearsal
            .as_ref()
            .map_or(0, |rehearsal| rehearsal.counts.more_active);
        let needed = active.saturating_add(more);
        let is_ok = limit.is_none_or(|limit| needed <= limit);
        let words = format!(
            "{} accounts would be active after the first sync, and there are {} licences.",
            thousands(needed.unsigned_abs()),
            thousands(limit.unwrap_or_default().unsigned_abs())
        );
        Ok(view(MigrationCheck::Licences, is_ok, "There are enough.", &words))
    }
}

fn view(check: MigrationCheck, is_ok: bool, good: &str, bad: &str) -> MigrationCheckView {
    MigrationCheckView {
        check,
        is_ok,
        words: if is_ok { good } else { bad }.to_owned(),
    }
}

/// P2, P-07, P-08: somebody has to get in when nobody else can, also once the accounts are changed. Whoever is renamed or moved
/// by that is no such way in, whenever they signed in.
async fn administrator(
    tx: &mut Tx,
    customer: CustomerId,
    plan: i64,
    at: Timestamp,
) -> Result<MigrationCheckView, ServiceError> {
    let (since, most) = (at - SIGNED_IN, one_more(NAMED));
    let proven = store::migration::proven_administrators(tx, customer, plan, since, most).await?;
    let first = proven.iter().take(NAMED);
    let names: Vec<String> = first.map(|one| format!("“{}”", one.username)).collect();
    let others = if proven.len() > NAMED { " and others" } else { "" };
    let words = if names.is_empty() {
        "No active local administrator has signed in within the 24 hours before the window. Have one sign in, and put it on \
         record."
            .to_owned()
    } else {
        format!(
            "Of the local administrators only {}{others} signed in within the 24 hours before the window, and this plan renames or \
             moves them. Have one sign in whose account stays local under its username, and put it on record.",
            names.join(", ")
        )
    };
    let stays = proven.iter().any(|one| one.stays);
    let check = MigrationCheck::LocalAdministrator;
    Ok(view(check, stays, "One did.", &words))
}

/// Neither a sync nor an import is under way, which would write to People as they were.
pub(super) async fn nothing_works_on_people(tx: &mut Tx, customer: CustomerId) -> Result<(), ServiceError> {
    no_open_run(tx, customer).await?;
    let file = store::people_file::latest(tx, customer).await?;
    if file.is_some_and(|file| file.state == PeopleFileState::Working) {
        return Err(super::refused(
            "A People file is being worked on. Wait until it is done.",
        ));
    }
    Ok(())
}

/// A check that is made by what refuses.
fn refusal(
    check: MigrationCheck,
    made: Result<(), ServiceError>,
    good: &str,
) -> Result<MigrationCheckView, ServiceError> {
    match made {
        Ok(()) => Ok(view(check, true, good, "")),
        Err(ServiceError::User(refused)) => Ok(view(check, false, "", &refused.to_string())),
        Err(other) => Err(other),
    }
}
