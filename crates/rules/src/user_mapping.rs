//! The user mapping: from the bytes of a file to what is to be said about every line of it.
//!
//! `survey` (is it text, in which encoding) → `layout` (what separates cells, which column is which) → `check` (records →
//! lines by themselves → lines against lines). Everything is fed in pieces of any size, and gives the same
//! findings for the same bytes, in whatever pieces they come.

mod cell;
mod check;
// Nobody says in a browser which column is which: its module has none of it (docs/adr/0017).
#[cfg(not(target_arch = "wasm32"))]
mod columns;
mod decode;
mod fix;
mod graph;
mod groups;
mod kinds;
mod known;
mod layout;
mod look;
mod records;
mod row;
mod summary;
mod survey;
#[cfg(any(test, target_arch = "wasm32"))]
mod table;
mod target;
#[cfg(not(target_arch = "wasm32"))]
mod window;

use domain::{Provider, Username};

/// Tells where cells end.
#[cfg(target_arch = "wasm32")]
use table::Table as Ends;
#[cfg(not(target_arch = "wasm32"))]
use window::Window as Ends;

pub use check::{Check, Checked, Sink, TargetCount};
#[cfg(not(target_arch = "wasm32"))]
pub use columns::{FoundColumns, MAX_COLUMNS, columns, layout_with_columns};
pub use decode::Decode;
pub use fix::{About, Cells, as_it_came, fixed, kept, kept_target, other_forms, rewritten};
pub use graph::{Rename, Renames};
pub use groups::Groups;
pub use known::{AccountNow, AccountPlace, PersonFound};
pub use layout::{Columns, Layout, layout};
pub use look::Look;
pub use row::{Surroundings, TEMPORARY_PREFIX, is_reserved_username};
pub use survey::{Survey, Surveyed};
pub use target::{Target, TargetRead, read as read_target};

// The intake of any list of accounts: the People CSV comes in by it, too.
pub(crate) use cell::{is_error_value, original, username_of};
pub(crate) use layout::{Beginning, beginning, shortened};
pub(crate) use records::{Record, Records};

/// The largest file, in bytes (F-27).
pub const MAX_BYTES: u64 = 100_000_000;

/// The most lines a file may have (F-27).
pub const MAX_LINES: u64 = 1_000_000;

/// How much of a file its layout is told from: its first so many bytes.
pub const HEAD_BYTES: usize = 256 * 1024;

/// What the cells of a line that was approved say: the new username, and where the account belongs. An empty username: the
/// account keeps the one it has.
pub fn said(new: &str, target: &str, provider: Provider, old: &[String]) -> (Username, Target) {
    let kinds = kinds::Kinds::of(new);
    let name = cell::username(records::Text { text: new, kinds }, &mut |_, _, _| {});
    let target = target::read(target, provider, old).target;
    (Username::from_stored(name.text.into_owned()), target)
}

/// What counts of a heading (F-04) and of a directory's name (D-03): letters and digits, in either case.
pub(crate) fn letters(text: &str) -> String {
    unicode::lower(text)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// Whether a sign stands in a text. (`contains` brings a search for longer texts along, which is large in a browser.)
fn holds(text: &str, sign: char) -> bool {
    text.chars().any(|c| c == sign)
}

#[cfg(test)]
mod tests;
