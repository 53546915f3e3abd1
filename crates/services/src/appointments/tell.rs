//! What the other side is told about an appointment.

use domain::appointment::AppointmentEvent;
use domain::deployment::standing;
use domain::notices::Topic;
use domain::{Actor, Timestamp};
use rules::appointment::Reader;
use store::Tx;
use store::appointments::AppointmentRow;

use crate::deployment::facts::known;
use crate::deployment::record::side_of;
use crate::notices::Notice;
use crate::{ServiceError, Services};

impl Services {
    /// Tells the other side, in the unit of work of the event. Letters have no reader's zone, so they name the one the
    /// time was typed in.
    pub(super) async fn tell_appointment(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        row: &AppointmentRow,
    ) -> Result<(), ServiceError> {
        let known = known(tx, row.customer, self.now()).await?;
        let (_, step) = row.kind.wanted(&standing::of(&known.facts));
        let mut text = vec![format!("{}.", time(row, self.now()))];
        if !row.note.is_empty() {
            text.push(row.note.clone());
        }
        let notice = Notice {
            cause: format!("appointment:{}:{}", row.kind, row.seq),
            topic: Topic::Steps,
            title: title(row),
            text,
            page: step.code().to_owned(),
            side: Some(side_of(actor).other()),
            author: Some(actor),
        };
        self.notify(tx, row.customer, &notice).await
    }
}

fn time(row: &AppointmentRow, now: Timestamp) -> String {
    let reader = Reader::of(None, Some(&row.time_zone));
    rules::appointment::told(row.starts_at, row.minutes, &row.time_zone, reader, now)
}

/// "Sam proposes a time: Migration window".
fn title(row: &AppointmentRow) -> String {
    let (who, what) = (&row.by, row.kind.title());
    match (row.event, row.for_customer) {
        (AppointmentEvent::Proposed, _) => format!("{who} proposes a time: {what}"),
        (AppointmentEvent::Agreed, false) => format!("{who} agreed to the time: {what}"),
        (AppointmentEvent::Agreed, true) => format!("{who} recorded that you agreed to the time: {what}"),
        (AppointmentEvent::Declined, _) => format!("{who} declined the time: {what}"),
        (AppointmentEvent::Cancelled, _) => format!("{who} cancelled: {what}"),
    }
}
