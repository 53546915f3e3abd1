//! What is said about a mapping file, on screen and in the files we hand out: who, which line, why, and the cure.

use super::{Column, Delimiter, FileEncoding, Finding, FindingCode, Rejection, RenameKind, Severity};
use crate::numbers::{plural, thousands};

impl Severity {
    /// The word on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Severity::Error => "Problem",
            Severity::Warning => "Warning",
            Severity::Notice => "Note",
        }
    }
}

impl Column {
    /// The word on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Column::Existing => "Existing username",
            Column::New => "New username",
            Column::Target => "Target directory",
        }
    }
}

impl RenameKind {
    /// The words on screen.
    pub const fn label(self) -> &'static str {
        match self {
            RenameKind::Unchanged => "Stays as it is",
            RenameKind::CaseOnly => "Only letter case changes",
            RenameKind::Free => "Renamed",
            RenameKind::Chain => "Takes a username that is given up",
            RenameKind::Swap => "Swapped",
            RenameKind::Cycle => "Exchanged in a circle",
            RenameKind::Blocked => "Held up by a problem",
            RenameKind::Merge => "Several become one",
            RenameKind::Split => "One becomes several",
        }
    }
}

impl FileEncoding {
    /// The name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            FileEncoding::Utf8 => "UTF-8",
            FileEncoding::Utf16Le => "UTF-16 (little endian)",
            FileEncoding::Utf16Be => "UTF-16 (big endian)",
            FileEncoding::Windows1252 => "Windows-1252 (Western European)",
        }
    }
}

impl Delimiter {
    /// The name on screen.
    pub const fn label(self) -> &'static str {
        match self {
            Delimiter::Comma => "comma (,)",
            Delimiter::Semicolon => "semicolon (;)",
            Delimiter::Tab => "tab",
            Delimiter::Pipe => "vertical line (|)",
        }
    }
}

impl Rejection {
    /// What is wrong with the file as a whole, and the cure.
    pub fn sentence(&self) -> String {
        match self {
            Rejection::Empty => "The file is empty. Choose the file with your accounts in it.".to_owned(),
            Rejection::NoLines { lines } => format!(
                "There are no users in the file ({} read). Put one line for each account below the headings.",
                plural(*lines, "line", "lines")
            ),
            Rejection::MissingColumns { found, missing } => format!(
                "The file has no column {}. Found: {}. Name the columns existing_username, new_username and target_directory in the first line.",
                names(missing.iter().map(|column| column.code())),
                names(found.iter().map(String::as_str))
            ),
            Rejection::DuplicateHeading { heading } => format!(
                "The heading “{heading}” stands twice in the first line, so it is not clear which column counts. Rename or remove one."
            ),
            Rejection::UnclosedQuote { line } => format!(
                "The quotation mark that opens on line {} never closes, so everything behind it would be one cell. Close it, or remove it.",
                thousands(*line)
            ),
            Rejection::Binary { line } => format!(
                "Line {} holds control characters: this is no text file. Save the list as “CSV UTF-8” and upload that.",
                thousands(*line)
            ),
            Rejection::NotCsv { kind } => {
                format!("This is {kind}. Open it where it was made, save it as “CSV UTF-8” and upload that.")
            }
            Rejection::TooLarge { limit } => format!(
                "The file is larger than {} MB. Remove columns that are not needed, and upload it again.",
                thousands(limit / 1_000_000)
            ),
            Rejection::TooManyLines { limit } => format!(
                "The file has more than {} lines. A mapping has one line for each account: remove lines that are about none.",
                thousands(*limit)
            ),
            Rejection::RecordTooLong { line } => format!(
                "The line that begins at {} is longer than a megabyte. A quotation mark is probably missing there.",
                thousands(*line)
            ),
        }
    }
}

fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = all.filter(|name| !name.is_empty()).collect();
    match all.split_last() {
        None => "no headings".to_owned(),
        Some((only, [])) => (*only).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

impl Finding {
    /// What is wrong, and the cure. The line and the person stand beside it.
    pub fn sentence(&self) -> String {
        self.code.beside(self).unwrap_or_else(|| self.sentence_of_file())
    }

    /// [`Self::sentence`] of what a file alone shows: all that a browser says, where every word counts.
    pub fn sentence_of_file(&self) -> String {
        let text = self.text.as_deref().unwrap_or_default();
        self.code
            .fixed()
            .map_or_else(|| self.code.told(text, &self.other_line()), str::to_owned)
    }

    fn other_line(&self) -> String {
        self.other.map(thousands).unwrap_or_default()
    }
}

impl FindingCode {
    /// Findings that are said in the same words every time.
    const fn fixed(self) -> Option<&'static str> {
        Some(match self {
            FindingCode::CommentLine => {
                "A line that begins with # counts like any other in a CSV file. If it is a remark, remove it."
            }
            FindingCode::TooFewCells => {
                "The line needs the existing username and the new one, with the file’s separator between them."
            }
            FindingCode::StrayQuote => {
                "A quotation mark closes before the cell ends. Put the whole cell between quotation marks and double those inside, or remove them."
            }
            FindingCode::LineBreak => "The cell holds a line break. A username has none: remove it.",
            FindingCode::ReplacementCharacter => {
                "The cell holds the sign � in place of a letter that was lost before. Type the letter again."
            }
            FindingCode::CellTooLong => {
                "No username is that long. A quotation mark or a separator is probably missing."
            }
            FindingCode::FormulaLike => {
                "The cell begins like a formula of a spreadsheet. If this is the username, it stays; our own files protect it with a single quote in front."
            }
            FindingCode::ExistingEmpty => {
                "There is no existing username on this line. Type whose line it is, or remove it."
            }
            FindingCode::KeepsName => "No new username, and the account stays local: it keeps its username.",
            FindingCode::NewEmpty => "Enter the new username; if it stays, repeat the existing one.",
            FindingCode::UnicodeOnly => {
                "Both usernames look the same, but their letters are stored in another way. It counts as a change of letter case."
            }
            FindingCode::Trimmed => "Blanks around the username are left out.",
            FindingCode::BlankInside => "A sign-in name has no blank in it. Remove the blank.",
            FindingCode::NotAnAddress => {
                "Okta expects a sign-in name shaped like an e-mail address, unless your organisation lifted that. Check that this one exists there."
            }
            FindingCode::Guest => {
                "This is the name of a guest (#EXT#). Guests sign in with the address of their own organisation: check which one single sign-on sends."
            }
            FindingCode::CloudDomain => {
                "The name ends in .onmicrosoft.com, which Entra puts in place of a domain that is not verified. Write the domain that people sign in with, once it is verified."
            }
            FindingCode::OldDirectory => {
                "The migration switches the old directory off, so nobody gets a new username in it. Leave the target empty for the connected directory, write Local, or repeat the existing username."
            }
            FindingCode::LeftBehind => {
                "Once the old directory is switched off, nobody can sign in with this account. If it is needed, write Local."
            }
            FindingCode::DuplicateLine => "The same line stands in the file before. This one is left out.",
            FindingCode::LocalRenamed => "The account stays local and gets another username.",
            _ => return None,
        })
    }

    /// Findings about an account or a person of the directory, in the same words every time.
    const fn fixed_of_people(self) -> Option<&'static str> {
        Some(match self {
            FindingCode::TwoAccounts => {
                "Several accounts of People have this username in different letter case. Write it exactly as one of them."
            }
            FindingCode::BlockedAccount => {
                "The account is blocked. It keeps its content either way; if the person has left, the line can go."
            }
            FindingCode::AlreadyThere => {
                "The account belongs to the connected directory already: at most its username changes."
            }
            FindingCode::SharedAccount => {
                "This looks like an account of a service, a kiosk or several people. Such accounts usually stay Local."
            }
            FindingCode::RecoveryAccount => {
                "This local administrator gets you in when nothing else works. Keep it Local, under the username it has."
            }
            FindingCode::NoLocalAdministrator => {
                "After this no active local administrator would be left, so nobody could get in while the directory fails. Keep at least one administrator Local."
            }
            FindingCode::SameAddress => {
                "Another account of People has the same e-mail address. Whatever matches people by address later cannot tell the two apart. Correct the address of one of them in People."
            }
            FindingCode::BecomesLocal => {
                "The account becomes local and has no local password: nobody can sign in with it until one is set. The plan of the migration lists all of them, and until then these lines do."
            }
            FindingCode::PersonDisabled => {
                "The person is disabled in the directory, so the first sync will block the account. If they still work here, have them enabled there first."
            }
            FindingCode::PersonOutOfScope => {
                "The person is in none of the synchronised groups, so the first sync will block the account. If they should keep access, add them to a group, or choose one more group."
            }
            FindingCode::PersonIsGuest => {
                "The directory has this person as a guest. Check which username single sign-on sends for guests."
            }
            FindingCode::SnapshotUnknown => {
                "The people of the directory are not completely known, so usernames were not compared with them. Run the test sync again, then check again."
            }
            FindingCode::LocalInScope => {
                "The account shall stay Local, but the synchronised groups hold a person with this username: the sync would meet it every time. Move the account to the directory, or take the person out of the groups."
            }
            _ => return None,
        })
    }

    /// Findings that name what they are about.
    fn told(self, text: &str, other: &str) -> String {
        match self {
            FindingCode::TooManyCells => format!(
                "The line has more cells than there are columns; a separator inside a name needs quotation marks around the cell. It reads: {text}"
            ),
            FindingCode::Mojibake if text == "?" => {
                "“?” often stands for a letter that was lost on the way. If it does, type the username again."
                    .to_owned()
            }
            FindingCode::Mojibake => format!(
                "“{text}” looks like letters in the wrong encoding. Read the file in another way, or type them again."
            ),
            FindingCode::SpreadsheetError => format!(
                "“{text}” is an error of a spreadsheet, not a username. Take the value from where it came from."
            ),
            FindingCode::DateLike => format!(
                "“{text}” looks like a date that a spreadsheet made of something else. Type the username again, as text."
            ),
            FindingCode::Unwrapped => {
                format!("The spreadsheet’s formula around the value was taken off: {text}.")
            }
            FindingCode::HiddenCharacter => format!(
                "There is a character inside that nobody sees ({text}). Remove it: with it this is another username."
            ),
            FindingCode::DomainPrefix => format!(
                "A domain stands in front of the username. It is looked up as it is; if nobody has it, “{text}” was probably meant."
            ),
            FindingCode::AddressWrapped => {
                format!("This is an address with something around it. Write “{text}”.")
            }
            FindingCode::NotAPrincipalName => format!(
                "Microsoft Entra ID cannot have this user principal name: {text}. Copy the name as Entra shows it for this person."
            ),
            FindingCode::NotALogin => format!(
                "Okta cannot have this sign-in name: {text}. Copy the name as Okta shows it for this person."
            ),
            FindingCode::TooLong => format!(
                "A username has at most {text} characters. Write a shorter one, or look for a separator that is missing."
            ),
            FindingCode::UnknownDomain => format!(
                "Nobody in the test sync has the domain {text}. Check that it is spelled as in the directory."
            ),
            FindingCode::Reserved => {
                format!("“{text}” is reserved for the system. Choose another username.")
            }
            FindingCode::Placeholder => {
                format!("“{text}” is how the migration names accounts on their way. Choose another username.")
            }
            FindingCode::MixedScript => format!(
                "Letters of different alphabets that look alike are mixed here ({text}). Check that this is the username."
            ),
            FindingCode::TargetSlip => format!("No directory is called that. Did you mean “{text}”?"),
            FindingCode::DeletionWord => format!(
                "“{text}” is no directory, and nobody is deleted by this file. For somebody who has left, remove the line: the account is asked about later."
            ),
            _ => self.told_of_others(text, other),
        }
    }

    /// Findings about another line, or about a directory.
    fn told_of_others(self, text: &str, other: &str) -> String {
        match self {
            FindingCode::Split => format!(
                "Line {other} gives the same account another new username. Keep the right one, and remove the other."
            ),
            FindingCode::TargetsDiffer => format!(
                "Line {other} gives the same account another target directory. Keep the right one, and remove the other."
            ),
            FindingCode::Merge => format!(
                "Line {other} gives the same new username to another account. A rename does not make one person of two: choose another username for one of them."
            ),
            FindingCode::MergeByForm => format!(
                "Line {other} gives a new username that counts as the same one ({text}). Choose another username for one of them."
            ),
            FindingCode::DoesNotMove => format!(
                "The account of line {other} has this username and keeps it. Give that one another username, or choose another one here."
            ),
            FindingCode::BecauseOf => format!(
                "This can only be done once line {other} can: the username is free when that one is right."
            ),
            FindingCode::OtherProvider => format!(
                "“{text}” is another directory than the one that is connected. Correct the value, or leave it empty for the connected one."
            ),
            FindingCode::UnknownTarget => {
                format!("“{text}” is no directory that is known here. Say once which one it means.")
            }
            FindingCode::AmbiguousTarget => format!(
                "“{text}” may be the old Active Directory or the directory that is connected now. Say once which one it means."
            ),
            // What remains is said in fixed words, or beside People.
            _ => text.to_owned(),
        }
    }

    /// What is found beside People and the directory; `None`: it is about the file.
    fn beside(self, finding: &Finding) -> Option<String> {
        if let Some(words) = self.fixed_of_people() {
            return Some(words.to_owned());
        }
        let text = finding.text.as_deref().unwrap_or_default();
        self.told_of_holder(text)
            .or_else(|| self.told_of_people(text, &finding.other_line()))
    }

    /// Findings about the account whose username or address the new username is; `text` is empty where it is not to be named.
    fn told_of_holder(self, text: &str) -> Option<String> {
        let account = |named: &str, unnamed: &str| {
            if text.is_empty() {
                unnamed.to_owned()
            } else {
                format!("{named} “{text}”")
            }
        };
        Some(match self {
            FindingCode::HeldByActive => format!(
                "{} has this username and has no line in the file. Give it a line, or choose another username here.",
                account("The account", "Another account")
            ),
            FindingCode::HeldByBlocked => format!(
                "{} has this username, often a duplicate of an earlier sync. Give it a line that renames it aside, or choose another username here.",
                account("The blocked account", "A blocked account")
            ),
            FindingCode::HeldBySync => format!(
                "A sync made {} with this username. If it is an empty duplicate, give it a line that renames it aside; nothing is deleted automatically.",
                account("the account", "an account")
            ),
            FindingCode::IsAnAddress => format!(
                "This is the e-mail address of {}. Check whose username it is to be.",
                account("another account,", "another account")
            ),
            _ => return None,
        })
    }

    /// Findings that name an account or a person of the directory; `text` may be empty where nobody is to be named.
    fn told_of_people(self, text: &str, other: &str) -> Option<String> {
        Some(match self {
            FindingCode::NotFound if text.is_empty() => {
                "People has no account with this username. Correct it, or remove the line.".to_owned()
            }
            FindingCode::NotFound => {
                format!("People has no account with this username. Did you mean {text}?")
            }
            FindingCode::MeantAddress => format!(
                "People has no account with this username; it is the e-mail address of the account “{text}”. Write that username."
            ),
            FindingCode::MeantBehindDomain => format!(
                "People has no account with this username, but one called “{text}”: the domain is part of that username. Write it like that."
            ),
            FindingCode::MeantZeros => format!(
                "People has no account with this username, but one called “{text}”: a spreadsheet probably took the zeros in front away. Write it with them."
            ),
            FindingCode::FoundByFolding => format!(
                "People writes this username “{text}”. Letter case and the form of letters do not count, so it is the same account."
            ),
            FindingCode::Dormant => format!(
                "{text} of the accounts in the file are blocked or have never signed in. Leavers need no line: their accounts keep their content without one."
            ),
            FindingCode::FewLicences => format!(
                "After the first sync more accounts would be active than there are licences ({text}). Whoever comes last is created blocked until one is free. If there are more licences, enter them, then check again."
            ),
            FindingCode::NotInDirectory if text.is_empty() => {
                "Nobody in the directory has this username. The first sync would block the account as a leaver, and signing in could make a duplicate. Search for the person on the page of the line, or make the account local.".to_owned()
            }
            FindingCode::NotInDirectory => format!(
                "Nobody in the directory has this username. The first sync would block the account as a leaver, and signing in could make a duplicate. Did you mean {text}?"
            ),
            FindingCode::OtherAttribute => format!(
                "This is another address of the person whose username is “{text}”. The sync goes by the username: write that."
            ),
            FindingCode::MissedMapping => format!(
                "The directory has people whom no line names and who resemble an account: {text}. The first sync would make new accounts beside the old ones. Where one of them has the account, write their username on its line."
            ),
            FindingCode::NamesDiffer => {
                format!("People and the directory know different persons by these usernames: {text}. If that is right, leave it; otherwise search for the person, and use their username.")
            }
            FindingCode::Shifted => format!(
                "From here to line {other} the new usernames belong to the person of a neighbouring line: the column has probably slipped by one line. Compare the first of these lines with your file, and upload it anew once the column stands right."
            ),
            FindingCode::SnapshotOld => format!(
                "The people of the directory were last read {text}. Run the test sync again, then check again, to compare with those of today."
            ),
            _ => return None,
        })
    }
}
