//! Runs: what the sync did, does, or would do, and why.

mod changes;
mod chart;
mod counts;
mod decide;
mod list;
mod live;
mod run;
mod start;

pub use changes::{FieldChanges, change_word};
pub use list::RunsPage;
pub use live::{LiveRun, follow};
pub use run::RunPage;
pub use start::StartRuns;
