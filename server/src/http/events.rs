//! The progress of a run as server-sent events: each is the run as the page shows it; the stream ends with the run.
//! An open stream would hold up a shutdown, so it ends with the server's cancellation token, too.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use domain::views::RunView;
use domain::{Actor, ConsoleUserId};
use futures::stream;

use super::signed_in::{Reference, SignedIn, refusal};
use crate::errors::chain;
use crate::router::AppState;

/// How often the run is looked at.
const LOOK: Duration = Duration::from_millis(700);
/// Looks between two checks of who is listening: a session that was ended stops listening within half a minute.
const LOOKS_PER_CHECK: u32 = 40;
/// A stream ends after this many looks (about 35 minutes); the browser opens another one by itself.
const LOOKS: u32 = 3000;

struct Watch {
    state: AppState,
    actor: Actor,
    user: ConsoleUserId,
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
    Path((slug, number)): Path<(String, i64)>,
    Reference(reference): Reference,
    SignedIn { actor, user }: SignedIn,
) -> Response {
    let first = match state.services.run(&actor, &slug, number).await {
        Ok(run) => run,
        Err(error) => return refusal(error, &reference),
    };
    let watch = Watch {
        state,
        actor,
        user,
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
        if self.looks.is_multiple_of(LOOKS_PER_CHECK) {
            let (actor, _) = self.state.services.identify(self.user).await.ok()??;
            self.actor = actor;
        }
        match self
            .state
            .services
            .run(&self.actor, &self.slug, self.number)
            .await
        {
            Ok(run) => Some(run),
            Err(error) => {
                tracing::warn!(error = %chain(&error), "a run could not be watched any longer");
                None
            }
        }
    }
}
