//! A version of the user mapping: how its file is read, how far its check has come, and what came of it.

use serde::{Deserialize, Serialize};

use super::{
    Delimiter, FileEncoding, Finding, FindingCode, MappingColumns, ProposalClass, Rejection, RenameKind,
    Severity,
};
use crate::numbers::plural;
use crate::{Provider, codes};

codes! {
    /// How far a version has come.
    pub enum MappingState {
        /// It waits for its check, or is being checked.
        Checking = "checking",
        /// A person has to say how the file is to be read.
        Asks = "asks",
        /// The file as a whole cannot be used.
        Refused = "refused",
        /// Every line was looked at.
        Checked = "checked",
    }
}

/// How a file is read, as far as a person said; the rest is told from the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingReading {
    /// `None`: as detected (F-10 to F-12).
    pub encoding: Option<FileEncoding>,
    /// `None`: as detected (F-14).
    pub delimiter: Option<Delimiter>,
    /// That the existing usernames stand under the heading of the People export is right (F-09).
    pub heading_is_confirmed: bool,
    /// `None`: as the headings say (F-03 to F-09).
    #[serde(default)]
    pub columns: Option<MappingColumns>,
}

/// What the files of a customer are checked against, beside themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingKnown {
    /// The directory that is connected.
    pub provider: Provider,
    /// The sync takes usernames from the provider's sign-in names, so that the rules for those hold.
    pub by_sign_in_name: bool,
    /// The domains of the usernames that the test sync found, in lower case; empty: not known.
    pub domains: Domains,
    /// The names of the directories the intranet followed before (D-06).
    pub old: Vec<String>,
}

/// Some domains. A list that is kept in order, and no tree: of a tree's code each kind takes two kilobytes in a browser
/// (docs/adr/0017).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Domains(Vec<String>);

impl Domains {
    /// Adds one, if it is not there.
    pub fn insert(&mut self, domain: String) {
        if let Err(place) = self.0.binary_search(&domain) {
            self.0.insert(place, domain);
        }
    }

    pub fn contains(&self, domain: &str) -> bool {
        self.0
            .binary_search_by(|known| known.as_str().cmp(domain))
            .is_ok()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<String> for Domains {
    fn from_iter<I: IntoIterator<Item = String>>(domains: I) -> Self {
        let mut all = Self::default();
        for domain in domains {
            all.insert(domain);
        }
        all
    }
}

impl From<Vec<String>> for Domains {
    fn from(domains: Vec<String>) -> Self {
        domains.into_iter().collect()
    }
}

impl From<Domains> for Vec<String> {
    fn from(domains: Domains) -> Self {
        domains.0
    }
}

/// What became of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingReceived {
    /// The version that is read out of the file.
    pub version: i64,
    /// The same bytes were uploaded before (F-29).
    pub again: bool,
}

/// What a person has to say before a file can be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MappingQuestion {
    /// F-12: the file is not UTF-8. Lines as they read in Windows-1252, where a browser asks; the server has them beside the file.
    Encoding { samples: Vec<String> },
    /// F-09: whether the column under this heading holds the existing usernames.
    Heading { heading: String },
}

/// What came of the check of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MappingOutcome {
    Asks(MappingQuestion),
    Refused(Rejection),
    Checked(Box<MappingSummary>),
    /// The check itself broke off, again and again.
    Failed,
}

/// What is known of a version of which every line was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingSummary {
    /// Lines that hold something, without the headings.
    pub lines: u64,
    /// F-21.
    pub blank_lines: u64,
    pub encoding: FileEncoding,
    pub delimiter: Delimiter,
    /// The first line names the columns (F-03).
    pub has_header: bool,
    /// Columns that were left out, by their headings (F-06).
    pub ignored: Vec<String>,
    /// What was found, the gravest and most frequent first.
    pub groups: Vec<FindingGroup>,
    /// Every distinct value of the target directory (D-01 to D-08).
    pub targets: Vec<TargetLines>,
    pub kinds: Vec<KindCount>,
    /// Nothing of a version that was checked before People was compared.
    #[serde(default)]
    pub coverage: Coverage,
    /// How many undecided accounts may have a proposal of each class accepted together.
    #[serde(default)]
    pub proposed: Vec<(ProposalClass, u64)>,
    /// What an upload left out that an earlier version said; `None`: nothing, or it was taken over.
    #[serde(default)]
    pub left_out: Option<LeftOut>,
}

/// What an earlier version said and an uploaded file does not: lines about accounts that have no line any more, and lines that
/// are again as they were before they were corrected or taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The version whose lines they are.
    pub earlier: i64,
    /// The version that was read out of the uploaded file. What a correction removed since is not among the lines.
    pub uploaded: i64,
    /// How many lines are about active accounts that have none any more: those that name an account by the username it still
    /// has.
    pub lines: u64,
    /// The first of those lines, by its number in the earlier version; 0: not noted.
    #[serde(default)]
    pub first: i64,
    /// The last of them; 0: not noted.
    #[serde(default)]
    pub last: i64,
    /// How many more such lines are about blocked accounts, which need none.
    #[serde(default)]
    pub blocked: u64,
    /// The upload that the earlier version was made out of by corrections; 0: it was none.
    #[serde(default)]
    pub base: i64,
    /// How many lines say what `base` said of their account, although the earlier version says something else, or nothing.
    #[serde(default)]
    pub reverted: u64,
    /// The first and the last of those lines, by their numbers in this version; 0: not noted.
    #[serde(default)]
    pub reverted_lines: (i64, i64),
}

