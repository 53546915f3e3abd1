//! What the page shows of a review: how it stands, what was said before, what changed since, and who has read which warnings.

use domain::user_mapping::{FindingGroup, MappingState, ReviewState, Severity, TakenBack};
use domain::views::{
    MappingDrift, MappingReviewView, MappingTakenBackView, MappingVerdictView, MappingWarningView,
};
use domain::{Actor, CustomerId, DirectoryId, Permission, Timestamp};
use store::Tx;
use store::user_mapping::{MappingVersion, OpenRemarks, Review};

use super::edit::summary_of;
use super::taken_back::{approved_at, approvers};
use super::view::changes;
use crate::when::when;
use crate::{ServiceError, Services};

impl Services {
    /// How the newest review fares. `drifted`: People or the directory changed since the newest version was checked.
    pub(super) async fn review_view(
        &self,
        tx: &mut Tx,
        (actor, whose): (&Actor, (CustomerId, DirectoryId)),
        (latest, mut review, drifted): (&MappingVersion, Review, bool),
    ) -> Result<MappingReviewView, ServiceError> {
        let customer = whose.0;
        let is_newest = review.version == latest.number;
        let is_pending = is_newest && is_open(review.state);
        // While it is checked again nobody knows what is to be decided about.
        let is_checking = latest.state == MappingState::Checking;
        let can_decide = is_pending && !is_checking && actor.role.may(Permission::ReviewMapping);
        let cannot_approve = if can_decide {
            self.cannot_approve(tx, actor, customer, latest, (&review, drifted))
                .await?
        } else {
            None
        };
        let before = self.verdicts_before(tx, customer, (&review, is_newest)).await?;
        // What is with staff again was returned before: that is no decision about it as it stands.
        if review.state == ReviewState::Submitted {
            review.decided_by_name.clear();
            review.decided_at = None;
            review.reason.clear();
        }
        let open = if is_newest {
            store::user_mapping::open_remarks(tx, customer, latest.number).await?
        } else {
            OpenRemarks::default()
        };
        let taken_back = review.taken_back.as_ref().filter(|_| is_pending);
        let now = self.now();
        Ok(MappingReviewView {
            version: review.version,
            is_newest,
            state: review.state,
            drifted: is_newest && drifted,
            taken_back: taken_back.map(|taken_back| self.taken_back_view(taken_back)),
            changed: changed(tx, whose, (latest, &review), is_pending && !drifted).await?,
            warnings: if is_newest {
                warnings(latest, &review)
            } else {
                Vec::new()
            },
            submitted_by: review.submitted_by_name,
            submitted: when(review.submitted_at, now),
            decided_by: review.decided_by_name,
            decided: review.decided_at.map(|at| when(at, now)),
            reason: review.reason,
            seconded_by: review.seconded_by_name,
            before,
            open_questions: open.questions,
            // It has no lines meanwhile.
            changed_questions: if is_checking { 0 } else { open.changed },
            can_decide,
            cannot_approve,
        })
    }

    /// What was said about a version before it was submitted again, and about the version that was reviewed before (F-30).
    async fn verdicts_before(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        (review, is_newest): (&Review, bool),
    ) -> Result<Vec<MappingVerdictView>, ServiceError> {
        let mut before = Vec::new();
        if review.state == ReviewState::Submitted && review.decided_at.is_some() {
            before.push(self.verdict(review));
        }
        if is_newest {
            let earlier = store::user_mapping::review_before(tx, customer, review.version).await?;
            before.extend(earlier.map(|earlier| self.verdict(&earlier)));
        }
        Ok(before)
    }

    /// What was said about a version that was returned or approved, if only until it was checked again.
    fn verdict(&self, review: &Review) -> MappingVerdictView {
        let now = self.now();
        if let (true, Some(taken_back)) = (is_open(review.state), &review.taken_back) {
            return MappingVerdictView {
                version: review.version,
                state: taken_back.was,
                by: taken_back.by.clone(),
                when: Some(when(taken_back.at, now)),
                reason: String::new(),
            };
        }
        MappingVerdictView {
            version: review.version,
            state: match review.state {
                ReviewState::Approved => ReviewState::Approved,
                _ => ReviewState::Returned,
            },
            by: approvers(review),
            when: review.decided_at.map(|at| when(at, now)),
            reason: review.reason.clone(),
        }
    }

    fn taken_back_view(&self, taken_back: &TakenBack) -> MappingTakenBackView {
        let now = self.now();
        MappingTakenBackView {
            by: taken_back.by.clone(),
            when: when(taken_back.at, now),
            was_seconding: taken_back.was == ReviewState::Seconding,
            needs_second: taken_back.needs_second,
            again_by: taken_back.again_by.clone(),
            again: when(taken_back.again_at, now),
            drifted: taken_back.drifted,
        }
    }
}

/// It is with staff, who decide.
const fn is_open(state: ReviewState) -> bool {
    matches!(state, ReviewState::Submitted | ReviewState::Seconding)
}

/// Until when everybody who had to had said that a version is right: when it was approved, if only until it was checked again, or
/// submitted. `None`: it was returned.
pub(super) fn accepted_at(review: &Review) -> Option<Timestamp> {
    match review.state {
        ReviewState::Returned => None,
        ReviewState::Approved => Some(approved_at(review)),
        ReviewState::Submitted | ReviewState::Seconding => {
            let taken_back = review.taken_back.as_ref();
            Some(taken_back.map_or(review.submitted_at, |taken_back| taken_back.at))
        }
    }
}

/// What changed since a version was accepted that was checked again since; `None`: it was not, or nobody is to know
/// (`is_wanted`).
async fn changed(
    tx: &mut Tx,
    whose: (CustomerId, DirectoryId),
    (version, review): (&MappingVersion, &Review),
    is_wanted: bool,
) -> Result<Option<MappingDrift>, ServiceError> {
    let is_checked = version.state == MappingState::Checked;
    match (accepted_at(review), version.checked_at) {
        (Some(accepted), Some(checked)) if is_wanted && is_checked && checked > accepted => {
            Ok(Some(changes(tx, whose, accepted).await?))
        }
        _ => Ok(None),
    }
}

/// The groups of warnings of a version, and who ticked them since its check, or before that.
fn warnings(version: &MappingVersion, review: &Review) -> Vec<MappingWarningView> {
    let check = version.check();
    of_warnings(version)
        .map(|group| {
            let key = group.key();
            // Whoever ticks a group again takes the place of who did before.
            let ticked = review.acknowledged.iter().find(|ticked| ticked.key == key);
            let (now, before) = match ticked {
                Some(ticked) if ticked.covers(group, check) => (Some(ticked.by.clone()), None),
                other => (None, other.cloned()),
            };
            MappingWarningView {
                group: group.clone(),
                ticked_by: now,
                ticked_before: before,
            }
        })
        .collect()
}

/// The groups of warnings of a version that nobody has ticked since its check (P-17).
pub(super) fn unticked<'a>(version: &'a MappingVersion, review: &Review) -> Vec<&'a FindingGroup> {
    let check = version.check();
    let is_ticked = |group: &FindingGroup| {
        let mut ticked = review.acknowledged.iter();
        ticked.any(|ticked| ticked.covers(group, check))
    };
    of_warnings(version).filter(|group| !is_ticked(group)).collect()
}

/// The groups of warnings of a version; none while it is not checked.
pub(super) fn of_warnings(version: &MappingVersion) -> impl Iterator<Item = &FindingGroup> {
    let summary = summary_of(version).into_iter();
    let groups = summary.flat_map(|summary| &summary.groups);
    groups.filter(|group| group.example.severity == Severity::Warning)
}
