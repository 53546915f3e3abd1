//! Appointments: proposing a time, answering it, the file for calendars, and in which time zone somebody reads times.

mod calendar;
mod tell;
mod words;

use domain::appointment::{
    AppointmentAct, AppointmentEvent, AppointmentForm, AppointmentKind, Present, Wanted, judge,
};
use domain::deployment::{Responsibility, standing};
use domain::views::AppointmentView;
use domain::{Actor, CustomerId, FieldError, Permission, UserError};
use rules::appointment::Reader;
use serde_json::json;
use store::appointments::AppointmentRow;
use store::customers::CustomerRow;
use store::{StoreError, Tx};

use crate::deployment::facts::{Known, known};
use crate::deployment::record::{side_of, wrong_text};
use crate::deployment::words::Viewer;
use crate::{ServiceError, Services};

/// Events shown of one kind.
const SHOWN: i64 = 100;

/// An appointment as a file for calendars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalendarFile {
    /// The file's name, `migration-window-contoso.ics`.
    pub name: String,
    /// RFC 5545.
    pub text: String,
}

impl Services {
    /// Proposes a time, in the place of whatever was proposed or agreed. `seq` is the number of the latest event that
    /// whoever proposes has seen (0: none); when there is a later one, the answer is [`UserError::Changed`].
    pub async fn propose_appointment(
        &self,
        actor: &Actor,
        slug: &str,
        kind: AppointmentKind,
        seq: i64,
        form: &AppointmentForm,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let act = AppointmentAct::Propose;
        let (customer, _) = self.may_act(&mut tx, actor, slug, kind, seq, act).await?;
        let note = form.note.trim();
        let wrong = wrong_text("note", note);
        let proposed = match rules::appointment::read(form, self.now()) {
            Ok(proposed) if wrong.is_empty() => proposed,
            Ok(_) => return Err(UserError::Invalid { errors: wrong }.into()),
            Err(mut errors) => {
                errors.extend(wrong);
                return Err(UserError::Invalid { errors }.into());
            }
        };
        let row = AppointmentRow {
            starts_at: proposed.starts_at,
            minutes: proposed.minutes,
            time_zone: proposed.time_zone.name().to_owned(),
            proposed_by: side_of(actor),
            ..self.event(actor, customer.id, kind, seq, act, note)
        };
        self.put_event(tx, actor, &row, act).await
    }

    /// Answers a proposal, or cancels what was proposed or agreed. A side does not answer its own proposal, but staff
    /// may put on record that the customer agrees. Declining, cancelling and speaking for the customer need a reason.
    pub async fn answer_appointment(
        &self,
        actor: &Actor,
        slug: &str,
        kind: AppointmentKind,
        seq: i64,
        act: AppointmentAct,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let (customer, latest) = self.may_act(&mut tx, actor, slug, kind, seq, act).await?;
        // A new time comes with its own form.
        let Some(latest) = latest.filter(|_| act != AppointmentAct::Propose) else {
            return Err(UserError::field("day", "Say when: the day, the start and the length.").into());
        };
        let reason = reason.trim();
        let mut errors = wrong_text("reason", reason);
        if act.needs_reason() && reason.is_empty() {
            let message = if act == AppointmentAct::AgreeForCustomer {
                "Say how the customer agreed: who, when, by which way."
            } else {
                "Say why, so that the other side knows what to do."
            };
            errors.push(FieldError {
                field: "reason".to_owned(),
                message: message.to_owned(),
            });
        }
        if !errors.is_empty() {
            return Err(UserError::Invalid { errors }.into());
        }
        let row = AppointmentRow {
            starts_at: latest.starts_at,
            minutes: latest.minutes,
            time_zone: latest.time_zone,
            proposed_by: latest.proposed_by,
            ..self.event(actor, customer.id, kind, seq, act, reason)
        };
        self.put_event(tx, actor, &row, act).await
    }

