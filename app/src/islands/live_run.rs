//! Following a run while it goes on. The numbers move here; when what can be done changes (the run is held, or has
//! ended, or its list of changes is there) the page is loaded again and says it whole.

use domain::sync::{RunPhase, RunState};
use domain::views::RunView;
use leptos::prelude::*;

use crate::components::{Steps, Verdict, run_tone, thousands};

/// How a run stands, kept up to date by its stream of events at `events`. What it shows is what the database says, so a
/// reload or a second window loses nothing.
#[island]
pub fn LiveRun(run: RunView, events: String) -> impl IntoView {
    let live = RwSignal::new(run);
    Effect::new(move |_| follow(&events, live));
    view! { <RunNow live/> }
}

/// How a run stands: the sentence, the rail, and its progress while it goes on. The words for screen readers change
/// with the phase, not with every number.
#[component]
pub fn RunNow(#[prop(into)] live: Signal<RunView>) -> impl IntoView {
    let verdict = Memo::new(move |_| live.with(|run| (run_tone(run.row.state), run.headline.clone())));
    let steps = Signal::derive(move || live.with(|run| run.rail.clone()));
    let said = Memo::new(move |_| {
        live.with(|run| {
            let is_open = !run.row.state.is_final();
            is_open.then(|| format!("{}: {}", run.row.state.label(), run.phase.label()))
        })
    });
    let shown = Memo::new(move |_| live.with(progress));
    view! {
        {move || {
            let (tone, headline) = verdict.get();
            view! { <Verdict tone>{headline}</Verdict> }
        }}
        <Steps steps/>
        <p class="visually-hidden" role="status">{move || said.get()}</p>
        {move || shown.get().map(|progress| view! { <Bar progress/> })}
    }
}

/// How far a running run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Reading has no known end.
    Reading { people: u64 },
    /// Applying has.
    Applying { done: u64, of: u64 },
}

/// How far `run` is; `None` when it is not running.
pub fn progress(run: &RunView) -> Option<Progress> {
    let counts = run.row.counts;
    (run.row.state == RunState::Running).then(|| {
        if counts.to_apply > 0 {
            Progress::Applying {
                done: counts.applied.min(counts.to_apply),
                of: counts.to_apply,
            }
        } else {
            Progress::Reading { people: counts.read }
        }
    })
}

#[component]
fn Bar(progress: Progress) -> impl IntoView {
    let (bar, words) = match progress {
        Progress::Applying { done, of } => (
            view! { <progress max=of.to_string() value=done.to_string() aria-label="Changes applied"></progress> }
                .into_any(),
            format!("{} of {} changes applied", thousands(done), thousands(of)),
        ),
        Progress::Reading { people } => (
            view! { <progress aria-label="Reading the directory"></progress> }.into_any(),
            format!("{} people read", thousands(people)),
        ),
    };
    view! { <div class="run-progress">{bar}<p class="num">{words}</p></div> }
}

/// What the page around the island depends on.
#[cfg_attr(
    not(feature = "hydrate"),
    expect(dead_code, reason = "asked in the browser only")
)]
fn drawn_for(run: &RunView) -> (RunState, bool, bool) {
    let has_list = matches!(run.phase, RunPhase::Apply | RunPhase::Done);
    (run.row.state, run.cancel_requested, has_list)
}

#[cfg(not(feature = "hydrate"))]
fn follow(_events: &str, _live: RwSignal<RunView>) {}

/// Takes every event into `live`. The browser connects again by itself after a gap; only when it has given up (the
/// stream is refused) the page is loaded again, as it is without scripts.
#[cfg(feature = "hydrate")]
fn follow(events: &str, live: RwSignal<RunView>) {
    use std::time::Duration;

    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    use web_sys::{EventSource, MessageEvent};

    fn load_again() {
        _ = window().location().reload();
    }

    let Ok(stream) = EventSource::new(events) else {
        return;
    };
    let drawn = live.with_untracked(drawn_for);
    let of = stream.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let text = event.data().as_string().unwrap_or_default();
        let Ok(run) = leptos::serde_json::from_str::<RunView>(&text) else {
            return;
        };
        if drawn_for(&run) == drawn {
            live.set(run);
        } else {
            of.close();
            load_again();
        }
    });
    let of = stream.clone();
    let on_error = Closure::<dyn FnMut()>::new(move || {
        if of.ready_state() == EventSource::CLOSED {
            set_timeout(load_again, Duration::from_secs(4));
        }
    });
    stream.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    stream.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    // Both live as long as the page.
    on_message.forget();
    on_error.forget();
}
