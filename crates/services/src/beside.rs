//! Work that goes on beside other work: the database reads what comes next, or writes what was made, meanwhile.

use tokio::task::JoinSet;

/// One piece of work at a time, on a task of its own. Dropped, it ends.
pub(crate) struct Beside<T>(JoinSet<T>);

impl<T: Send + 'static> Beside<T> {
    /// None yet.
    pub(crate) fn nothing() -> Self {
        Self(JoinSet::new())
    }

    /// Begins a piece; the one before was waited for.
    pub(crate) fn begin(&mut self, work: impl Future<Output = T> + Send + 'static) {
        self.0.spawn(work);
    }

    /// Waits for the piece that is under way, and gives what it came to; `None`: there is none.
    pub(crate) async fn done(&mut self) -> Option<T> {
        let done = self.0.join_next().await?;
        // Only who drops it stops it.
        Some(done.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())))
    }
}