/// What is to become of the accounts of People (P-13): those that are active, by what the lines say about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    pub active: u64,
    /// They move to the connected directory.
    pub mapped: u64,
    /// They are local by choice.
    pub local: u64,
    /// They stay in the old directory by choice.
    pub left: u64,
    /// No line, and they belong to the connected directory already.
    pub there: u64,
    /// A line is about them, and its target directory is still to be said (D-05).
    pub unclear: u64,
    /// Nothing was said about them yet.
    pub undecided: u64,
    /// Of those, administrators.
    pub undecided_administrators: u64,
    /// Undecided accounts of a directory before, without administrators: made local, they have no local password (D-10). Counted
    /// by the check of a version, beside what the rules count.
    #[serde(default)]
    pub undecided_old: u64,
    /// Blocked, and without a line: nothing happens to them.
    pub blocked_left_out: u64,
    /// Of those that move: their new username has somebody who is enabled and in a synchronised group (T-01).
    pub confirmed: u64,
    /// People whom no line names and whose username no account keeps: the first sync makes accounts for them (T-09).
    pub newcomers: u64,
}

impl Coverage {
    /// How many undecided accounts may be decided about together: administrators never are (P-07).
    pub const fn undecided_together(&self) -> u64 {
        self.undecided.saturating_sub(self.undecided_administrators)
    }
}

/// Findings that have one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingGroup {
    /// One of them, for its words.
    pub example: Finding,
    /// What they are grouped by; empty where it is the code alone.
    pub about: String,
    pub lines: u64,
}

impl FindingGroup {
    /// Names the group among those of a version: in forms, and on record.
    pub fn key(&self) -> String {
        format!("{}:{}", self.example.code.code(), self.about)
    }

    /// It is about all lines together.
    pub const fn is_whole(&self) -> bool {
        self.example.line == 0
    }
}

/// One distinct value of the target directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetLines {
    pub value: String,
    pub lines: u64,
}

/// How many lines do this to a username.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindCount {
    pub kind: RenameKind,
    pub lines: u64,
}

impl MappingQuestion {
    /// The question.
    pub fn sentence(&self) -> String {
        match self {
            MappingQuestion::Encoding { .. } => "The file is not UTF-8. Which lines read right?".to_owned(),
            MappingQuestion::Heading { heading } => {
                format!("Does the column “{heading}” hold the existing usernames?")
            }
        }
    }
}

impl MappingSummary {
    /// How many lines there are and how much was found of each kind.
    pub fn sentence(&self) -> String {
        let found: Vec<String> = [
            (Severity::Error, "problem", "problems"),
            (Severity::Warning, "warning", "warnings"),
            (Severity::Notice, "note", "notes"),
        ]
        .into_iter()
        .map(|(severity, one, many)| (self.count(severity), one, many))
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| plural(count, one, many))
        .collect();
        let found = if found.is_empty() {
            "nothing to correct".to_owned()
        } else {
            found.join(", ")
        };
        format!("{}: {found}.", plural(self.lines, "line", "lines"))
    }

    /// How much of this severity was found: the lines of each cause.
    pub fn count(&self, severity: Severity) -> u64 {
        self.groups
            .iter()
            .filter(|group| group.example.severity == severity)
            .map(|group| group.lines)
            .sum()
    }

    /// How many lines do this to a username.
    pub fn kind(&self, kind: RenameKind) -> u64 {
        self.kinds
            .iter()
            .find(|count| count.kind == kind)
            .map_or(0, |count| count.lines)
    }
}

impl FindingCode {
    /// Whether findings of this code have a cause for each text: 1,204 lines with one wrong domain are one thing to mend.
    pub const fn is_by_text(self) -> bool {
        matches!(
            self,
            FindingCode::UnknownDomain
                | FindingCode::OtherProvider
                | FindingCode::UnknownTarget
                | FindingCode::AmbiguousTarget
                | FindingCode::DeletionWord
                | FindingCode::TargetSlip
                | FindingCode::NotAPrincipalName
                | FindingCode::NotALogin
        )
    }

