//! What the tests of several crates share: both databases, and a clock that is turned by hand.

mod clock;
mod db;

pub use clock::{FakeClock, TickingClock};
pub use db::{Backend, TestDb};

/// Runs one test body on both databases: `on_both!(name, |db| async move { ... })` makes the tests `name::sqlite` and
/// `name::postgres`. Without PostgreSQL the second one fails; it is never skipped.
#[macro_export]
macro_rules! on_both {
    ($(#[$meta:meta])* $name:ident, $body:expr) => {
        $(#[$meta])*
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                ($body)($crate::TestDb::open($crate::Backend::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                ($body)($crate::TestDb::open($crate::Backend::Postgres).await).await;
            }
        }
    };
}
