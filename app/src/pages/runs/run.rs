//! One run, live or finished: the verdict, how far it is, its numbers, its changes.

use domain::Permission;
use domain::sync::{ChangeKind, RunKind, RunState};
use domain::views::RunView;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::changes::ChangesPanel;
use super::counts::{has_applied, word};
use super::decide::{Cancel, Decide};
use super::live::{LiveRun, follow};
use super::start::StartRuns;
use crate::api::runs::show_run;
use crate::components::links::param;
use crate::components::{
    Banner, Copy, Loaded, Panel, Tile, Tiles, TimeOf, Tone, Verdict, customer, run_tone, thousands,
};

/// `/c/{customer}/runs/{run}`
#[component]
pub fn RunPage() -> impl IntoView {
    let customer = customer();
    let params = use_params_map();
    // No run has a number below 1, so what is no number is answered with 404 like any other unknown run.
    let number = Memo::new(move |_| {
        params
            .read()
            .get("run")
            .and_then(|run| run.parse::<i64>().ok())
            .unwrap_or(0)
    });
    let run = Resource::new(
        move || (customer.slug.get(), number.get()),
        |(slug, number)| show_run(slug, number),
    );
    view! { <Loaded resource=run draw=|run| view! { <Run run/> }/> }
}

#[component]
fn Run(run: RunView) -> impl IntoView {
    let customer = customer();
    let number = run.row.number;
    let kind = run.row.kind;
    let live = RwSignal::new(run);
    follow(customer.slug.get_untracked(), number, live);
    let tone = Signal::derive(move || live.with(|run| run_tone(run.row.state)));
    view! {
        <div class="column wide">
            <Head live/>
            {move || {
                let headline = live.with(|run| run.headline.clone());
                view! { <Verdict tone=tone.get()>{headline}</Verdict> }
            }}
            <LiveRun live/>
            <Decide live/>
            <Cancel live/>
            <AdviceBanner live/>
            <Warnings live/>
            {(kind == RunKind::TestSync).then(|| view! {
                <p><a href=customer.path("test-sync")>"What this test sync found"</a>": samples, oddities and the first people."</p>
            })}
            <KindTiles live/>
            <ChangesPanel live/>
            <Facts live/>
            {(kind == RunKind::Simulation).then(|| view! { <AfterPreview live/> })}
        </div>
    }
}

/// "Run 118 is held for your decision".
fn title(run: &RunView) -> String {
    let name = if run.row.kind == RunKind::Simulation {
        "Preview"
    } else {
        "Run"
    };
    let number = run.row.number;
    match run.row.state {
        RunState::Queued => format!("{name} {number} is waiting to start"),
        RunState::Running if run.cancel_requested => format!("{name} {number} is being cancelled"),
        RunState::Running => format!("{name} {number} is under way"),
        RunState::Held => format!("{name} {number} is held for your decision"),
        RunState::Completed => format!("{name} {number} is complete"),
        RunState::CompletedWithProblems => format!("{name} {number} is complete, with problems"),
        RunState::Failed => format!("{name} {number} failed"),
        RunState::Cancelled => format!("{name} {number} was cancelled"),
        RunState::Interrupted => format!("{name} {number} was interrupted"),
    }
}

#[component]
fn Head(live: RwSignal<RunView>) -> impl IntoView {
    let heading = Memo::new(move |_| live.with(title));
    let row = live.with_untracked(|run| run.row.clone());
    view! {
        <Title text=move || heading.get()/>
        <header class="page-header">
            <p class="crumb">
                <a href=customer().path("runs")>"Runs"</a>
                {format!(" · {} · ", row.kind.label())}
                <TimeOf when=row.queued/>
                {format!(" · by {}", row.started_by)}
            </p>
            <h1>{move || heading.get()}</h1>
        </header>
    }
}

/// What to do about a failed run, in the provider's own words.
#[component]
fn AdviceBanner(live: RwSignal<RunView>) -> impl IntoView {
    let advice = Memo::new(move |_| live.with(|run| run.advice.clone()));
    move || {
        advice.get().map(|advice| {
            let is_form = advice.field.is_some();
            view! {
                <Banner tone=Tone::Problem>
                    <p><strong>{advice.problem}</strong>" "{advice.cure}</p>
                    {advice.permission.map(|name| view! { <p>"Permission: "<Copy value=name what="the permission's name"/></p> })}
                    {advice.code.map(|code| view! { <p class="soft">"The provider's code: "<code>{code}</code></p> })}
                    {is_form.then(|| view! { <p><a href=customer().path("provider")>"Open the provider's settings"</a></p> })}
                </Banner>
            }
        })
    }
}

