use serde::{Deserialize, Serialize};

use super::When;
use crate::access::Role;
use crate::codes;
use crate::ids::{ConsoleUserId, InvitationId};

/// Who may use the console for one customer, or who of the vendor's staff may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamView {
    /// Those who may sign in first, then those who were removed.
    pub people: Vec<TeamMember>,
    /// Invitations that nobody has accepted yet.
    pub invitations: Vec<InvitationRow>,
    /// Whether the reader may invite, change and remove.
    pub can_manage: bool,
}

/// Somebody of a team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamMember {
    pub id: ConsoleUserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub last_sign_in: Option<When>,
    /// Since when they may not sign in any more; `None` for whoever may.
    pub removed: Option<When>,
    /// The reader themself.
    pub is_self: bool,
}

/// An invitation that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationRow {
    pub id: InvitationId,
    pub email: String,
    pub role: Role,
    /// Who sent the link that counts.
    pub by: String,
    pub until: When,
    /// Its link is too old; a new one can be sent.
    pub is_over: bool,
    /// Its latest letter could not be sent: what the mail server said last.
    pub letter_problem: Option<String>,
}

codes! {
    /// What a link that is handed over is for.
    pub enum LinkPurpose {
        Invitation = "invitation",
        PasswordReset = "password_reset",
    }
}

/// A link that was just made, for the one who made it to hand over. Shown once: the console does not know it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedLink {
    pub purpose: LinkPurpose,
    /// The e-mail address of the one it is for.
    pub email: String,
    pub url: String,
    pub until: When,
    /// It is on its way to them by mail, too.
    pub is_posted: bool,
}

/// What an invitation offers, for the one who holds its link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvitationOffer {
    pub by: String,
    /// The customer's name; `None` for staff.
    pub customer: Option<String>,
    pub email: String,
    pub role: Role,
    pub until: When,
}

/// A session of the reader's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Names it in a form; worth nothing as a cookie.
    pub key: String,
    /// "Firefox on Windows".
    pub browser: String,
    pub since: When,
    pub seen: When,
    /// The one that asks.
    pub is_this: bool,
}
