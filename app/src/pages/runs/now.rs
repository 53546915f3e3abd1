//! How a run stands: an island while it goes on, and a page that loads itself again where there are no scripts.

use domain::sync::RunState;
use domain::views::RunView;
use leptos::prelude::*;

use crate::components::{address, customer, page_path, param, query};
use crate::islands::{LiveRun, RunNow};

/// The sentence and the rail of a run, live while it goes on. A held run waits for a person, for days perhaps: nothing
/// moves, and a stream for each open page would use up what a browser allows one host.
#[component]
pub fn Standing(run: RunView) -> impl IntoView {
    if !matches!(run.row.state, RunState::Queued | RunState::Running) {
        return view! { <RunNow live=Signal::stored(run)/> }.into_any();
    }
    let events = customer().path(&format!("runs/{}/events", run.row.number));
    view! {
        <LiveRun run events/>
        <RefreshWithoutScripts/>
    }
    .into_any()
}

/// Loads the page again every few seconds where there are no scripts, with a way to stop that (WCAG 2.2.1).
#[component]
pub fn RefreshWithoutScripts() -> impl IntoView {
    let path = page_path();
    let is_paused = param(&query(), "still") == "1";
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
