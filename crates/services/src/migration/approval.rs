//! What a plan and its run rest on: the approved version of the mapping, its lines as one check wrote them (M-10).

use domain::migration::MigrationPlan;
use domain::user_mapping::{MappingState, ReviewState};
use domain::{CustomerId, Timestamp};
use store::Tx;
use store::user_mapping::Marks;

use super::refused;
use crate::ServiceError;

/// M-10: the version that is approved now, and the SHA-256 of its file; a newer version takes the approval back.
pub(super) async fn approved(tx: &mut Tx, customer: CustomerId) -> Result<(i64, String), ServiceError> {
    let latest = store::user_mapping::latest(tx, customer).await?;
    let review = store::user_mapping::latest_review(tx, customer).await?;
    let approved = review.filter(|review| {
        let is_newest = latest
            .as_ref()
            .is_some_and(|latest| latest.number == review.version);
        is_newest && review.state == ReviewState::Approved
    });
    match approved {
        Some(review) => Ok((review.version, review.hash)),
        None => Err(refused("The newest version of the user mapping is not approved.")),
    }
}

/// Whether [`still_approved`] refuses a plan.
pub(super) async fn is_withdrawn(
    tx: &mut Tx,
    customer: CustomerId,
    plan: &MigrationPlan,
) -> Result<bool, ServiceError> {
    match still_approved(tx, customer, plan).await {
        Ok(()) => Ok(false),
        Err(ServiceError::User(_)) => Ok(true),
        Err(other) => Err(other),
    }
}

/// M-10: refuses where another version is approved now than the one a plan was made of, and where that one was checked again
/// since: its lines were written anew.
pub(super) async fn still_approved(
    tx: &mut Tx,
    customer: CustomerId,
    plan: &MigrationPlan,
) -> Result<(), ServiceError> {
    let (version, hash) = approved(tx, customer).await?;
    if (version, hash.as_str()) != (plan.mapping_version, plan.mapping_hash.as_str()) {
        let words = "Another version of the user mapping is approved now. Make a new plan.";
        return Err(refused(words));
    }
    let checked_at = moment_of_check(tx, customer, plan).await?;
    if checked_at.is_none_or(|at| at > plan.made_at) {
        let words = "The user mapping was checked again since the plan was made. Make a new plan.";
        return Err(refused(words));
    }
    Ok(())
}

/// Whether the lines that a plan was just made of are all of the check that had ended at `checked_at`, and still approved (M-10):
/// a check that is under way writes them anew, bit by bit.
pub(super) async fn is_as_begun(
    tx: &mut Tx,
    customer: CustomerId,
    (plan, checked_at): (&MigrationPlan, Option<Timestamp>),
) -> Result<bool, ServiceError> {
    if checked_at.is_none() || moment_of_check(tx, customer, plan).await? != checked_at {
        return Ok(false);
    }
    Ok(!is_withdrawn(tx, customer, plan).await?)
}

/// When the version of a plan was checked beside the People and the directory that the plan is for; `None` while it is checked
/// again, and once it was checked beside others.
pub(super) async fn moment_of_check(
    tx: &mut Tx,
    customer: CustomerId,
    plan: &MigrationPlan,
) -> Result<Option<Timestamp>, ServiceError> {
    let version = store::user_mapping::version(tx, customer, plan.mapping_version).await?;
    let marks = Marks {
        directory: plan.directory,
        people: plan.people_number,
        snapshot: plan.snapshot_number,
    };
    Ok(version
        .filter(|version| version.state == MappingState::Checked && version.marks == Some(marks))
        .and_then(|version| version.checked_at))
}
