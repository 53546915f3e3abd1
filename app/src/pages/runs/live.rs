//! Following a run while it goes on: server-sent events where there are scripts, a page that loads itself again where
//! there are none. Both show what the database says, so a reload or a second window loses nothing.

use std::time::Duration;

use domain::sync::RunState;
use domain::views::RunView;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::Closure;
use leptos_router::hooks::{use_location, use_query_map};
use web_sys::{EventSource, MessageEvent};

use crate::api::runs::show_run;
use crate::components::links::param;
use crate::components::{Steps, address, thousands};

/// How often a page without an event stream asks again.
const POLL: Duration = Duration::from_secs(3);

/// Keeps `live` up to date until the run is final. Runs in the browser only; one stream for a page.
pub fn follow(slug: String, number: i64, live: RwSignal<RunView>) {
    Effect::new(move |opened: Option<bool>| {
        if opened == Some(true) || is_final(live) {
            return true;
        }
        let address = format!("/c/{slug}/runs/{number}/events");
        match EventSource::new(&address) {
            Ok(source) => listen(source, slug.clone(), number, live),
            Err(_) => poll(slug.clone(), number, live),
        }
        true
    });
}

fn is_final(live: RwSignal<RunView>) -> bool {
    live.with_untracked(|run| run.row.state.is_final())
}

/// Takes every event into `live`. The browser connects again by itself after a gap; only when it has given up (the
/// stream is refused) the page asks instead.
fn listen(source: EventSource, slug: String, number: i64, live: RwSignal<RunView>) {
    let stream = source.clone();
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let run = event
            .data()
            .as_string()
            .and_then(|text| leptos::serde_json::from_str::<RunView>(&text).ok());
        if let Some(run) = run {
            let ended = run.row.state.is_final();
            live.try_set(run);
            if ended {
                stream.close();
            }
        }
    });
    let stream = source.clone();
    let on_error = Closure::<dyn FnMut()>::new(move || {
        if is_final(live) {
            stream.close();
        } else if stream.ready_state() == EventSource::CLOSED {
            poll(slug.clone(), number, live);
        }
    });
    source.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    source.set_onerror(Some(on_error.as_ref().unchecked_ref()));
    let kept = StoredValue::new_local((source, on_message, on_error));
    on_cleanup(move || {
        kept.try_with_value(|(source, _, _)| {
            source.set_onmessage(None);
            source.set_onerror(None);
            source.close();
        });
    });
}

/// Asks every few seconds until the run is final or the page is left.
fn poll(slug: String, number: i64, live: RwSignal<RunView>) {
    set_timeout(
        move || {
            spawn_local(async move {
                if let Ok(run) = show_run(slug.clone(), number).await {
                    let ended = run.row.state.is_final();
                    if live.try_set(run).is_some() || ended {
                        return;
                    }
                }
                poll(slug, number, live);
            });
        },
        POLL,
    );
}

/// Loads the page again every few seconds where there are no scripts, with a way to stop that (WCAG 2.2.1).
#[component]
pub fn RefreshWithoutScripts() -> impl IntoView {
    let path = use_location().pathname.get_untracked();
    let is_paused = param(&use_query_map().read_untracked(), "still") == "1";
    // Only own, fixed text: nothing of this is typed by anybody but the path, which is escaped.
    let html = if is_paused {
        format!(
            r#"<p class="soft">This page stands still. <a href="{}">Keep it up to date</a></p>"#,
            quoted(&path)
        )
    } else {
        let still = address(&path, [("still", "1")]);
        format!(
            r#"<meta http-equiv="refresh" content="4"><p class="soft">This page loads itself again every four seconds. <a href="{}">Stop that</a></p>"#,
            quoted(&still)
        )
    };
    view! { <noscript inner_html=html></noscript> }
}

/// A path as the value of an HTML attribute.
fn quoted(path: &str) -> String {
    path.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// The rail of a run and its progress, up to date; the words for screen readers change with the phase, not with every
/// number.
#[component]
pub fn LiveRun(live: RwSignal<RunView>) -> impl IntoView {
    let steps = Signal::derive(move || live.with(|run| run.rail.clone()));
    let said =
        Memo::new(move |_| live.with(|run| format!("{}: {}", run.row.state.label(), run.phase.label())));
    let is_running = Memo::new(move |_| live.with(|run| run.row.state == RunState::Running));
    let is_open = Memo::new(move |_| live.with(|run| !run.row.state.is_final()));
    // A held run waits for a person: loading the page again would only get in their way.
    let moves =
        Memo::new(move |_| live.with(|run| matches!(run.row.state, RunState::Queued | RunState::Running)));
    view! {
        <Steps steps/>
        <p class="visually-hidden" role="status">{move || is_open.get().then(|| said.get())}</p>
        {move || is_running.get().then(|| view! { <Progress live/> })}
        {move || moves.get().then(|| view! { <RefreshWithoutScripts/> })}
    }
}

/// How far a run is. Reading has no known end; applying has.
#[component]
fn Progress(live: RwSignal<RunView>) -> impl IntoView {
    let counts = Memo::new(move |_| live.with(|run| run.row.counts));
    move || {
        let counts = counts.get();
        let (bar, words) = if counts.to_apply > 0 {
            let words = format!(
                "{} of {} changes applied",
                thousands(counts.applied.min(counts.to_apply)),
                thousands(counts.to_apply)
            );
            let bar = view! {
                <progress max=counts.to_apply.to_string() value=counts.applied.min(counts.to_apply).to_string()
                    aria-label="Changes applied"></progress>
            };
            (bar.into_any(), words)
        } else {
            let words = format!("{} people read", thousands(counts.read));
            (
                view! { <progress aria-label="Reading the directory"></progress> }.into_any(),
                words,
            )
        };
        view! { <div class="run-progress">{bar}<p class="num">{words}</p></div> }
    }
}
