//! An appointment in the words, and the time, of whoever looks.

use domain::appointment::{AppointmentEvent, Need, Wanted};
use domain::deployment::Responsibility;
use domain::deployment::standing::Standing;
use domain::views::{AppointmentEntry, AppointmentLine};
use store::appointments::AppointmentRow;

use crate::deployment::words::Viewer;
use crate::when::when;

impl Viewer<'_> {
    fn time(&self, row: &AppointmentRow) -> String {
        rules::appointment::told(row.starts_at, row.minutes, &row.time_zone, self.reader, self.now)
    }

    /// What whoever looks has to do.
    pub(super) fn needs(&self, row: &AppointmentRow, wanted: Wanted) -> Option<Need> {
        if !self.acts || wanted != Wanted::Yes {
            return None;
        }
        let present = row.present();
        let (side, need) = match row.event {
            AppointmentEvent::Proposed => match present.waits_for(self.now) {
                Some(side) => (side, Need::Answer),
                None => (row.proposed_by, Need::ProposeAgain),
            },
            // The work of these steps is put on record by staff.
            AppointmentEvent::Agreed if present.is_over(self.now) => (Responsibility::Staff, Need::RecordIt),
            AppointmentEvent::Declined => (row.proposed_by, Need::ProposeAgain),
            AppointmentEvent::Agreed | AppointmentEvent::Cancelled => return None,
        };
        (side == self.side).then_some(need)
    }

    /// How it stands, one sentence.
    pub(super) fn standing(&self, latest: Option<&AppointmentRow>, wanted: Wanted) -> String {
        let Some(row) = latest else {
            return match wanted {
                Wanted::Yes => "No time is proposed yet.".to_owned(),
                _ => "No time was agreed.".to_owned(),
            };
        };
        let time = self.time(row);
        let present = row.present();
        match row.event {
            AppointmentEvent::Proposed => match present.waits_for(self.now) {
                _ if wanted != Wanted::Yes => format!("{time} was proposed; it is not needed any more."),
                Some(side) if side == self.side && self.acts => {
                    let whose = match row.proposed_by {
                        Responsibility::Staff => "The deployment team proposes".to_owned(),
                        _ => format!("{} proposes", self.customer),
                    };
                    format!("{whose} {time}. Does it suit you?")
                }
                Some(side) => {
                    let whom = match side {
                        Responsibility::Staff => "the deployment team",
                        _ => self.customer,
                    };
                    format!("Proposed: {time}. Waiting for {whom} to answer.")
                }
                None => format!("The proposed time, {time}, has passed without an answer."),
            },
            AppointmentEvent::Agreed if present.is_over(self.now) && wanted == Wanted::Yes => {
                format!("The agreed time, {time}, has passed, and nobody has recorded that it was done.")
            }
            AppointmentEvent::Agreed if present.is_over(self.now) => format!("It was agreed for {time}."),
            AppointmentEvent::Agreed if wanted == Wanted::NotNeeded => {
                format!("Agreed for {time}, but it is not needed any more. Cancel it.")
            }
            AppointmentEvent::Agreed => format!("Agreed for {time}."),
            AppointmentEvent::Declined => format!("{time} was declined. Propose another time."),
            AppointmentEvent::Cancelled => format!("{time} was cancelled."),
        }
    }

    /// The appointment as one line of a list; `None` when there is nothing ahead and nothing to do.
    pub(crate) fn line(&self, row: &AppointmentRow, all: &[Standing]) -> Option<AppointmentLine> {
        let (wanted, step) = row.kind.wanted(all);
        let needs = self.needs(row, wanted);
        let present = row.present();
        let waits = wanted == Wanted::Yes && present.waits_for(self.now).is_some();
        if !(needs.is_some() || waits || present.is_ahead(self.now)) {
            return None;
        }
        Some(AppointmentLine {
            kind: row.kind,
            step,
            words: self.standing(Some(row), wanted),
            short: rules::appointment::short(row.starts_at, row.minutes, self.reader, self.now),
            needs,
        })
    }

    /// The lines of one customer: what needs whoever looks first, then by time.
    pub(crate) fn lines(&self, rows: &[AppointmentRow], all: &[Standing]) -> Vec<AppointmentLine> {
        let mut lines: Vec<_> = rows
            .iter()
            .filter_map(|row| {
                self.line(row, all)
                    .map(|line| (line.needs.is_none(), row.starts_at, line))
            })
            .collect();
        lines.sort_by_key(|(calm, at, _)| (*calm, *at));
        lines.into_iter().map(|(.., line)| line).collect()
    }

    /// One entry of the history.
    pub(super) fn entry(&self, row: &AppointmentRow) -> AppointmentEntry {
        let time = self.time(row);
        let sentence = match (row.event, row.for_customer) {
            (AppointmentEvent::Proposed, _) => format!("Proposed {time}"),
            (AppointmentEvent::Agreed, false) => format!("Agreed to {time}"),
            (AppointmentEvent::Agreed, true) => format!("Recorded that {} agrees to {time}", self.customer),
            (AppointmentEvent::Declined, _) => format!("Declined {time}"),
            (AppointmentEvent::Cancelled, _) => format!("Cancelled {time}"),
        };
        AppointmentEntry {
            sentence,
            by: row.by.clone(),
            side: row.side,
            when: when(row.at, self.now),
            note: row.note.clone(),
        }
    }

    /// What staff's board says about agreed times that are over and whose work is not on record.
    pub(crate) fn unrecorded(&self, rows: &[AppointmentRow], all: &[Standing]) -> Vec<String> {
        rows.iter()
            .filter(|row| row.present().is_over(self.now) && row.kind.wanted(all).0 == Wanted::Yes)
            .map(|row| {
                let day = row.starts_at.with_timezone(&self.reader.zone).format("%-d %B");
                let kind = row.kind.title().to_lowercase();
                format!("The {kind} of {day} has passed and is not recorded as done.")
            })
            .collect()
    }
}
