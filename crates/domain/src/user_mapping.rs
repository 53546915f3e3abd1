//! The user mapping: which account of People becomes which username of the new directory. Its words, and what may be
//! said about a line of its file. The checks themselves are `rules::user_mapping`.

mod columns;
mod edit;
mod proposal;
mod review;
mod version;
mod words;

pub use columns::{ColumnsForm, MappingColumns};
pub use edit::{DecidedAbout, Decision, MappingEdit, MappingFix};
pub use proposal::{ProposalClass, ProposalReason};
pub use review::{Acknowledged, ReviewState, TakenBack, Verdict, are_open};
pub use version::{
    Coverage, Domains, FindingGroup, KindCount, LeftOut, MappingKnown, MappingOutcome, MappingQuestion,
    MappingReading, MappingReceived, MappingState, MappingSummary, TargetLines,
};

use serde::{Deserialize, Serialize};

use crate::codes;

codes! {
    /// How grave a finding is. A problem blocks the approval; a warning needs an acknowledgement; a note informs.
    pub enum Severity {
        Error = "error",
        Warning = "warning",
        Notice = "notice",
    }
}

codes! {
    /// The columns of the file that mean something, under the headings of the guide.
    pub enum Column {
        Existing = "existing_username",
        New = "new_username",
        Target = "target_directory",
    }
}

codes! {
    /// What a line does to a username, seen among all lines (X-01 to X-14).
    pub enum RenameKind {
        /// The username stays (R-04).
        Unchanged = "unchanged",
        /// Only letter case or Unicode form changes (R-05, R-06).
        CaseOnly = "case_only",
        /// Nobody in the file has the new username.
        Free = "free",
        /// The new username is given up by another line (X-08).
        Chain = "chain",
        /// Two lines exchange their usernames (X-06).
        Swap = "swap",
        /// More than two lines exchange their usernames among themselves (X-07).
        Cycle = "cycle",
        /// Somebody who does not give it up has the new username (X-09, X-10, X-13).
        Blocked = "blocked",
        /// Several accounts would become one (X-04, X-05).
        Merge = "merge",
        /// One account would become several (X-02, X-03).
        Split = "split",
    }
}

codes! {
    /// What a finding is about. [`FindingCode::rule`] gives the id of its rule.
    pub enum FindingCode {
        CommentLine = "comment_line",
        TooFewCells = "too_few_cells",
        TooManyCells = "too_many_cells",
        StrayQuote = "stray_quote",
        LineBreak = "line_break",
        Mojibake = "mojibake",
        ReplacementCharacter = "replacement_character",
        CellTooLong = "cell_too_long",
        FormulaLike = "formula_like",
        SpreadsheetError = "spreadsheet_error",
        DateLike = "date_like",
        Unwrapped = "unwrapped",
        ExistingEmpty = "existing_empty",
        KeepsName = "keeps_name",
        NewEmpty = "new_empty",
        UnicodeOnly = "unicode_only",
        Trimmed = "trimmed",
        HiddenCharacter = "hidden_character",
        BlankInside = "blank_inside",
        DomainPrefix = "domain_prefix",
        AddressWrapped = "address_wrapped",
        NotAPrincipalName = "not_a_principal_name",
        NotALogin = "not_a_login",
        NotAnAddress = "not_an_address",
        TooLong = "too_long",
        Guest = "guest",
        UnknownDomain = "unknown_domain",
        CloudDomain = "cloud_domain",
        Reserved = "reserved",
        Placeholder = "placeholder",
        MixedScript = "mixed_script",
        DuplicateLine = "duplicate_line",
        Split = "split",
        TargetsDiffer = "targets_differ",
        Merge = "merge",
        MergeByForm = "merge_by_form",
        DoesNotMove = "does_not_move",
        BecauseOf = "because_of",
        OtherProvider = "other_provider",
        UnknownTarget = "unknown_target",
        AmbiguousTarget = "ambiguous_target",
        OldDirectory = "old_directory",
        DeletionWord = "deletion_word",
        TargetSlip = "target_slip",
        LocalRenamed = "local_renamed",
        NotFound = "not_found",
        MeantAddress = "meant_address",
        MeantBehindDomain = "meant_behind_domain",
        MeantZeros = "meant_zeros",
        FoundByFolding = "found_by_folding",
        TwoAccounts = "two_accounts",
        BlockedAccount = "blocked_account",
        AlreadyThere = "already_there",
        SharedAccount = "shared_account",
        RecoveryAccount = "recovery_account",
        NoLocalAdministrator = "no_local_administrator",
        HeldByActive = "held_by_active",
        HeldByBlocked = "held_by_blocked",
        HeldBySync = "held_by_sync",
        Dormant = "dormant",
        SameAddress = "same_address",
        IsAnAddress = "is_an_address",
        FewLicences = "few_licences",
        BecomesLocal = "becomes_local",
        LeftBehind = "left_behind",
        NotInDirectory = "not_in_directory",
        OtherAttribute = "other_attribute",
        PersonDisabled = "person_disabled",
        PersonOutOfScope = "person_out_of_scope",
        PersonIsGuest = "person_is_guest",
        MissedMapping = "missed_mapping",
        NamesDiffer = "names_differ",
        Shifted = "shifted",
        SnapshotOld = "snapshot_old",
        SnapshotUnknown = "snapshot_unknown",
        LocalInScope = "local_in_scope",
    }
}

