use serde::{Deserialize, Serialize};

use super::When;
use crate::deployment::Responsibility;
use crate::ids::{ContactId, LetterId, NoticeId};
use crate::notices::{LetterState, Topic};

/// One notice in somebody's inbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeView {
    pub id: NoticeId,
    /// The customer's name.
    pub customer: String,
    pub topic: Topic,
    pub title: String,
    /// Paragraphs.
    pub text: Vec<String>,
    /// The page where it can be dealt with, as a local address.
    pub path: String,
    pub when: When,
    pub is_read: bool,
}

/// Who is told about a deployment, and how their letters fared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactsView {
    pub contacts: Vec<ContactView>,
    /// Who is told of each topic as things stand, with those who are told because nobody was chosen.
    pub told: Vec<ToldView>,
    /// The latest letters about this deployment.
    pub letters: Vec<LetterView>,
    /// Notices leave by mail; otherwise they stay in the console's inbox.
    pub mail_is_set_up: bool,
    pub can_edit: bool,
    /// Contacts of the staff's side can be edited, too.
    pub is_staff: bool,
}

/// A contact of a deployment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactView {
    pub id: ContactId,
    pub name: String,
    pub email: String,
    pub side: Responsibility,
    pub topics: Vec<Topic>,
    /// How: "by mail and in the inbox".
    pub reached: String,
    pub can_edit: bool,
}

/// Who is told of one topic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToldView {
    pub topic: Topic,
    /// Only this side is told, of what the other says and does; `None` for both.
    pub side: Option<Responsibility>,
    pub names: Vec<String>,
    /// Nobody was chosen, so these are.
    pub by_default: bool,
}

/// A letter in the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterView {
    pub id: LetterId,
    pub to: String,
    pub subject: String,
    pub state: LetterState,
    pub when: When,
    /// What the mail server said last.
    pub problem: Option<String>,
}
