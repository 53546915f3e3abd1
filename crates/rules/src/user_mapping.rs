//! The user mapping: from the bytes of a file to what is to be said about every line of it.
//!
//! `survey` (is it text, in which encoding) → `layout` (what separates cells, which column is which) → `check` (records →
//! lines by themselves → lines against lines). Everything is fed in pieces of any size, and gives the same
//! findings for the same bytes, in whatever pieces they come.

mod cell;
mod check;
mod fix;
mod graph;
mod kinds;
mod known;
mod layout;
mod records;
mod row;
mod survey;
mod target;

pub use check::{Check, Checked, Sink, TargetCount};
pub use fix::{About, Cells, fixed, rewritten};
pub use graph::{Rename, Renames};
pub use known::{AccountNow, AccountPlace, PersonFound};
pub use layout::{Columns, Layout, layout};
pub use row::{Surroundings, TEMPORARY_PREFIX};
pub use survey::{Decode, Survey, Surveyed};
pub use target::{Target, TargetRead};

/// What counts of a heading (F-04) and of a directory's name (D-03): letters and digits, in either case.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests;
