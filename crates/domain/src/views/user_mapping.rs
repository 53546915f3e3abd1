//! What the page of the user mapping shows.

use serde::{Deserialize, Serialize};

use super::{PersonRow, When};
use crate::AccountId;
use crate::deployment::Responsibility;
use crate::user_mapping::{
    Acknowledged, Column, ColumnsForm, FileEncoding, FindingGroup, MappingOutcome, MappingReading,
    MappingState, ProposalClass, RenameKind, ReviewState, Severity,
};

/// How the mapping of a customer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserMappingView {
    /// Whoever looks may upload a file now, correct and submit.
    pub can_edit: bool,
    /// When the directory migration carried the mapping out, which nobody changes since (M-14).
    pub carried_out: Option<When>,
    /// The newest version.
    pub version: Option<MappingVersionView>,
    /// What may be written as target directory: the connected directory, Local, the directories before.
    pub targets: Vec<String>,
    pub review: Option<MappingReviewView>,
    /// What is still in the way of submitting the newest version, and what is to be acknowledged.
    pub submission: Option<MappingSubmission>,
    /// What changed since the newest version was checked.
    pub drift: Option<MappingDrift>,
    /// The first of what was said, for whoever may read People: what is open stands before the rest.
    pub remarks: Vec<MappingRemark>,
    /// Where the list of them goes on.
    pub more_remarks: Option<String>,
    /// How many of all of them are open.
    pub open_remarks: MappingOpenRemarks,
    /// The first administrators nobody decided about yet, for whoever may read People (P-07).
    pub administrators: Vec<MappingAdministrator>,
}

/// One version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingVersionView {
    pub number: i64,
    /// Names the check that wrote what is shown of it, by when that ended, in microseconds: a form about it posts it along. 0:
    /// there was none, or it is under way.
    pub check: i64,
    pub file_name: String,
    /// SHA-256 of its file, in hexadecimal digits; empty while it is being made.
    pub hash: String,
    pub by: String,
    pub when: When,
    /// How it was made out of the version before; `None`: uploaded.
    pub what: Option<String>,
    /// It was begun without a file, and nothing was decided since.
    pub is_begun: bool,
    /// Its file is one that was uploaded, and not one that was composed here: it may be read in another way.
    pub is_uploaded: bool,
    pub state: MappingState,
    pub reading: MappingReading,
    pub outcome: Option<MappingOutcome>,
    /// Where it is asked how the file is read, or it was refused: lines of it, in each encoding it may be in (F-12).
    pub samples: Vec<MappingSample>,
    /// The first lines of an uploaded file that was checked, in the columns as they were understood (F-14): existing username,
    /// new username and target directory.
    pub first: Vec<[String; 3]>,
    /// `None`: nobody who looks may say which column is which, or the file has no two of them.
    pub columns: Option<MappingColumnsView>,
    /// The directories that the values of the target directory were taken for, in the order of the summary's; empty where what is
    /// meant is still to be said (D-03).
    pub meant: Vec<String>,
}

/// The columns of a file, for whoever says which is which (F-03, F-07 to F-09).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingColumnsView {
    /// What the first line says of each, as it is shown; empty: nothing.
    pub names: Vec<String>,
    /// What was said of them, or what is understood.
    pub form: ColumnsForm,
}

/// Lines of a file as they read in one encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingSample {
    pub encoding: FileEncoding,
    pub lines: Vec<String>,
}

/// A version in the list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingVersionLine {
    pub number: i64,
    pub by: String,
    pub when: When,
    pub what: String,
    /// Its lines can be compared, and it can be taken up again.
    pub is_checked: bool,
}

/// How the newest version fares that was ever submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingReviewView {
    pub version: i64,
    /// A newer version takes it back (F-30).
    pub is_newest: bool,
    pub state: ReviewState,
    pub submitted_by: String,
    pub submitted: When,
    /// Empty before the decision.
    pub decided_by: String,
    pub decided: Option<When>,
    pub reason: String,
    pub seconded_by: String,
    /// What was said about it, or about the version that was reviewed before, the newest first (F-30).
    pub before: Vec<MappingVerdictView>,
    /// It is the newest version, and People or the directory changed since it was checked: an approval does not count (P-17).
    pub drifted: bool,
    /// The approval that a new check took back, until it is decided anew (P-17).
    pub taken_back: Option<MappingTakenBackView>,
    /// What changed since it was submitted, or since that approval; it was checked again since (P-17).
    pub changed: Option<MappingDrift>,
    /// The warnings of the newest version, if that is the one, and who ticked them.
    pub warnings: Vec<MappingWarningView>,
    /// Questions that wait for an answer, of either side.
    pub open_questions: u64,
    /// Those among them whose line says something else since.
    pub changed_questions: u64,
    /// Whoever looks is one of those who decide, and it is not being checked again.
    pub can_decide: bool,
    /// Why they cannot approve it, one sentence.
    pub cannot_approve: Option<String>,
}

