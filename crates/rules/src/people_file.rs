//! A People CSV (domain 1.5): read by the intake of the user mapping, with its columns by their symbolic names in any order,
//! and what each line does to an account of the directory the file was chosen for.
//!
//! Whoever is missing from a file stays as they are, and so does what a missing column would say. An empty cell empties
//! its field: the column is there, and says that there is nothing.

mod columns;
mod line;
mod name;
mod reader;

pub use columns::{Columns, table};
pub use line::{Chosen, Decision, decide};
pub use name::name_problem;
pub use reader::{Ended, PeopleLine, PeopleRead, Reader};

#[cfg(test)]
mod tests;
