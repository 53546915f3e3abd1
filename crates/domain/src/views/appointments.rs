use serde::{Deserialize, Serialize};

use super::When;
use crate::appointment::{AppointmentAct, AppointmentForm, AppointmentKind, Need};
use crate::deployment::{Responsibility, Step};

/// An appointment in one sentence, in the reader's own time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentLine {
    pub kind: AppointmentKind,
    /// The step on whose page it is agreed.
    pub step: Step,
    /// "Agreed for Tuesday 3 March, 14:00–16:00 your time (09:00 in New York)."
    pub words: String,
    /// The same for a narrow place, without the other side's clock: "Tuesday 3 March, 14:00–16:00".
    pub short: String,
    /// What whoever looks has to do about it.
    pub needs: Option<Need>,
}

/// An appointment as its step's page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentView {
    pub kind: AppointmentKind,
    /// The number of the latest event; 0 before there is one. An answer names it, so that nobody answers another time
    /// than they saw.
    pub seq: i64,
    /// How it stands, one sentence.
    pub words: String,
    pub needs: Option<Need>,
    /// What whoever looks may do now.
    pub may: Vec<AppointmentAct>,
    /// There is a file for calendars.
    pub has_file: bool,
    /// What happened, the latest first.
    pub history: Vec<AppointmentEntry>,
    /// What the form begins with.
    pub form: AppointmentForm,
    /// The zone in which times are shown, and whether the reader has chosen it.
    pub time_zone: String,
    pub is_chosen: bool,
    /// The names of all zones.
    pub time_zones: Vec<String>,
}

/// One thing that happened to an appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentEntry {
    /// "Proposed Tuesday 3 March, 14:00–16:00"
    pub sentence: String,
    pub by: String,
    pub side: Responsibility,
    pub when: When,
    pub note: String,
}