/// A verdict of before: a version that was returned or approved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingVerdictView {
    pub version: i64,
    /// [`ReviewState::Returned`] or [`ReviewState::Approved`]; [`ReviewState::Seconding`]: approved by one, until it was checked
    /// again.
    pub state: ReviewState,
    pub by: String,
    pub when: Option<When>,
    pub reason: String,
}

impl MappingReviewView {
    /// Why an approval, or what waits for one, does not count, in one sentence; `None`: it does (P-17, F-30).
    pub const fn why_void(&self) -> Option<&'static str> {
        match self.state {
            ReviewState::Returned => None,
            _ if !self.is_newest => Some("A newer version of the mapping takes it back."),
            ReviewState::Approved if self.drifted => Some(
                "People or the directory changed since it was checked: the approval does not count until it was checked again and \
                 approved anew.",
            ),
            _ => None,
        }
    }
}

/// An approval that was taken back, because its version was checked again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingTakenBackView {
    /// Who had given it, and when.
    pub by: String,
    pub when: When,
    /// A second one was waited for.
    pub was_seconding: bool,
    /// A second member of staff had to approve it, too.
    pub needs_second: bool,
    /// Who had it checked again, and when.
    pub again_by: String,
    pub again: When,
    /// People or the directory had changed by then.
    pub drifted: bool,
}

/// A group of warnings of a version that was submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingWarningView {
    pub group: FindingGroup,
    /// Who ticked it since the version was checked.
    pub ticked_by: Option<String>,
    /// Who had ticked it before that check, and as what; `None` where somebody has since, or nobody ever did.
    pub ticked_before: Option<Acknowledged>,
}

/// What submitting needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingSubmission {
    /// What is in the way, one sentence each; empty: it can be submitted.
    pub in_the_way: Vec<String>,
    /// Of the undecided accounts that are in the way, administrators: each is decided about by name (P-07).
    pub administrators: u64,
    /// Warnings to acknowledge.
    pub warnings: Vec<FindingGroup>,
}

/// What changed since a version was checked (P-17).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingDrift {
    /// Accounts of People, by name and username, the newest change first.
    pub accounts: Vec<MappingDriftedAccount>,
    /// How many more accounts changed than are named.
    pub more_accounts: u64,
    /// People of the directory.
    pub people: Vec<String>,
    /// How many more people changed than are named.
    pub more_people: u64,
}

/// An account that changed since a version was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingDriftedAccount {
    pub id: AccountId,
    /// Name, username, and whether it is new.
    pub text: String,
}

/// An administrator nobody decided about yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingAdministrator {
    pub id: AccountId,
    /// Name and username.
    pub text: String,
}

/// Something said about a line, or about the whole mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingRemark {
    pub id: String,
    /// The line it is about, 0: all of them; `None`: the line says something else since.
    pub line: Option<u64>,
    /// It asks the other side, and waits for their answer.
    pub asks: bool,
    /// The question that it answers.
    pub question: Option<String>,
    /// Whoever looks may settle it: a question of the other side is answered instead.
    pub may_settle: bool,
    /// It is a question that whoever looks may answer.
    pub may_answer: bool,
    /// What the line said.
    pub about: String,
    pub by: String,
    pub side: Responsibility,
    pub text: String,
    pub when: When,
    /// Who settled it.
    pub settled_by: Option<String>,
}

impl MappingRemark {
    /// It is a question that waits for an answer, whatever its line says meanwhile.
    pub const fn is_unanswered(&self) -> bool {
        self.asks && self.settled_by.is_none()
    }
}

/// How much of what was said about a mapping is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingOpenRemarks {
    /// Questions that wait for an answer.
    pub questions: u64,
    /// Those among them that wait for the customer.
    pub to_customer: u64,
    /// Remarks nobody settled, about lines that still say the same.
    pub remarks: u64,
}

/// The lines of one group of findings, a page of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingFindings {
    pub group: FindingGroup,
    pub rows: Vec<MappingFindingRow>,
    pub next: Option<String>,
}

/// One finding, with its line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingFindingRow {
    pub line: u64,
    pub column: Option<Column>,
    pub existing: String,
    pub new: String,
    pub target: String,
    pub sentence: String,
    /// The account without a line that has the new username (P-09 to P-11).
    pub holder: Option<AccountEvidence>,
}

