//! What one side is told of what the other side says and does.

use domain::deployment::standing::{self, Standing, StepState};
use domain::deployment::{Responsibility, Step};
use domain::ids::CommentId;
use domain::notices::Topic;
use domain::{Actor, CustomerId};
use store::Tx;

use super::facts::known;
use super::record::side_of;
use crate::notices::{Notice, Recipient};
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
        self.tell_over(tx, actor, customer, turn, None).await
    }

    /// The same, and that it was done is told even where nobody's turn changes by it.
    pub(crate) async fn tell_anyway(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        turn: &Turn<'_>,
        anyway: &Anyway<'_>,
    ) -> Result<(), ServiceError> {
        self.tell_over(tx, actor, customer, turn, Some(anyway)).await
    }

    async fn tell_over(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        turn: &Turn<'_>,
        anyway: Option<&Anyway<'_>>,
    ) -> Result<(), ServiceError> {
        let after = standing::of(&known(tx, customer, self.now()).await?.facts);
        let (ours, theirs) = (side_of(actor), side_of(actor).other());
        let mut opened = opened(turn.before, &after, theirs);
        let held = held_up(turn.before, &after, theirs);
        self.tell_turn(tx, actor, customer, turn, (theirs, &opened, &held), anyway)
            .await?;
        opened.retain(|step| step.performed_by() == Responsibility::Joint);
        self.tell_turn(tx, actor, customer, turn, (ours, &opened, &[]), anyway)
            .await
    }

    /// Asks the rest of the deployment team to look at a step, too: whoever of them did it cannot.
    pub(crate) async fn tell_colleagues(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        turn: &Turn<'_>,
        step: Step,
    ) -> Result<(), ServiceError> {
        let side = Responsibility::Staff;
        let notice = Notice {
            cause: format!("{}:{side}", turn.cause),
            topic: Topic::Steps,
            title: format!("Your turn: {}", step.title()),
            text: vec![turn.what.clone()],
            page: step.code().to_owned(),
            side: Some(side),
            author: Some(actor),
        };
        let mut told = self.told(tx, customer, Topic::Steps, Some(side)).await?;
        let me = actor.user;
        let can_look = move |one: &Recipient| one.user.is_some() && one.user != me;
        // Whoever did it may be the only one who was chosen.
        if !told.recipients.iter().any(can_look) {
            let all = self.told_by_default(tx, customer, Some(side)).await?;
            told.recipients
                .extend(all.recipients.into_iter().filter(can_look));
            told.by_default = true;
        }
        self.notify_those(tx, customer, &notice, &told).await
    }

    /// Tells one side of the steps that it can do now, and of those that wait.
    async fn tell_turn(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        turn: &Turn<'_>,
        (side, opened, held): (Responsibility, &[Step], &[Step]),
        anyway: Option<&Anyway<'_>>,
    ) -> Result<(), ServiceError> {
        let anyway = anyway.filter(|anyway| anyway.to.contains(&side));
        let (title, first) = match (opened.first(), anyway, held.first()) {
            (Some(first), ..) => (format!("Your turn: {}", first.title()), *first),
            (None, Some(anyway), _) => {
                let title = format!("{}: {}", anyway.title, anyway.step.title());
                (title, anyway.step)
            }
            (None, None, Some(first)) => (format!("On hold: {}", first.title()), *first),
            (None, None, None) => return Ok(()),
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

/// What is told even where nobody's turn changes by it.
pub(crate) struct Anyway<'a> {
    /// What became of the step, in a word: "Taken back".
    pub(crate) title: &'a str,
    pub(crate) step: Step,
    pub(crate) to: &'a [Responsibility],
}

/// The steps that are a side's to do now and were not before: open for the first time, or the other side's until now.
fn opened(before: &[Standing], after: &[Standing], side: Responsibility) -> Vec<Step> {
    let were_open: Vec<(Step, Responsibility)> = standing::open(before).collect();
    standing::open(after)
        .filter(|(_, turn)| *turn == side || *turn == Responsibility::Joint)
        .filter(|now| !were_open.contains(now))
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