    /// The agreed appointment as a file for calendars; there is none for what is not agreed.
    pub async fn appointment_file(
        &self,
        actor: &Actor,
        slug: &str,
        kind: AppointmentKind,
    ) -> Result<CalendarFile, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?;
        let latest = store::appointments::of_kind(&mut tx, customer.id, kind, 1).await?;
        let agreed = latest.iter().find(|row| row.event == AppointmentEvent::Agreed);
        let row = agreed.ok_or(UserError::NotFound)?;
        Ok(CalendarFile {
            name: format!("{kind}-{slug}.ics"),
            text: calendar::text(row, &customer.name),
        })
    }

    /// Remembers in which time zone somebody reads times.
    pub async fn set_time_zone(&self, actor: &Actor, time_zone: &str) -> Result<(), ServiceError> {
        let Some(user) = actor.user else {
            return Err(UserError::Forbidden.into());
        };
        let zone = rules::appointment::zone(time_zone).ok_or_else(|| {
            UserError::field(
                "own_time_zone",
                "Choose a time zone by its name, such as Europe/London.",
            )
        })?;
        let mut tx = self.db().begin().await?;
        let before = store::time_zones::of(&mut tx, user).await?;
        store::time_zones::set(&mut tx, user, zone.name()).await?;
        let details = json!({ "before": before, "after": zone.name() });
        let object = user.to_string();
        self.record(
            &mut tx,
            actor,
            actor.customer,
            "user.time_zone",
            &object,
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The zone in which somebody reads the times of a customer.
    pub(crate) async fn reader(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: &Known,
    ) -> Result<Reader, ServiceError> {
        let own = own_zone(tx, actor).await?;
        Ok(Reader::of(own.as_deref(), customer.customer.time_zone.as_deref()))
    }

    /// What the page of a step shows of its appointment; `None` for one that a decision left out and that nobody ever
    /// spoke about.
    pub(crate) async fn appointment_view(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        known: &Known,
        viewer: &Viewer<'_>,
        kind: AppointmentKind,
    ) -> Result<Option<AppointmentView>, ServiceError> {
        let all = standing::of(&known.facts);
        let (wanted, _) = kind.wanted(&all);
        let customer = &known.customer.customer;
        let history = store::appointments::of_kind(tx, customer.id, kind, SHOWN).await?;
        if wanted == Wanted::NotNeeded && history.is_empty() {
            return Ok(None);
        }
        let (reader, now) = (viewer.reader, viewer.now);
        let latest = history.first();
        let present = latest.map(AppointmentRow::present);
        let may = may(actor, present.as_ref(), wanted, now);
        Ok(Some(AppointmentView {
            kind,
            seq: latest.map_or(0, |row| row.seq),
            words: viewer.standing(latest, wanted),
            needs: latest.and_then(|row| viewer.needs(row, wanted)),
            may,
            has_file: latest.is_some_and(|row| row.event == AppointmentEvent::Agreed),
            history: history.iter().map(|row| viewer.entry(row)).collect(),
            form: AppointmentForm {
                minutes: "60".to_owned(),
                time_zone: reader.zone.name().to_owned(),
                ..AppointmentForm::default()
            },
            time_zone: reader.zone.name().to_owned(),
            is_chosen: reader.is_chosen,
            time_zones: rules::schedule::time_zones().map(ToOwned::to_owned).collect(),
        }))
    }

    /// The customer and the latest event, if this actor may do this to it, having seen it.
    async fn may_act(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        slug: &str,
        kind: AppointmentKind,
        seq: i64,
        act: AppointmentAct,
    ) -> Result<(CustomerRow, Option<AppointmentRow>), ServiceError> {
        let customer = self
            .customer(tx, actor, slug, Permission::AgreeAppointments)
            .await?;
        let latest = store::appointments::of_kind(tx, customer.id, kind, 1)
            .await?
            .pop();
        if latest.as_ref().map_or(0, |row| row.seq) != seq {
            return Err(UserError::Changed.into());
        }
        let known = known(tx, customer.id, self.now()).await?;
        let (wanted, _) = kind.wanted(&standing::of(&known.facts));
        if act != AppointmentAct::Cancel && wanted != Wanted::Yes {
            let message = match wanted {
                Wanted::Done => "The work is on record as done: there is no time to agree on.",
                _ => "This step is not needed here: there is no time to agree on.",
            };
            return Err(UserError::field("day", message).into());
        }
        let present = latest.as_ref().map(AppointmentRow::present);
        judge(present.as_ref(), act, actor.role, self.now())
            .map_err(|refused| UserError::Appointment { refused })?;
        Ok((customer, latest))
    }

    /// The next event, without a time.
    fn event(
        &self,
        actor: &Actor,
        customer: CustomerId,
        kind: AppointmentKind,
        seq: i64,
        act: AppointmentAct,
        note: &str,
    ) -> AppointmentRow {
        let now = self.now();
        AppointmentRow {
            customer,
            kind,
            seq: seq + 1,
            event: act.event(),
            starts_at: now,
            minutes: 0,
            time_zone: String::new(),
            proposed_by: Responsibility::Staff,
            note: note.to_owned(),
            by: actor.name.clone(),
            side: side_of(actor),
            for_customer: act == AppointmentAct::AgreeForCustomer,
            at: now,
        }
    }

    async fn put_event(
        &self,
        mut tx: Tx,
        actor: &Actor,
        row: &AppointmentRow,
        act: AppointmentAct,
    ) -> Result<(), ServiceError> {
        match store::appointments::add(&mut tx, actor.user, row).await {
            // Somebody else was quicker by a moment.
            Err(StoreError::Conflict { .. }) => return Err(UserError::Changed.into()),
            other => other?,
        }
        let action = match act {
            AppointmentAct::Propose => "appointment.propose",
            AppointmentAct::Agree | AppointmentAct::AgreeForCustomer => "appointment.agree",
            AppointmentAct::Decline => "appointment.decline",
            AppointmentAct::Cancel => "appointment.cancel",
        };
        let details = json!({ "starts_at": row.starts_at, "minutes": row.minutes, "time_zone": row.time_zone,
            "note": row.note, "for_customer": row.for_customer });
        self.record(
            &mut tx,
            actor,
            Some(row.customer),
            action,
            row.kind.code(),
            &details,
        )
        .await?;
        self.tell_appointment(&mut tx, actor, row).await?;
        if row.kind == AppointmentKind::MigrationWindow && act != AppointmentAct::Agree {
            self.take_off_calendar(&mut tx, actor, row.customer).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// The zone that somebody has chosen.
pub(crate) async fn own_zone(tx: &mut Tx, actor: &Actor) -> Result<Option<String>, ServiceError> {
    Ok(match actor.user {
        Some(user) => store::time_zones::of(tx, user).await?,
        None => None,
    })
}

/// What this actor may do now. Whoever may decline need not cancel: it is the same, said as an answer.
fn may(
    actor: &Actor,
    present: Option<&Present>,
    wanted: Wanted,
    now: domain::Timestamp,
) -> Vec<AppointmentAct> {
    let allowed = |act: AppointmentAct| {
        actor.role.may(Permission::AgreeAppointments) && judge(present, act, actor.role, now).is_ok()
    };
    AppointmentAct::ALL
        .iter()
        .copied()
        .filter(|act| match act {
            AppointmentAct::Cancel => {
                allowed(*act) && !(wanted == Wanted::Yes && allowed(AppointmentAct::Decline))
            }
            _ => wanted == Wanted::Yes && allowed(*act),
        })
        .collect()
}
