//! What lines do to accounts, once all of them were compared.

use domain::user_mapping::{Coverage, RenameKind};

use super::compare::Beside;
use super::lines::Lines;
use super::{NONE, index, mark};

/// What every line does, by its place among the lines that could be read.
#[derive(Debug)]
pub struct Renames {
    pub(super) kinds: Vec<RenameKind>,
    pub(super) next: Vec<u32>,
    pub(super) lines: Lines,
    pub(super) marks: Vec<u8>,
    pub(super) compared: Option<Box<dyn Beside>>,
}

/// What one line does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rename {
    pub line: u64,
    pub kind: RenameKind,
    /// The line whose username it takes.
    pub takes_from: Option<u64>,
    /// The account it is about, counted from 0 as accounts were told.
    pub account: Option<u32>,
    /// Another account that a finding about the line speaks of: who was probably meant by the existing username where nobody
    /// has it, or else whose the new one is.
    pub other_account: Option<u32>,
    /// The person with the new username, counted from 0 as people were told.
    pub person: Option<u32>,
}

impl Renames {
    /// Every line that counts, in the order of the file: those that only repeat another are left out.
    pub fn iter(&self) -> impl Iterator<Item = Rename> + '_ {
        let rows = (0u32..).zip(self.kinds.iter().zip(&self.marks));
        rows.filter(|(_, (_, mark))| *mark & mark::DROPPED == 0)
            .map(|(row, (kind, _))| {
                let next = self.next.get(index(row)).filter(|next| **next != NONE);
                let compared = self.compared.as_ref();
                Rename {
                    line: self.lines.of(row),
                    kind: *kind,
                    takes_from: next.map(|next| self.lines.of(*next)),
                    account: compared.and_then(|compared| compared.account_of(row)),
                    other_account: compared.and_then(|compared| compared.other_of(row)),
                    person: compared.and_then(|compared| compared.person_of(row)),
                }
            })
    }

    /// What is to become of the accounts (P-13), and whom nobody names; nothing where People was not compared.
    pub fn coverage(&self) -> Coverage {
        self.compared
            .as_ref()
            .map(|compared| compared.coverage())
            .unwrap_or_default()
    }

    /// Whether a line names this person, counted from 0 as people were told.
    pub fn is_claimed(&self, person: u32) -> bool {
        self.compared
            .as_ref()
            .is_some_and(|compared| compared.is_claimed(person))
    }
}

/// What a line does by itself.
pub(super) fn kind_alone(mark: u8) -> RenameKind {
    if mark & mark::SPLIT != 0 {
        RenameKind::Split
    } else if mark & mark::MERGE != 0 {
        RenameKind::Merge
    } else if mark & mark::CASE != 0 {
        RenameKind::CaseOnly
    } else if mark & mark::STAYS != 0 {
        RenameKind::Unchanged
    } else if mark & mark::ERROR != 0 {
        RenameKind::Blocked
    } else {
        RenameKind::Free
    }
}
