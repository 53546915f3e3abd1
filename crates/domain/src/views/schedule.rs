use serde::{Deserialize, Serialize};

use super::When;
use crate::schedule::ScheduleForm;

/// The page of the schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleView {
    pub version: i64,
    pub form: ScheduleForm,
    pub enabled: bool,
    /// "Every 30 minutes from 07:00 to 19:00".
    pub words: String,
    /// The next due times, in the words of the schedule's time zone; of what is saved, on or off.
    pub next: Vec<String>,
    /// When a due run was last passed over because another one was open (H-02).
    pub skipped: Option<When>,
    /// Why it cannot be switched on yet, each a sentence (H-07).
    pub gate: Vec<String>,
    pub can_edit: bool,
    /// Names to choose from.
    pub time_zones: Vec<String>,
}
