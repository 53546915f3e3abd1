//! What a sync run would change, person by person, and whether it must stop and ask.
//!
//! The pipeline: [`Rules::decide`] looks at one person and gives a [`Decision`]; the few decisions that depend on who
//! else gets or leaves a username are [`Claim`]s and settled together by [`claims::settle`]; blocks of administrators
//! pass [`administrators::last_administrator`]; the totals pass [`guard::guard`].

pub mod administrators;
pub mod claims;
mod decide;
pub mod guard;
pub mod licences;
pub mod managers;
pub mod person;

pub use administrators::last_administrator;
pub use claims::{Settled, SettledChange, settle};
pub use guard::{GuardFacts, guard};
pub use managers::{ManagerSearch, Names};
pub use person::{
    Claim, Decision, Facts, Holder, Person, Rules, username_differs, username_of, username_source,
};

#[cfg(test)]
mod tests;
