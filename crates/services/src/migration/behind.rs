//! Writing that goes on behind the work that makes what is written.

use tokio::task::JoinSet;

use crate::ServiceError;

/// One piece of writing at a time, in their order; dropped, what is under way ends.
#[derive(Default)]
pub(super) struct Behind(JoinSet<Result<(), ServiceError>>);

impl Behind {
    /// Begins a piece when the one before is done.
    pub(super) async fn begin(
        &mut self,
        piece: impl Future<Output = Result<(), ServiceError>> + Send + 'static,
    ) -> Result<(), ServiceError> {
        self.done().await?;
        self.0.spawn(piece);
        Ok(())
    }

    /// Waits for what is under way.
    pub(super) async fn done(&mut self) -> Result<(), ServiceError> {
        while let Some(done) = self.0.join_next().await {
            match done {
                Ok(done) => done?,
                // It is stopped by being dropped only.
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        }
        Ok(())
    }
}
