//! What one side is told of what the other side says and does.

use domain::deployment::standing::{self, Standing, StepState};
use domain::deployment::{Responsibility, Step};
use domain::ids::CommentId;
use domain::notices::Topic;
use domain::{Actor, CustomerId};
use store::Tx;

use super::facts::known;
use super::record::side_of;
use crate::notices::Notice;
use crate::{ServiceError, Services};

impl Services {
    /// Tells the other side what was written about a step.
    pub(super) async fn tell_comment(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        (comment, step, text): (CommentId, Step, &str),
    ) -> Result<(), ServiceError> {
        let notice = Notice {
            cause: format!("comment:{comment}"),
            topic: Topic::Steps,
            title: format!("{} wrote about “{}”", actor.name, step.title()),
            text: vec![text.to_owned()],
            page: step.code().to_owned(),
            side: Some(side_of(actor).other()),
            author: Some(actor),
        };
        self.notify(tx, customer, &notice).await
    }

    /// The names of those who are told of what this actor says about a step: the other side's, and never themselves.
    pub(super) async fn who_is_told(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
    ) -> Result<Vec<String>, ServiceError> {
        let side = side_of(actor).other();
        let told = self.told(tx, customer, Topic::Steps, Some(side)).await?;
        Ok(told
            .recipients
            .into_iter()
            .filter(|one| one.user.is_none() || one.user != actor.user)
            .map(|one| one.name)
            .collect())
    }

    /// Tells the other side what is their turn now, and what of theirs has to wait; and both sides, whoever did it, what
    /// is to be done together.
    pub(crate) async fn tell_hand_over(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        turn: &Turn<'_>,
    ) -> Result<(), ServiceError> {
        let after = standing::of(&known(tx, customer, self.now()).await?.facts);
        let (ours, theirs) = (side_of(actor), side_of(actor).other());
        let mut opened = opened(turn.before, &after, theirs);
        let held = held_up(turn.before, &after, theirs);
        self.tell_turn(tx, actor, customer, turn, (theirs, &opened, &held))
            .await?;
        opened.retain(|step| step.performed_by() == Responsibility::Joint);
        self.tell_turn(tx, actor, customer, turn, (ours, &opened, &[]))
            .await
    }

    /// Tells one side of the steps that it can do now, and of those that wait.
    async fn tell_turn(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        turn: &Turn<'_>,
        (side, opened, held): (Responsibility, &[Step], &[Step]),
    ) -> Result<(), ServiceError> {
        let (title, first) = match (opened.first(), held.first()) {
            (Some(first), _) => (format!("Your turn: {}", first.title()), first),
            (None, Some(first)) => (format!("On hold: {}", first.title()), first),
            (None, None) => return Ok(()),
        };
        let mut text = vec![turn.what.clone()];
        if !opened.is_empty() {
            text.push(format!("Open for you now: {}.", titles(opened)));
        }
        if !held.is_empty() {
            text.push(format!("On hold for now: {}.", titles(held)));
        }
        let notice = Notice {
            cause: format!("{}:{side}", turn.cause),
            topic: Topic::Steps,
            title,
            text,
            page: first.code().to_owned(),
            side: Some(side),
            author: Some(actor),
        };
        self.notify(tx, customer, &notice).await
    }
}

/// Something that was done, which may have handed the turn over.
pub(crate) struct Turn<'a> {
    /// Names it among the causes of notices.
    pub(crate) cause: String,
    /// What was done, one sentence.
    pub(crate) what: String,
    /// Where everything stood before.
    pub(crate) before: &'a [Standing],
}

/// The steps that are a side's to do now and were not before.
fn opened(before: &[Standing], after: &[Standing], side: Responsibility) -> Vec<Step> {
    let was_open: Vec<Step> = standing::open(before).map(|(step, _)| step).collect();
    standing::open(after)
        .filter(|(step, turn)| (*turn == side || *turn == Responsibility::Joint) && !was_open.contains(step))
        .map(|(step, _)| step)
        .collect()
}

/// The steps of a side that could be entered before and cannot be now.
fn held_up(before: &[Standing], after: &[Standing], side: Responsibility) -> Vec<Step> {
    after
        .iter()
        .filter(|standing| matches!(standing.state, StepState::Shut { .. } | StepState::OnHold { .. }))
        .map(|standing| standing.step)
        .filter(|step| [side, Responsibility::Joint].contains(&step.performed_by()))
        .filter(|step| standing::find(before, *step).may_be_entered())
        .collect()
}

fn titles(steps: &[Step]) -> String {
    let titles: Vec<String> = steps.iter().map(|step| format!("“{}”", step.title())).collect();
    titles.join(", ")
}