/// Lines of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingRow {
    pub line: u64,
    pub existing: String,
    pub new: String,
    pub target: String,
    pub kind: RenameKind,
    /// The line whose username it takes.
    pub takes_from: Option<u64>,
    /// The line that it only repeats: account, person and kind are those of that one.
    pub same_as: Option<u64>,
    pub problems: u64,
    pub warnings: u64,
    pub account: Option<AccountEvidence>,
    pub person: Option<PersonEvidence>,
}

/// What People knows of an account: that of a line, or the one that has the new username of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountEvidence {
    pub id: String,
    pub name: String,
    pub state: String,
    pub directory: String,
    pub created: When,
    pub last_sign_in: Option<When>,
}

/// What the directory knows of the person with the new username.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonEvidence {
    pub object_id: String,
    pub name: String,
    pub mail: String,
    pub status: String,
    pub in_scope: bool,
}

/// One line, to be corrected and talked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingLineView {
    pub row: MappingRow,
    pub findings: Vec<MappingLineFinding>,
    /// People of the directory whose name or username holds what was searched for.
    pub found: Vec<FoundUsername>,
    /// Whoever has the new username without a line of their own, and may be renamed aside (P-09 to P-11).
    pub holder: Option<MappingHolder>,
    /// The username the account keeps if it is not the one of several that gets the new one.
    pub keeps: Option<String>,
}

/// An account without a line that had the new username of a line when it was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingHolder {
    /// The one it has now.
    pub username: String,
    /// That is the new username of the line still.
    pub has_it: bool,
    /// Somebody works with it (P-09): nothing is proposed as to where it belongs.
    pub is_active: bool,
    /// `None`: it is gone since the check.
    pub account: Option<AccountEvidence>,
}

/// A finding about one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingLineFinding {
    pub severity: Severity,
    pub column: Option<Column>,
    pub sentence: String,
}

/// A person of the directory who may be the one that is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundUsername {
    pub username: String,
    pub name: String,
    pub mail: String,
    pub in_scope: bool,
}

/// An account that no line is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndecidedAccount {
    pub id: String,
    pub username: String,
    pub name: String,
    pub is_administrator: bool,
    /// "Local", or the directory's name.
    pub directory: String,
    pub is_local: bool,
    pub last_sign_in: Option<When>,
    pub proposal: Option<ProposalView>,
}

/// An account that no line is about, with people of the directory to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndecidedSearch {
    pub account: UndecidedAccount,
    /// People whose name or username holds what was searched for.
    pub found: Vec<FoundUsername>,
}

/// Who is proposed for an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalView {
    pub class: ProposalClass,
    pub reason: String,
    pub username: String,
    pub name: String,
}

/// A person whom no line names, and the account that is probably theirs (T-08).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissedPerson {
    pub name: String,
    pub username: String,
    pub account_id: String,
    /// The username of the account.
    pub account: String,
    /// The line of the account.
    pub line: u64,
    /// What speaks for it.
    pub reason: String,
}

/// An account in the list to fill in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingTemplateRow {
    #[serde(flatten)]
    pub person: PersonRow,
    pub proposal: Option<ProposalView>,
}

/// A line of an earlier version that an uploaded file does not have, or has as it was before it was corrected or taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOutMappingLine {
    /// Its number in the earlier version; `None`: it was taken out there.
    pub line: Option<u64>,
    pub account_id: String,
    /// The username of the account.
    pub account: String,
    /// What the earlier version says; empty where the line was taken out.
    pub new: String,
    pub target: String,
    /// New username and target directory of the line that the account has now; `None`: it has none.
    pub now: Option<(String, String)>,
}

/// How two versions differ, a page of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingDiff {
    pub older: i64,
    pub newer: i64,
    /// Lines that came or say something else, in the order of the newer version.
    pub changed: Vec<ChangedMappingLine>,
    /// Lines that went, in the order of the older version: behind all that changed.
    pub gone: Vec<ChangedMappingLine>,
    /// Where the next page begins; this one may have few lines, or none, where very many had to be looked through.
    pub next: Option<String>,
}

/// A line that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedMappingLine {
    pub line: u64,
    pub existing: String,
    /// New username and target directory before; `None`: there was no such line.
    pub before: Option<(String, String)>,
    /// And after; `None`: there is no such line any more.
    pub after: Option<(String, String)>,
}

/// A line with what was found about it, as a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingExportLine {
    pub line: u64,
    pub existing: String,
    pub new: String,
    pub target: String,
    pub kind: String,
    /// Everything that was found, the gravest first.
    pub reason: String,
}
