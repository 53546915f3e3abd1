//! Appointments of deployments: events that are only ever added.

use domain::appointment::{AppointmentEvent, AppointmentKind, Present};
use domain::deployment::Responsibility;
use domain::ids::Id;
use domain::{ConsoleUserId, CustomerId, Timestamp};
use uuid::Uuid;

use crate::error::code;
use crate::sql::{execute, fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    // Of two events with one number the second is a conflict: whoever came later looks again.
    ADD = "INSERT INTO appointments (customer_id, kind, seq, event, starts_at, minutes, time_zone, proposed_side, note,
            by_id, by_name, side, for_customer, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    OF_KIND = "SELECT customer_id, kind, seq, event, starts_at, minutes, time_zone, proposed_side, note, by_name, side,
            for_customer, at
        FROM appointments WHERE customer_id = $1 AND kind = $2 ORDER BY seq DESC LIMIT $3";
    // The latest of each kind: of one customer ($2) or, for staff, of all of them ($1 is true).
    LATEST = "SELECT a.customer_id, a.kind, a.seq, a.event, a.starts_at, a.minutes, a.time_zone, a.proposed_side, a.note,
            a.by_name, a.side, a.for_customer, a.at
        FROM appointments a WHERE ($1 OR a.customer_id = $2) AND NOT EXISTS (SELECT 1 FROM appointments n
            WHERE n.customer_id = a.customer_id AND n.kind = a.kind AND n.seq > a.seq)";
}

/// One event. The time it is about stands in each, so that the latest says everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppointmentRow {
    pub customer: CustomerId,
    pub kind: AppointmentKind,
    /// 1, 2, 3, … within the kind.
    pub seq: i64,
    pub event: AppointmentEvent,
    pub starts_at: Timestamp,
    /// The length.
    pub minutes: u32,
    /// The name of the zone it was typed in.
    pub time_zone: String,
    pub proposed_by: Responsibility,
    /// What the other side should know, or why.
    pub note: String,
    pub by: String,
    pub side: Responsibility,
    /// Staff said it for the customer.
    pub for_customer: bool,
    pub at: Timestamp,
}

impl AppointmentRow {
    /// How the appointment stands after this event.
    pub fn present(&self) -> Present {
        Present {
            event: self.event,
            proposed_by: self.proposed_by,
            starts_at: self.starts_at,
            ends_at: self.starts_at + chrono::TimeDelta::minutes(i64::from(self.minutes)),
        }
    }
}

#[derive(sqlx::FromRow)]
struct Columns {
    customer_id: Uuid,
    kind: String,
    seq: i64,
    event: String,
    starts_at: Timestamp,
    minutes: i64,
    time_zone: String,
    proposed_side: String,
    note: String,
    by_name: String,
    side: String,
    for_customer: bool,
    at: Timestamp,
}

impl Columns {
    fn read(self) -> Result<AppointmentRow, StoreError> {
        Ok(AppointmentRow {
            customer: CustomerId::from_uuid(self.customer_id),
            kind: code("appointments", "kind", &self.kind)?,
            seq: self.seq,
            event: code("appointments", "event", &self.event)?,
            starts_at: self.starts_at,
            minutes: u32::try_from(self.minutes).unwrap_or(0),
            time_zone: self.time_zone,
            proposed_by: code("appointments", "proposed_side", &self.proposed_side)?,
            note: self.note,
            by: self.by_name,
            side: code("appointments", "side", &self.side)?,
            for_customer: self.for_customer,
            at: self.at,
        })
    }
}

/// Adds an event; a number that is taken is [`StoreError::Conflict`].
pub async fn add(tx: &mut Tx, by: Option<ConsoleUserId>, row: &AppointmentRow) -> Result<(), StoreError> {
    execute!(
        tx,
        ADD,
        row.customer.uuid(),
        row.kind.code(),
        row.seq,
        row.event.code(),
        row.starts_at,
        i64::from(row.minutes),
        row.time_zone.as_str(),
        row.proposed_by.code(),
        row.note.as_str(),
        by.map(Id::uuid),
        row.by.as_str(),
        row.side.code(),
        row.for_customer,
        row.at
    )?;
    Ok(())
}

/// What happened to the appointment of one kind, the latest first.
pub async fn of_kind(
    tx: &mut Tx,
    customer: CustomerId,
    kind: AppointmentKind,
    limit: i64,
) -> Result<Vec<AppointmentRow>, StoreError> {
    let rows = fetch_all!(tx, Columns, OF_KIND, customer.uuid(), kind.code(), limit)?;
    rows.into_iter().map(Columns::read).collect()
}

/// The latest event of each kind, of one customer.
pub async fn latest(tx: &mut Tx, customer: CustomerId) -> Result<Vec<AppointmentRow>, StoreError> {
    let rows = fetch_all!(tx, Columns, LATEST, false, customer.uuid())?;
    rows.into_iter().map(Columns::read).collect()
}

/// The latest event of each kind, of every customer. For staff only.
pub async fn latest_of_all(tx: &mut Tx) -> Result<Vec<AppointmentRow>, StoreError> {
    let rows = fetch_all!(tx, Columns, LATEST, true, Uuid::nil())?;
    rows.into_iter().map(Columns::read).collect()
}
