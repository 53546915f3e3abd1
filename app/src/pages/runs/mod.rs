//! Runs: what the sync did, does, or would do, and why.

mod advice;
mod changes;
mod chart;
mod counts;
mod decide;
mod list;
mod now;
mod run;
mod start;

pub use advice::AdviceBanner;
pub use changes::{FieldChanges, change_word};
pub use list::RunsPage;
pub use now::{RefreshWithoutScripts, Standing};
pub use run::RunPage;
pub use start::{FirstRunActions, StartRuns, SyncThisPerson};
