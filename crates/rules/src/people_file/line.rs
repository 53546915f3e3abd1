//! One line by itself, and beside the account that has its username.

use std::borrow::Cow;

use domain::directory::AttributeValue;
use domain::people::{AccountState, Block, BlockReason, BlockedBy, Directory, PeopleAccount, Profile, field};
use domain::people_file::{DIRECTORY_COLUMN, LineProblem, PeopleCells, STATE_COLUMN};
use domain::profile::{FieldKind, ProfileField, ProfileFields};
use domain::text::{is_plain_address, unseen};

use super::columns::current;
use crate::mapping::{Misfit, fit, shortened};
use crate::user_mapping::{is_error_value, letters};

/// What a file is for.
#[derive(Clone, Copy, Debug)]
pub struct Chosen<'a> {
    pub fields: &'a ProfileFields,
    /// The name of the directory whose accounts these are.
    pub directory: &'a str,
}

/// What a line does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nobody has the username: an account with this profile and state.
    Create {
        profile: Profile,
        state: AccountState,
        block: Option<Block>,
    },
    /// The account as it will be.
    Update(Box<PeopleAccount>),
    Unchanged,
    Refuse(Vec<LineProblem>),
}

/// What is wrong with the cells of a line whatever account it is about. Values are looked at beside the account: what stands
/// in a field already is never wrong.
pub(super) fn problems(cells: &PeopleCells, chosen: &Chosen<'_>) -> Vec<LineProblem> {
    other_directory(cells, chosen)
        .into_iter()
        .chain(state(cells).err())
        .collect()
}

/// What becomes of a line whose username `existing` has. `directory`: the one that was chosen for the file.
pub fn decide(
    cells: &PeopleCells,
    chosen: &Chosen<'_>,
    directory: Directory,
    existing: Option<&PeopleAccount>,
) -> Decision {
    let nothing = Profile::new();
    let before = existing.map_or(&nothing, |account| &account.profile);
    let mut profile = before.clone();
    let mut wrong: Vec<LineProblem> = existing
        .and_then(|account| in_the_way(account, directory))
        .into_iter()
        .chain(problems(cells, chosen))
        .collect();
    for (key, value) in values(cells, chosen.fields, before) {
        match value {
            Ok(Some(value)) => {
                profile.insert(key.to_owned(), value);
            }
            Ok(None) => {
                profile.remove(key);
            }
            Err(problem) => wrong.push(problem),
        }
    }
    if !wrong.is_empty() {
        return Decision::Refuse(wrong);
    }
    let said = state(cells).unwrap_or_default();
    let Some(account) = existing else {
        let state = said.unwrap_or(AccountState::Active);
        let block = (state == AccountState::Blocked).then_some(BY_FILE);
        return Decision::Create {
            profile,
            state,
            block,
        };
    };
    let mut after = account.clone();
    after.profile = profile;
    set_state(&mut after, said);
    if after == *account {
        Decision::Unchanged
    } else {
        Decision::Update(Box::new(after))
    }
}

/// What a file blocks it blocks in the name of whoever uploaded it: no sync unblocks it (L-06).
const BY_FILE: Block = Block {
    by: BlockedBy::Administrator,
    reason: BlockReason::ByAdministrator,
};

/// Whose account an import never changes.
fn in_the_way(account: &PeopleAccount, directory: Directory) -> Option<LineProblem> {
    if account.directory == Directory::Local {
        Some(LineProblem::LocalAccount)
    } else if account.directory != directory {
        Some(LineProblem::OtherDirectory)
    } else if account.is_administrator {
        Some(LineProblem::Administrator)
    } else {
        None
    }
}

/// The state that was said. A frozen account is as good as active: that ends by itself. Whom a sync blocked, only a sync
/// unblocks (L-06).
fn set_state(account: &mut PeopleAccount, said: Option<AccountState>) {
    let is_blocked = account.state == AccountState::Blocked;
    let by_hand = account
        .block
        .is_some_and(|block| block.by == BlockedBy::Administrator);
    match said {
        Some(AccountState::Blocked) if !is_blocked => {
            account.state = AccountState::Blocked;
            account.block = Some(BY_FILE);
        }
        Some(AccountState::Active | AccountState::Frozen) if is_blocked && by_hand => {
            account.state = AccountState::Active;
            account.block = None;
        }
        _ => {}
    }
}

fn state(cells: &PeopleCells) -> Result<Option<AccountState>, LineProblem> {
    let text = cells
        .get(STATE_COLUMN)
        .map(|text| text.trim())
        .unwrap_or_default();
    match letters(text).as_str() {
        "" if text.is_empty() => Ok(None),
        "yes" | "active" | "true" | "1" | "frozen" => Ok(Some(AccountState::Active)),
        "no" | "blocked" | "false" | "0" => Ok(Some(AccountState::Blocked)),
        _ => Err(LineProblem::UnknownState {
            text: shortened(text),
        }),
    }
}

/// D-02, D-03: the line itself says whose the account is.
fn other_directory(cells: &PeopleCells, chosen: &Chosen<'_>) -> Option<LineProblem> {
    let text = cells.get(DIRECTORY_COLUMN)?.trim();
    let name = letters(text);
    if name.is_empty() || name == letters(chosen.directory) {
        None
    } else if name == letters(Directory::LOCAL) {
        Some(LineProblem::SaysLocal)
    } else {
        Some(LineProblem::SaysDirectory {
            text: shortened(text),
            chosen: chosen.directory.to_owned(),
        })
    }
}

/// What the cells make of profile fields, without those that say what stands there already.
fn values<'a>(
    cells: &'a PeopleCells,
    fields: &'a ProfileFields,
    before: &'a Profile,
) -> impl Iterator<Item = (&'a str, Result<Option<String>, LineProblem>)> + 'a {
    fields.iter().filter_map(|field| {
        let cell = cells.get(&field.key)?;
        let value = (cell != current(before, &field.key)).then(|| value(field, cell))?;
        Some((field.key.as_str(), value))
    })
}

fn value(of: &ProfileField, cell: &str) -> Result<Option<String>, LineProblem> {
    let title = || of.title.clone();
    let text = cell.trim();
    let has_lines = of.kind == FieldKind::LongText;
    if text.contains('\u{FFFD}') {
        return Err(LineProblem::Lost { field: title() });
    }
    if is_error_value(text) {
        return Err(LineProblem::SpreadsheetError { field: title() });
    }
    if let Some(hidden) = unseen(text, has_lines) {
        let sign = format!("U+{:04X}", u32::from(hidden));
        return Err(LineProblem::Hidden { field: title(), sign });
    }
    let fitted = fit(of, &AttributeValue::Text(text.to_owned()))
        .map(|fitted| fitted.map(Cow::into_owned))
        .map_err(|misfit| match misfit {
            Misfit::TooLong { limit } => LineProblem::TooLong {
                field: title(),
                limit,
            },
            Misfit::NotOfKind { kind } => LineProblem::NotOfKind {
                field: title(),
                takes: kind.takes().to_owned(),
            },
        })?;
    let is_wrong = |address: &String| of.key == field::EMAIL && !is_plain_address(address);
    if fitted.as_ref().is_some_and(is_wrong) {
        return Err(LineProblem::NotAnAddress { field: title() });
    }
    Ok(fitted)
}
