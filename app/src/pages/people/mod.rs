//! The People directory: who has an account, where it comes from, and why it changed.

mod add;
mod list;
mod person;

pub use add::AddAccount;
pub use list::PeoplePage;
pub use person::PersonPage;