    /// What the findings of a group have in common, a few words.
    pub const fn title(self) -> &'static str {
        let beside = self.title_beside();
        if beside.is_empty() {
            self.title_of_file()
        } else {
            beside
        }
    }

    /// [`Self::title`] of what a file alone shows: all that a browser says, where every word counts.
    pub const fn title_of_file(self) -> &'static str {
        match self {
            FindingCode::CommentLine => "Remarks",
            FindingCode::TooFewCells => "Too few cells",
            FindingCode::TooManyCells => "Too many cells",
            FindingCode::StrayQuote => "Quotation marks inside cells",
            FindingCode::LineBreak => "Line breaks inside usernames",
            FindingCode::Mojibake => "Letters in the wrong encoding",
            FindingCode::ReplacementCharacter => "Letters that were lost",
            FindingCode::CellTooLong => "Cells that are far too long",
            FindingCode::FormulaLike => "Cells like formulas",
            FindingCode::SpreadsheetError => "Errors of a spreadsheet",
            FindingCode::DateLike => "Dates in place of usernames",
            FindingCode::Unwrapped => "Formulas around values",
            FindingCode::ExistingEmpty => "No existing username",
            FindingCode::KeepsName => "Username kept, account stays local",
            FindingCode::NewEmpty => "No new username",
            FindingCode::UnicodeOnly => "Only the form of letters differs",
            FindingCode::Trimmed => "Blanks around usernames",
            FindingCode::HiddenCharacter => "Characters that nobody sees",
            FindingCode::BlankInside => "Blanks inside new usernames",
            FindingCode::DomainPrefix => "A domain in front of the username",
            FindingCode::AddressWrapped => "Addresses with something around",
            FindingCode::NotAPrincipalName => "Not possible in Microsoft Entra ID",
            FindingCode::NotALogin => "Not possible in Okta",
            FindingCode::NotAnAddress => "Not shaped like an e-mail address",
            FindingCode::TooLong => "Usernames that are too long",
            FindingCode::Guest => "Guests",
            FindingCode::UnknownDomain => "A domain that nobody has",
            FindingCode::CloudDomain => "Names that end in .onmicrosoft.com",
            FindingCode::Reserved => "Reserved usernames",
            FindingCode::Placeholder => "Usernames of the migration itself",
            FindingCode::MixedScript => "Look-alike letters",
            FindingCode::DuplicateLine => "Lines that stand twice",
            FindingCode::Split => "One account, several new usernames",
            FindingCode::TargetsDiffer => "One account, several target directories",
            FindingCode::Merge => "One new username for several accounts",
            FindingCode::MergeByForm => "New usernames that count as the same",
            FindingCode::DoesNotMove => "The username is kept by somebody else",
            FindingCode::BecauseOf => "Held up by a problem on another line",
            FindingCode::OtherProvider => "Another directory than the connected one",
            FindingCode::UnknownTarget => "Unknown target directory",
            FindingCode::AmbiguousTarget => "Target directory with two meanings",
            FindingCode::OldDirectory => "A new username in the old directory",
            FindingCode::DeletionWord => "Words for leavers as target",
            FindingCode::TargetSlip => "Target directory misspelt",
            FindingCode::LocalRenamed => "Local accounts that are renamed",
            FindingCode::LeftBehind => "Accounts that stay in the old directory",
            _ => "",
        }
    }

    /// [`Self::title`] of what is found beside People and the directory, and of what the page calls otherwise than a browser that
    /// looks at the file before.
    const fn title_beside(self) -> &'static str {
        match self {
            // Beside the panel of what people say about the mapping.
            FindingCode::CommentLine => "Lines that begin with #",
            FindingCode::NotFound => "No such account in People",
            FindingCode::MeantAddress => "E-mail addresses in place of usernames",
            FindingCode::MeantBehindDomain => "The domain in front of usernames",
            FindingCode::MeantZeros => "Zeros in front were lost",
            FindingCode::FoundByFolding => "Written in another letter case than in People",
            FindingCode::TwoAccounts => "Several accounts with this username",
            FindingCode::BlockedAccount => "Blocked accounts",
            FindingCode::AlreadyThere => "Already in the connected directory",
            FindingCode::SharedAccount => "Accounts of services and kiosks",
            FindingCode::RecoveryAccount => "The local administrator for emergencies",
            FindingCode::NoLocalAdministrator => "No local administrator would be left",
            FindingCode::HeldByActive => "The username belongs to an account without a line",
            FindingCode::HeldByBlocked => "The username belongs to a blocked account",
            FindingCode::HeldBySync => "The username belongs to an account that a sync made",
            FindingCode::Dormant => "Many accounts that nobody uses",
            FindingCode::SameAddress => "Two accounts with one e-mail address",
            FindingCode::IsAnAddress => "The username is somebody’s e-mail address",
            FindingCode::FewLicences => "More active accounts than licences",
            FindingCode::BecomesLocal => "Accounts that become local",
            FindingCode::NotInDirectory => "Nobody in the directory has this username",
            FindingCode::OtherAttribute => "The other attribute of the directory",
            FindingCode::PersonDisabled => "Disabled in the directory",
            FindingCode::PersonOutOfScope => "In none of the synchronised groups",
            FindingCode::PersonIsGuest => "Guests of the directory",
            FindingCode::MissedMapping => "People whom no line names",
            FindingCode::NamesDiffer => "The names differ",
            FindingCode::Shifted => "The column has slipped by one line",
            FindingCode::SnapshotOld => "The directory was read some time ago",
            FindingCode::SnapshotUnknown => "Not compared with the directory",
            FindingCode::LocalInScope => "Local, and in a synchronised group",
            _ => "",
        }
    }
}
