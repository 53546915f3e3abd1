//! The progress of a run as server-sent events: each is the run as the page shows it; the stream ends with the run,
//! with the session of whoever listens, and with the server (an open stream would hold up a shutdown).

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::views::RunView;
use futures::stream;
use services::ServiceError;

use super::signed_in::{Address, Reference, SignedIn, refusal};
use crate::router::AppState;
use domain::text::chain;

/// How often the run, and who listens, are looked at.
const LOOK: Duration = Duration::from_millis(700);
/// A stream ends after this many looks (about 35 minutes); the browser opens another one by itself.
const LOOKS: u32 = 3000;

struct Watch {
    state: AppState,
    who: SignedIn,
    slug: String,
    number: i64,
    /// Told last.
    told: Option<RunView>,
    /// Read already, to be told first.
    first: Option<RunView>,
    looks: u32,
}

/// `GET /c/{customer}/runs/{run}/events`
pub async fn run_events(
    State(state): State<AppState>,
    Address((slug, number)): Address<(String, i64)>,
    Reference(reference): Reference,
    who: SignedIn,
) -> Response {
    let first = match state.services.run(&who.actor, &slug, number).await {
        Ok(run) => run,
        Err(error) => return refusal(error, &reference),
    };
    let watch = Watch {
        state,
        who,
        slug,
        number,
        told: None,
        first: Some(first),
        looks: 0,
    };
    Sse::new(stream::unfold(watch, next))
        .keep_alive(KeepAlive::default())
        .into_response()
}

async fn next(mut watch: Watch) -> Option<(Result<Event, Infallible>, Watch)> {
    if watch.told.as_ref().is_some_and(|run| run.row.state.is_final()) {
        return None;
    }
    loop {
        let run = match watch.first.take() {
            Some(first) => first,
            None => watch.look().await?,
        };
        if watch.told.as_ref() == Some(&run) {
            continue;
        }
        let event = Event::default().json_data(&run).ok()?;
        watch.told = Some(run);
        return Some((Ok(event), watch));
    }
}

impl Watch {
    /// The run a moment later; `None` ends the stream.
    async fn look(&mut self) -> Option<RunView> {
        self.looks += 1;
        if self.looks > LOOKS {
            return None;
        }
        tokio::select! {
            () = self.state.stopping.cancelled() => return None,
            () = tokio::time::sleep(LOOK) => {}
        }
        match self.see().await {
            Ok(run) => run,
            Err(error) => {
                tracing::warn!(error = %chain(&error), "a run could not be watched any longer");
                None
            }
        }
    }

    /// The run, for as long as the session lasts and its person may see it.
    async fn see(&mut self) -> Result<Option<RunView>, ServiceError> {
        if !self.who.renew(&self.state).await? {
            return Ok(None);
        }
        let run = self
            .state
            .services
            .run(&self.who.actor, &self.slug, self.number)
            .await?;
        Ok(Some(run))
    }
}
