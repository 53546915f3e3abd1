//! What moves on a page: drawn by the server like everything else, then taken over in the browser. Only what needs to
//! answer at once is here, and nothing here is needed: without scripts the same forms post and the same pages load
//! again. An island knows nothing of the page around it: what it needs is among its properties.

mod live_run;
mod mapping_rows;
mod provider;

pub use live_run::{LiveRun, RunNow, progress};
pub use mapping_rows::{MappingRow, MappingRows, next_free};
pub use provider::ProviderSetUp;