impl FindingCode {
    /// The rule it comes from: an id of docs/rules.md.
    pub const fn rule(self) -> &'static str {
        match self {
            FindingCode::CommentLine => "F-22",
            FindingCode::TooFewCells => "F-23",
            FindingCode::TooManyCells => "F-24",
            FindingCode::StrayQuote | FindingCode::LineBreak => "F-17",
            FindingCode::Mojibake | FindingCode::ReplacementCharacter => "F-13",
            FindingCode::CellTooLong => "F-28",
            FindingCode::FormulaLike => "F-32",
            FindingCode::SpreadsheetError | FindingCode::DateLike | FindingCode::Unwrapped => "F-33",
            FindingCode::ExistingEmpty => "R-01",
            FindingCode::KeepsName => "R-02",
            FindingCode::NewEmpty => "R-03",
            FindingCode::UnicodeOnly => "R-06",
            FindingCode::Trimmed | FindingCode::HiddenCharacter => "R-07",
            FindingCode::BlankInside => "R-08",
            FindingCode::DomainPrefix => "R-09",
            FindingCode::AddressWrapped => "R-10",
            FindingCode::NotAPrincipalName => "R-11",
            FindingCode::NotALogin | FindingCode::NotAnAddress => "R-12",
            FindingCode::TooLong => "R-13",
            FindingCode::Guest => "R-14",
            FindingCode::UnknownDomain | FindingCode::CloudDomain => "R-15",
            FindingCode::Reserved => "R-16",
            FindingCode::Placeholder => "R-17",
            FindingCode::MixedScript => "R-18",
            FindingCode::DuplicateLine => "X-01",
            FindingCode::Split => "X-02",
            FindingCode::TargetsDiffer => "X-03",
            FindingCode::Merge => "X-04",
            FindingCode::MergeByForm => "X-05",
            FindingCode::DoesNotMove => "X-10",
            FindingCode::BecauseOf => "X-13",
            FindingCode::OtherProvider => "D-04",
            FindingCode::UnknownTarget | FindingCode::AmbiguousTarget => "D-05",
            FindingCode::OldDirectory => "D-06",
            FindingCode::DeletionWord => "D-07",
            FindingCode::TargetSlip => "D-08",
            FindingCode::LocalRenamed => "D-09",
            _ => self.rule_beside(),
        }
    }

    /// [`Self::rule`] of what is found beside People and the directory.
    const fn rule_beside(self) -> &'static str {
        match self {
            FindingCode::NotFound => "P-01",
            FindingCode::MeantAddress => "R-20",
            FindingCode::MeantBehindDomain => "R-09",
            FindingCode::MeantZeros => "F-33",
            FindingCode::FoundByFolding => "R-19",
            FindingCode::TwoAccounts => "P-15",
            FindingCode::BlockedAccount => "P-02",
            FindingCode::AlreadyThere => "P-04",
            FindingCode::SharedAccount => "P-06",
            FindingCode::RecoveryAccount => "P-07",
            FindingCode::NoLocalAdministrator => "P-08",
            FindingCode::HeldByActive => "P-09",
            FindingCode::HeldByBlocked => "P-10",
            FindingCode::HeldBySync => "P-11",
            FindingCode::LeftBehind => "P-13",
            FindingCode::Dormant => "P-14",
            FindingCode::SameAddress => "P-16",
            FindingCode::FewLicences => "P-18",
            FindingCode::IsAnAddress => "P-20",
            FindingCode::BecomesLocal => "D-10",
            FindingCode::NotInDirectory => "T-02",
            FindingCode::OtherAttribute => "T-03",
            FindingCode::PersonDisabled => "T-04",
            FindingCode::PersonOutOfScope => "T-05",
            FindingCode::PersonIsGuest => "T-06",
            FindingCode::MissedMapping => "T-08",
            FindingCode::NamesDiffer | FindingCode::Shifted => "T-10",
            FindingCode::SnapshotOld => "T-11",
            FindingCode::SnapshotUnknown => "T-12",
            FindingCode::LocalInScope => "T-13",
            _ => "",
        }
    }
}

