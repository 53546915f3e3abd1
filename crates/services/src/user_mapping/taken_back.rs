//! What is told when a version of the mapping that was submitted or approved is so no more: by a newer one (F-30), by a new
//! check, or because People or the directory changed (P-17).

use domain::deployment::facts::MappingFacts;
use domain::deployment::standing::{self, Standing};
use domain::deployment::{Responsibility, Step};
use domain::notices::Topic;
use domain::user_mapping::{ReviewState, TakenBack};
use domain::{Actor, CustomerId, Timestamp};
use store::Tx;
use store::user_mapping::{MappingVersion, Review};

use crate::deployment::facts::known;
use crate::deployment::record::side_of;
use crate::deployment::tell::{Anyway, Turn};
use crate::notices::Notice;
use crate::{ServiceError, Services};

/// The newest version of a mapping, which is with staff or was approved.
pub(super) struct WithStaff {
    version: i64,
    state: ReviewState,
    /// Where everything stands meanwhile.
    before: Vec<Standing>,
}

impl Services {
    /// The version that a change of the mapping would take back now. One that was carried out is past that.
    pub(super) async fn with_staff(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
    ) -> Result<Option<WithStaff>, ServiceError> {
        let review = store::user_mapping::latest_review(tx, customer).await?;
        let Some(review) = review.filter(|review| review.state != ReviewState::Returned) else {
            return Ok(None);
        };
        let known = known(tx, customer, self.now()).await?;
        let is_newest = known.customer.mapping_version == Some(review.version);
        if !is_newest || known.customer.migrated_at.is_some() {
            return Ok(None);
        }
        Ok(Some(WithStaff {
            version: review.version,
            state: review.state,
            before: standing::of(&known.facts),
        }))
    }

    /// Tells that a newer version takes one back.
    pub(super) async fn tell_replaced(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        (review, version): (&WithStaff, i64),
    ) -> Result<(), ServiceError> {
        let was = match review.state {
            ReviewState::Approved => "which was approved",
            ReviewState::Seconding => "which waited for a second approval",
            ReviewState::Submitted | ReviewState::Returned => "which was submitted for review",
        };
        let what = format!(
            "{} made version {version} of the user mapping. It takes back version {}, {was}.",
            actor.name, review.version
        );
        let cause = format!("mapping:{}:replaced:{version}", review.version);
        self.tell_taken_back(tx, actor, customer, review, (cause, "Taken back", what))
            .await
    }

    /// Takes the approval of a version back that is to be checked again, if it has one (P-17). Who gave it, and when, stays with
    /// the review: whoever decides anew sees it. Gives whether there was one.
    pub(super) async fn reopen(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        version: &MappingVersion,
    ) -> Result<bool, ServiceError> {
        let review = store::user_mapping::review(tx, customer, version.number).await?;
        let is_given = |state| matches!(state, ReviewState::Approved | ReviewState::Seconding);
        let Some(review) = review.filter(|review| is_given(review.state)) else {
            return Ok(false);
        };
        let taken_back = TakenBack {
            was: review.state,
            by: approvers(&review),
            at: approved_at(&review),
            needs_second: review.state == ReviewState::Seconding || !review.seconded_by_name.is_empty(),
            again_by: actor.name.clone(),
            again_at: self.now(),
            drifted: self.drifted(tx, customer, version).await?,
        };
        Ok(store::user_mapping::reopen_review(tx, customer, version.number, &taken_back).await?)
    }

    /// Tells that an approval does not count any more: its version is checked again.
    pub(super) async fn tell_reopened(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        review: &WithStaff,
    ) -> Result<(), ServiceError> {
        let what = format!(
            "{} had version {} of the user mapping checked again. The approval it had is taken back, and it is with the \
             deployment team again.",
            actor.name, review.version
        );
        let cause = format!(
            "mapping:{}:reopened:{}",
            review.version,
            self.now().timestamp_micros()
        );
        self.tell_taken_back(tx, actor, customer, review, (cause, "To be approved anew", what))
            .await
    }

    /// Staff are told whoever did it, and the customer where staff did it.
    async fn tell_taken_back(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        review: &WithStaff,
        (cause, title, what): (String, &str, String),
    ) -> Result<(), ServiceError> {
        let turn = Turn {
            cause,
            what,
            before: &review.before,
        };
        let anyway = Anyway {
            title,
            step: Step::UserMapping,
            to: &[Responsibility::Staff, side_of(actor).other()],
        };
        self.tell_anyway(tx, actor, customer, &turn, &anyway).await
    }

    /// Tells staff that an approved mapping is theirs again, because People or the directory are not as they were when it
    /// was checked (P-17). Of each approval it is told once.
    pub(crate) async fn tell_drifted(&self, tx: &mut Tx, customer: CustomerId) -> Result<(), ServiceError> {
        let review = store::user_mapping::latest_review(tx, customer).await?;
        let Some(review) = review.filter(|review| review.state == ReviewState::Approved) else {
            return Ok(());
        };
        let known = known(tx, customer, self.now()).await?;
        let has_drifted = matches!(known.facts.mapping, MappingFacts::Drifted { .. });
        // While the step waits for another one it is nobody's turn; it is told at the end of a later run.
        let standing = standing::of(&known.facts);
        if !has_drifted || !standing::find(&standing, Step::UserMapping).may_be_entered() {
            return Ok(());
        }
        let (at, version) = (approved_at(&review), review.version);
        let notice = Notice {
            cause: format!("mapping:{version}:drifted:{}", at.timestamp_micros()),
            topic: Topic::Steps,
            title: format!("Your turn: {}", Step::UserMapping.title()),
            text: vec![format!(
                "People or the directory changed since version {version} of the user mapping was checked. Its approval does \
                 not count until it was checked again and looked at."
            )],
            page: Step::UserMapping.code().to_owned(),
            side: Some(Responsibility::Staff),
            author: None,
        };
        self.notify(tx, customer, &notice).await
    }
}

/// The names of those who approved a version.
pub(super) fn approvers(review: &Review) -> String {
    if review.seconded_by_name.is_empty() {
        review.decided_by_name.clone()
    } else {
        format!("{} and {}", review.decided_by_name, review.seconded_by_name)
    }
}

/// When a version was approved, by the last of them.
pub(super) fn approved_at(review: &Review) -> Timestamp {
    let at = review.seconded_at.or(review.decided_at);
    at.unwrap_or(review.submitted_at)
}
