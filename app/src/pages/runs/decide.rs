//! A held run's decision, and stopping a run that goes on.

use domain::sync::{ChangeKind, RunKind, RunState};
use domain::views::RunView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::counts::writes;
use crate::api::runs::{CancelRun, DecideRun};
use crate::components::{Answer, Submit, customer, plural, thousands};

/// Why the run is held, and the decision: for this list, not for what may come (S-05).
#[component]
pub fn Decide(run: RunView) -> impl IntoView {
    let can_decide = run.can_decide;
    // A test sync applies nothing, so it holds nothing; a preview says what a run would be held for.
    let shown = can_decide || (!run.hold.is_empty() && run.row.kind != RunKind::TestSync);
    let panel = shown.then(|| {
        let reasons = run
            .hold
            .iter()
            .map(|reason| view! { <li>{reason.clone()}</li> })
            .collect_view();
        let title = hold_title(&run);
        let is_held = run.row.state == RunState::Held;
        view! {
            <section class="panel hold-panel" aria-labelledby="hold">
                <header><h2 id="hold">{title}</h2></header>
                <div class="in hold">
                    <ul>{reasons}</ul>
                    {is_held.then(|| view! {
                        <p class="soft">"No other run can start before this is decided, and times at which the schedule is due are passed over."</p>
                    })}
                    {can_decide.then(|| view! { <Decision run/> })}
                </div>
            </section>
        }
    });
    view! {
        {panel}
        <Answer of=DecideRun::PATH/>
    }
}

/// What the list of reasons is: something to decide, what was decided, or what is to come.
fn hold_title(run: &RunView) -> &'static str {
    match run.row.state {
        RunState::Held if run.can_decide => "Your decision",
        RunState::Held => "Why it is held",
        _ if !run.row.kind.applies() => "Why a run would be held",
        _ => "Why it was held",
    }
}

#[component]
fn Decision(run: RunView) -> impl IntoView {
    let counts = run.row.counts;
    let accept = format!(
        "Accept and apply {}",
        plural(writes(&counts), "change", "changes")
    );
    let path = customer().path(&format!("runs/{}", run.row.number));
    let parts: Vec<_> = ChangeKind::ALL
        .iter()
        .filter(|kind| kind.writes() && counts.of(**kind) > 0)
        .enumerate()
        .map(|(index, kind)| {
            let words = format!("{} {}", thousands(counts.of(*kind)), kind.would_label());
            let comma = (index > 0).then_some(", ");
            view! { {comma}<a href=format!("{path}?kind={kind}#changes")>{words}</a> }
        })
        .collect();
    let nobody = parts.is_empty().then_some("nobody changes");
    let waits_for = run.waits_for;
    view! {
        <p>
            <strong>"If you accept: "{parts}{nobody}"."</strong>
            " Nobody is deleted. Your decision is for exactly the list below; whatever changed since it was made is left for the next run."
        </p>
        {waits_for.map(|step| view! {
            <p>
                <strong>{format!("It cannot be accepted yet: {}. ", step.missing())}</strong>
                <a href=customer().path(step.code())>{format!("Go to “{}”", step.title())}</a>
            </p>
        })}
        <form method="post" action=DecideRun::PATH class="actions">
            <Which number=run.row.number/>
            {waits_for.is_none().then(|| view! {
                <Submit label=accept busy="Accepting…" class="danger" name="accept" value="true"/>
            })}
            <Submit label="Reject this run" busy="Rejecting…" class="quiet" name="accept" value="false"/>
        </form>
    }
}

/// Stops a run after the changes it is writing now; what was applied stays applied.
#[component]
pub fn Cancel(run: RunView) -> impl IntoView {
    let form = match (run.can_cancel, run.cancel_requested) {
        (false, _) => None,
        (true, true) => Some(
            view! {
                <p class="soft">"Cancelling: the run stops within seconds, between two groups of changes."</p>
            }
            .into_any(),
        ),
        (true, false) => Some(
            view! {
                <form method="post" action=CancelRun::PATH class="actions">
                    <Which number=run.row.number/>
                    <Submit label="Cancel this run" busy="Cancelling…"/>
                    {run.row.kind.applies().then(|| view! {
                        <span class="soft">"What is applied already stays; the history shows it."</span>
                    })}
                </form>
            }
            .into_any(),
        ),
    };
    view! {
        {form}
        <Answer of=CancelRun::PATH/>
    }
}

/// Which run a form is about.
#[component]
fn Which(number: i64) -> impl IntoView {
    view! {
        <input type="hidden" name="customer" value=customer().slug/>
        <input type="hidden" name="number" value=number.to_string()/>
    }
}
