//! What people are told of a run (M-24): when it is, that it was taken off the calendar, that it was given up. That it is done is
//! told with whose turn it is then.

use domain::notices::Topic;
use domain::{Actor, CustomerId};
use store::Tx;
use store::migration::NewMigrationRun;

use crate::notices::Notice;
use crate::when::moment;
use crate::{ServiceError, Services};

impl Services {
    /// A run is on the calendar.
    pub(super) async fn tell_scheduled(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        (number, run): (i64, &NewMigrationRun<'_>),
    ) -> Result<(), ServiceError> {
        let text = vec![
            format!(
                "Access to the intranet is paused from {} on, until {} at the latest. Local administrators may enter.",
                moment(run.from),
                moment(run.until)
            ),
            "The page has the announcement for everybody, and the list of old and new usernames for the help desk."
                .to_owned(),
        ];
        let title = "The directory migration has a time";
        self.tell_of_run(tx, Some(actor), customer, ("scheduled", number), (title, text))
            .await
    }

    /// A run was taken off the calendar.
    pub(super) async fn tell_cancelled(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        number: i64,
    ) -> Result<(), ServiceError> {
        let text = vec![format!("{} cancelled it. Nothing was changed.", actor.name)];
        let title = "The directory migration is off the calendar";
        self.tell_of_run(tx, Some(actor), customer, ("cancelled", number), (title, text))
            .await
    }

    /// A run ended with nothing changed.
    pub(super) async fn tell_given_up(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        number: i64,
        words: &str,
    ) -> Result<(), ServiceError> {
        let text = vec![
            words.to_owned(),
            "Nothing was changed; all accounts are as they were, and everybody can sign in.".to_owned(),
        ];
        let title = "The directory migration was given up";
        self.tell_of_run(tx, None, customer, ("given-up", number), (title, text))
            .await
    }

    async fn tell_of_run(
        &self,
        tx: &mut Tx,
        author: Option<&Actor>,
        customer: CustomerId,
        (what, number): (&str, i64),
        (title, text): (&str, Vec<String>),
    ) -> Result<(), ServiceError> {
        let notice = Notice {
            cause: format!("migration:{what}:{number}"),
            topic: Topic::Steps,
            title: title.to_owned(),
            text,
            page: "migration".to_owned(),
            side: None,
            author,
        };
        self.notify(tx, customer, &notice).await
    }
}
