use serde::{Deserialize, Serialize};

use super::When;
use crate::codes;

/// What the audit log is narrowed to. Every part may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AuditFilter {
    /// Part of the name of whoever did it.
    pub who: String,
    pub area: Option<AuditArea>,
    /// Part of what it was done to.
    pub about: String,
    /// The first and the last day, `2026-03-12`.
    pub from: String,
    pub until: String,
}

codes! {
    /// What an action is about: the word before its dot.
    pub enum AuditArea {
        Deployment = "deployment",
        Appointment = "appointment",
        Provider = "provider",
        Settings = "settings",
        Mapping = "mapping",
        Migration = "migration",
        Schedule = "schedule",
        Run = "run",
        Account = "account",
        Group = "group",
        List = "list",
        User = "user",
        Customer = "customer",
        Contact = "contact",
    }
}

impl AuditArea {
    pub const fn label(self) -> &'static str {
        match self {
            AuditArea::Deployment => "Steps and comments",
            AuditArea::Appointment => "Appointments",
            AuditArea::Provider => "Provider",
            AuditArea::Settings => "Settings",
            AuditArea::Mapping => "User mapping",
            AuditArea::Migration => "Directory migration",
            AuditArea::Schedule => "Schedule",
            AuditArea::Run => "Runs",
            AuditArea::Account => "Accounts",
            AuditArea::Group => "Groups",
            AuditArea::List => "Downloads",
            AuditArea::User => "Console users",
            AuditArea::Customer => "Customer",
            AuditArea::Contact => "Contacts and letters",
        }
    }
}

/// A row of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditRow {
    /// Its place in the chain.
    pub number: i64,
    pub when: When,
    pub who: String,
    /// The stable code, `run.start`.
    pub action: String,
    /// And in words: "started a run".
    pub words: String,
    /// The id or code of what it was done to, as the log keeps it.
    pub object: String,
    /// What that is called now; the id where it has no name.
    pub about: String,
    /// Its page below `/c/{customer}/`, if it has one.
    pub path: Option<String>,
    /// What was before and after, or whatever else there is to know, as lines of JSON; never a secret.
    pub details: String,
}
