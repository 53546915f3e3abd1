//! What one side is told of what the other side says and does.

use domain::deployment::standing::{self, Standing};
use domain::deployment::{Responsibility, Said, Step};
use domain::ids::{CommentId, StatementId};
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

    /// Tells the other side that it is their turn, when a statement opened steps of theirs. `before` is where everything
    /// stood without it.
    pub(super) async fn tell_hand_over(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        (statement, step, said): (StatementId, Step, Said),
        before: &[Standing],
    ) -> Result<(), ServiceError> {
        let side = side_of(actor).other();
        let after = standing::of(&known(tx, customer, self.now()).await?.facts);
        let opened = opened(before, &after, side);
        let Some(first) = opened.first() else {
            return Ok(());
        };
        let titles: Vec<String> = opened.iter().map(|step| format!("“{}”", step.title())).collect();
        let notice = Notice {
            cause: format!("statement:{statement}"),
            topic: Topic::Steps,
            title: format!("Your turn: {}", first.title()),
            text: vec![
                format!("{} recorded “{}”: {}.", actor.name, step.title(), said.sentence()),
                format!("Open for you now: {}.", titles.join(", ")),
            ],
            page: first.code().to_owned(),
            side: Some(side),
            author: Some(actor),
        };
        self.notify(tx, customer, &notice).await
    }
}

/// The steps that are a side's to do now and were not before.
fn opened(before: &[Standing], after: &[Standing], side: Responsibility) -> Vec<Step> {
    let was_open: Vec<Step> = standing::open(before).map(|(step, _)| step).collect();
    standing::open(after)
        .filter(|(step, turn)| (*turn == side || *turn == Responsibility::Joint) && !was_open.contains(step))
        .map(|(step, _)| step)
        .collect()
}
