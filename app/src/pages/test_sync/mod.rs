//! The test sync: reads everything, writes nothing, and shows what it found (H-12).

mod found;
mod page;

pub use page::TestSyncPage;
