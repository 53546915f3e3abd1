//! What a user may be told when something cannot be done: a closed set of plain sentences. Everything else is
//! [`UserError::Internal`] with a reference, and the chain of causes goes to the log under that reference.

use serde::{Deserialize, Serialize};

use crate::appointment::Refused;
use crate::deployment::Step;

/// A refusal a user can read. Holds nothing secret and nobody's personal data: when a form is posted without
/// scripts it travels in a URL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum UserError {
    #[error("Please sign in.")]
    SignInRequired,
    #[error("The e-mail address or the password is not right.")]
    WrongCredentials,
    #[error("Too many attempts. Try again in {seconds} seconds.")]
    TooManyAttempts { seconds: u64 },
    #[error("You may not do this. Ask an administrator of your organisation.")]
    Forbidden,
    #[error("This page does not exist, or it is not yours to see.")]
    NotFound,
    #[error("{}", summary(errors))]
    Invalid { errors: Vec<FieldError> },
    #[error("Somebody changed this in the meantime. Reload the page and look again.")]
    Changed,
    /// H-02: one run at a time for a customer.
    #[error("{}", run_active(*number, *is_held, *of_one_person))]
    RunActive {
        /// The run in the way.
        number: i64,
        is_held: bool,
        of_one_person: bool,
    },
    /// S-05, S-06: a list made under older settings is not what the settings ask for now.
    #[error(
        "The settings have changed since this list was made. Reject this run and start a new one; nothing was applied."
    )]
    SettingsChanged,
    #[error("{what} is needed first.")]
    NeededFirst { what: String },
    /// A step of the deployment that may not be entered yet.
    #[error("This cannot be done yet: {}.", until.missing())]
    NotYet { until: Step },
    /// What was mapped is done: another mapping would do nothing (M-14).
    #[error(
        "The directory migration has carried the user mapping out, so the mapping stays as it is. While no sync has \
         written to People since, the migration can be taken back, and the mapping be changed then."
    )]
    CarriedOut,
    /// Who may answer what.
    #[error("{}", refused.sentence())]
    Appointment { refused: Refused },
    /// A link of a mail that was used, replaced or taken back, or is too old.
    #[error(
        "This link was used, replaced or taken back, or it is too old. Ask whoever sent it for a new one; for a new \
         password, choose “Password forgotten?” where you sign in."
    )]
    DeadLink,
    #[error("This run is not waiting for a decision any more.")]
    NotHeld,
    /// A request that brings more than it may.
    #[error("{}", too_large(*megabytes, *is_file))]
    TooLarge {
        /// The most there may be: of the file (F-27), or of all that is typed.
        megabytes: u64,
        is_file: bool,
    },
    /// A request that did not come in time, or whose answer did not.
    #[error("{}", what.sentence())]
    TooSlow { what: Slow },
    #[error("Something went wrong on our side. It is recorded under {reference}; nothing was changed.")]
    Internal { reference: String },
}

impl UserError {
    /// One field, one sentence.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        UserError::Invalid {
            errors: vec![FieldError {
                field: field.into(),
                message: message.into(),
            }],
        }
    }

    /// The HTTP status this answer travels with.
    pub const fn status(&self) -> u16 {
        match self {
            UserError::SignInRequired | UserError::WrongCredentials => 401,
            UserError::TooManyAttempts { .. } => 429,
            UserError::Forbidden => 403,
            UserError::NotFound | UserError::DeadLink => 404,
            UserError::TooSlow { what: Slow::Arrival } => 408,
            UserError::TooLarge { .. } => 413,
            UserError::Invalid { .. } => 422,
            UserError::Changed
            | UserError::RunActive { .. }
            | UserError::SettingsChanged
            | UserError::NeededFirst { .. }
            | UserError::NotYet { .. }
            | UserError::CarriedOut
            | UserError::Appointment { .. }
            | UserError::NotHeld => 409,
            UserError::Internal { .. } => 500,
            UserError::TooSlow { .. } => 503,
        }
    }

    /// The errors of one field, for the place beside it.
    pub fn of_field<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a str> {
        let errors = match self {
            UserError::Invalid { errors } => errors.as_slice(),
            _ => &[],
        };
        errors
            .iter()
            .filter(move |e| e.field == field)
            .map(|e| e.message.as_str())
    }
}

/// What took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Slow {
    /// What was sent, not all of which came in time: nothing was done.
    Arrival,
    /// The answer to a form. All of it may have come, so what it asked for may be done.
    Answer,
    /// A page or a download, which changes nothing.
    Page,
    /// A file, which is taken whole or not at all (F-34).
    Upload,
}

impl Slow {
    /// What is said of it, and the cure.
    const fn sentence(self) -> &'static str {
        match self {
            Slow::Arrival => {
                "What you sent did not arrive in time, so nothing was changed. Check your connection, then send it again."
            }
            Slow::Answer => "The answer took too long. Look whether it was done, then try again.",
            Slow::Page => "This page took too long. Try again.",
            Slow::Upload => {
                "The upload took too long, so nothing was stored. Check your connection, then upload the file again."
            }
        }
    }
}

/// What is wrong with one field of a form, and the cure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    pub field: String,
    pub message: String,
}

fn run_active(number: i64, is_held: bool, of_one_person: bool) -> String {
    let which = if of_one_person { ", of one person," } else { "" };
    if is_held {
        format!(
            "Run {number}{which} is held for a decision, and one run at a time is all there can be. Accept or reject it first."
        )
    } else {
        format!(
            "Run {number}{which} is under way, and one run at a time is all there can be. Wait for it, or cancel it."
        )
    }
}

fn too_large(megabytes: u64, is_file: bool) -> String {
    if is_file {
        format!(
            "The file is larger than {megabytes} MB, so nothing was stored. Remove columns that are not needed, and upload it again."
        )
    } else {
        format!(
            "What was typed is larger than {megabytes} MB, so nothing was stored. Shorten it, and send it again."
        )
    }
}

impl FieldError {
    /// That a field holds a character nobody sees ([`crate::text::unseen`]), if it does; named by its code point, so
    /// that it can be found.
    pub fn unseen(field: &str, text: &str, lines: bool) -> Option<Self> {
        let hidden = crate::text::unseen(text, lines)?;
        let message = format!(
            "This holds a character that cannot be seen and changes how the text reads (U+{:04X}). Type it again without it.",
            u32::from(hidden)
        );
        Some(Self {
            field: field.to_owned(),
            message,
        })
    }
}

fn summary(errors: &[FieldError]) -> String {
    match errors {
        [one] => one.message.clone(),
        many => format!("{} fields need a correction.", many.len()),
    }
}