/// What went wrong without stopping the run (H-09).
#[component]
fn Warnings(live: RwSignal<RunView>) -> impl IntoView {
    let warnings = Memo::new(move |_| live.with(|run| run.warnings.clone()));
    move || {
        let warnings = warnings.get();
        (!warnings.is_empty()).then(|| {
            let items = warnings
                .into_iter()
                .map(|warning| view! { <li>{warning}</li> })
                .collect_view();
            view! { <Banner tone=Tone::Waiting><ul class="does">{items}</ul></Banner> }
        })
    }
}

/// The numbers by kind; each narrows the list below.
#[component]
fn KindTiles(live: RwSignal<RunView>) -> impl IntoView {
    let query = use_query_map();
    let numbers = Memo::new(move |_| {
        live.with(|run| {
            (
                run.row.counts,
                has_applied(run.row.kind, run.row.state, run.phase),
                run.row.number,
            )
        })
    });
    move || {
        let (counts, applied, number) = numbers.get();
        let path = customer().path(&format!("runs/{number}"));
        let shown = param(&query.read(), "kind");
        let tile = |kind: &ChangeKind| {
            let is_current = shown == kind.code();
            // The tile of what is shown leads back to everything.
            let href = if is_current {
                format!("{path}#changes")
            } else {
                format!("{path}?kind={kind}#changes")
            };
            let tone = match kind {
                ChangeKind::Block | ChangeKind::GroupRemove => Tone::Problem,
                ChangeKind::Dispute => Tone::Held,
                _ => Tone::Neutral,
            };
            view! { <Tile number=counts.of(*kind) word=word(*kind, applied) href tone current=is_current/> }
        };
        let kinds: Vec<_> = ChangeKind::ALL
            .iter()
            .filter(|kind| counts.of(**kind) > 0)
            .collect();
        let failed = (counts.failed > 0).then(|| {
            let is_current = param(&query.read(), "state") == "failed";
            let href = format!("{path}?state=failed#changes");
            view! { <Tile number=counts.failed word="could not be written" href tone=Tone::Problem current=is_current/> }
        });
        let has_any = !kinds.is_empty() || counts.failed > 0;
        let tiles = kinds.into_iter().map(tile).collect_view();
        has_any.then(|| view! { <Tiles label="Changes by kind">{tiles}{failed}</Tiles> })
    }
}

/// The facts for the record (H-08).
#[component]
fn Facts(live: RwSignal<RunView>) -> impl IntoView {
    let facts = Memo::new(move |_| {
        live.with(|run| {
            let counts = run.row.counts;
            vec![
                ("People read", thousands(counts.read)),
                ("In synchronised groups", thousands(counts.in_scope)),
                ("Unchanged", thousands(counts.unchanged)),
                (
                    "Took",
                    run.row.took.clone().unwrap_or_else(|| "not ended yet".to_owned()),
                ),
                ("Settings version", run.settings_version.to_string()),
            ]
        })
    });
    view! {
        <Panel title="For the record" id="record">
            <dl class="facts in">
                {move || facts.get().into_iter().map(|(term, value)| view! { <dt>{term}</dt><dd class="num">{value}</dd> }).collect_view()}
            </dl>
        </Panel>
    }
}

/// A preview that looks right is followed by the real run.
#[component]
fn AfterPreview(live: RwSignal<RunView>) -> impl IntoView {
    let is_complete = Memo::new(move |_| live.with(|run| run.row.state == RunState::Completed));
    move || {
        is_complete.get().then(|| {
            view! {
                <section class="next" aria-labelledby="next">
                    <h2 id="next">"If this is what you want"</h2>
                    <p class="soft">"The run looks again before it writes: what changed since this preview is taken into account."</p>
                    <StartRuns permission=Permission::StartSync kinds=&[(RunKind::Manual, "Run now")]/>
                </section>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use domain::sync::{RunCounts, RunPhase};
    use domain::views::{RunRow, When};

    use super::*;

    fn run(kind: RunKind, state: RunState) -> RunView {
        let queued = When {
            words: "today".into(),
            iso: "2026-03-03T09:41:00Z".into(),
        };
        let counts = RunCounts::default();
        RunView {
            row: RunRow {
                number: 118,
                kind,
                state,
                started_by: "Priya".into(),
                queued,
                took: None,
                counts,
            },
            headline: String::new(),
            phase: RunPhase::Read,
            rail: Vec::new(),
            hold: Vec::new(),
            warnings: Vec::new(),
            advice: None,
            settings_version: 12,
            can_cancel: false,
            can_decide: false,
            cancel_requested: false,
        }
    }

    #[test]
    fn h_09_problems_are_named_in_the_heading() {
        let heading = title(&run(RunKind::Manual, RunState::CompletedWithProblems));
        assert_eq!(heading, "Run 118 is complete, with problems");
        assert_eq!(
            title(&run(RunKind::Simulation, RunState::Running)),
            "Preview 118 is under way"
        );
    }
}
