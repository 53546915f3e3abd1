//! Whether the process lives, and whether it can serve.

use std::time::Duration;

use ::http::StatusCode;
use axum::extract::State;

use crate::router::AppState;
use domain::text::chain;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The process lives. Asks nobody.
pub async fn live() -> &'static str {
    "ok\n"
}

/// The database answers and its schema is the one this program expects.
pub async fn ready(State(state): State<AppState>) -> (StatusCode, &'static str) {
    if state.stopping.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "stopping\n");
    }
    match tokio::time::timeout(PATIENCE, state.services.db().pending_migrations()).await {
        Ok(Ok(0)) => (StatusCode::OK, "ok\n"),
        Ok(Ok(_)) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database needs `usersync migrate`\n",
        ),
        Ok(Err(error)) => {
            tracing::warn!(error = %chain(&error), "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
        Err(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer in time\n",
        ),
    }
}
