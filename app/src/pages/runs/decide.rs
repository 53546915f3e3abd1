//! A held run's decision, and stopping a run that goes on.

use domain::sync::ChangeKind;
use domain::views::RunView;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::counts::writes;
use crate::api::runs::{CancelRun, DecideRun, show_run};
use crate::components::{Answer, Submit, customer, plural, thousands};

/// Shows the run as it is after an action, without waiting for the next event.
fn refresh_after<S>(action: ServerAction<S>, live: RwSignal<RunView>)
where
    S: leptos::server_fn::ServerFn<Output = (), Error = crate::api::ApiError> + Clone + Send + Sync + 'static,
{
    let slug = customer().slug;
    Effect::new(move |_| {
        if action.version().get() > 0 && action.value().get_untracked().is_some() {
            let number = live.with_untracked(|run| run.row.number);
            let slug = slug.get_untracked();
            spawn_local(async move {
                if let Ok(run) = show_run(slug, number).await {
                    live.try_set(run);
                }
            });
        }
    });
}

/// Why the run is held, and the decision: for this list, not for what may come (S-05).
#[component]
pub fn Decide(live: RwSignal<RunView>) -> impl IntoView {
    let customer = customer();
    let decide = ServerAction::<DecideRun>::new();
    refresh_after(decide, live);
    let pending = decide.pending();
    let held = Memo::new(move |_| {
        live.with(|run| {
            let shown = run.can_decide || !run.hold.is_empty();
            shown.then(|| (run.row.number, run.hold.clone(), run.row.counts, run.can_decide))
        })
    });
    view! {
        {move || held.get().map(|(number, hold, counts, can_decide)| {
            let reasons = hold.into_iter().map(|reason| view! { <li>{reason}</li> }).collect_view();
            let all = writes(&counts);
            let accept = format!("Accept and apply {}", plural(all, "change", "changes"));
            let parts: Vec<String> = ChangeKind::ALL.iter()
                .filter(|kind| kind.writes() && counts.of(**kind) > 0)
                .map(|kind| format!("{} {}", thousands(counts.of(*kind)), kind.would_label()))
                .collect();
            view! {
                <section class="panel hold-panel" aria-labelledby="hold">
                    <header><h2 id="hold">{if can_decide { "Your decision" } else { "Why it was held" }}</h2></header>
                    <div class="in hold">
                        <ul>{reasons}</ul>
                        {can_decide.then(|| view! {
                            <p>
                                <strong>{format!("If you accept: {}.", if parts.is_empty() { "nobody changes".to_owned() } else { parts.join(", ") })}</strong>
                                " Nobody is deleted. Your decision is for exactly the list below; whatever changed since it was made is left for the next run."
                            </p>
                            <ActionForm action=decide attr:class="actions">
                                <input type="hidden" name="customer" value=move || customer.slug.get()/>
                                <input type="hidden" name="number" value=number.to_string()/>
                                <Submit label=accept busy="Accepting…" pending class="danger" name="accept" value="true"/>
                                <Submit label="Reject this run" busy="Rejecting…" pending class="quiet" name="accept" value="false"/>
                            </ActionForm>
                        })}
                    </div>
                </section>
            }
        })}
        <Answer action=decide/>
    }
}

/// Stops a run after the changes it is writing now; what was applied stays applied.
#[component]
pub fn Cancel(live: RwSignal<RunView>) -> impl IntoView {
    let customer = customer();
    let cancel = ServerAction::<CancelRun>::new();
    refresh_after(cancel, live);
    let pending = cancel.pending();
    let shown = Memo::new(move |_| live.with(|run| (run.can_cancel, run.cancel_requested, run.row.number)));
    let form = move |number: i64| {
        view! {
            <ActionForm action=cancel attr:class="actions">
                <input type="hidden" name="customer" value=move || customer.slug.get()/>
                <input type="hidden" name="number" value=number.to_string()/>
                <Submit label="Cancel this run" busy="Cancelling…" pending/>
                <span class="soft">"What is applied already stays; the history shows it."</span>
            </ActionForm>
        }
    };
    view! {
        {move || {
            let (can_cancel, requested, number) = shown.get();
            if requested && can_cancel {
                Some(view! { <p class="soft">"Cancelling: the run stops within seconds, between two groups of changes."</p> }.into_any())
            } else {
                can_cancel.then(|| form(number).into_any())
            }
        }}
        <Answer action=cancel/>
    }
}