/// Something that was found about one line. [`Finding::sentence`] says it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// The physical line of the file, from 1, on which the record begins. 0: it is about all of them.
    pub line: u64,
    /// The cell; `None` where it is the whole line.
    pub column: Option<Column>,
    pub severity: Severity,
    pub code: FindingCode,
    /// The line it collides with, or that is the cause.
    pub other: Option<u64>,
    /// What was found, or what was probably meant, by code.
    pub text: Option<String>,
}

codes! {
    /// How the bytes of a file are text.
    pub enum FileEncoding {
        Utf8 = "utf-8",
        Utf16Le = "utf-16le",
        Utf16Be = "utf-16be",
        /// Western European spreadsheets on Windows; includes what Latin-1 holds.
        Windows1252 = "windows-1252",
    }
}

codes! {
    /// What stands between two cells.
    pub enum Delimiter {
        Comma = "comma",
        Semicolon = "semicolon",
        Tab = "tab",
        Pipe = "pipe",
    }
}

impl Delimiter {
    /// The byte in the file.
    pub const fn byte(self) -> u8 {
        match self {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
            Delimiter::Pipe => b'|',
        }
    }
}

/// Why a whole file is refused. [`Rejection::sentence`] says it, and how to cure it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rejection {
    /// F-01.
    Empty,
    /// F-02: how many lines were read.
    NoLines { lines: u64 },
    /// F-07: the headings that were found, and those that are missing.
    MissingColumns {
        found: Vec<String>,
        missing: Vec<Column>,
    },
    /// F-08.
    DuplicateHeading { heading: String },
    /// F-18: the line on which the quote opened.
    UnclosedQuote { line: u64 },
    /// F-25: the line of the first control character.
    Binary { line: u64 },
    /// F-26: what the file is instead, such as "an Excel workbook".
    NotCsv { kind: String },
    /// F-27: the limit in bytes.
    TooLarge { limit: u64 },
    /// F-27.
    TooManyLines { limit: u64 },
    /// F-28: a record that does not end.
    RecordTooLong { line: u64 },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_has_a_rule_a_title_and_a_sentence() {
        for code in FindingCode::ALL {
            let finding = Finding {
                line: 2,
                column: None,
                severity: Severity::Error,
                code: *code,
                other: Some(3),
                text: Some("jsmith".to_owned()),
            };
            assert!(code.rule().contains('-'), "{code:?}");
            assert!(!code.title().is_empty(), "{code:?}");
            assert!(finding.sentence().len() > 20, "{code:?}");
        }
    }

    #[test]
    fn domains_are_few_and_each_is_there_once() {
        let domains = Domains::from(["b.org", "a.org", "b.org", "c.org"].map(str::to_owned).to_vec());
        assert!(
            ["a.org", "b.org", "c.org"]
                .iter()
                .all(|domain| domains.contains(domain))
        );
        assert!(!domains.contains("A.org") && !domains.contains(""));
        let json = serde_json::to_string(&domains).expect("JSON");
        assert_eq!(json, r#"["a.org","b.org","c.org"]"#);
        assert_eq!(serde_json::from_str::<Domains>(&json).expect("the same"), domains);
        assert!(Domains::default().is_empty() && !domains.is_empty());
    }
}
