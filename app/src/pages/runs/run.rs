//! One run, live or finished: the verdict, how far it is, its numbers, its changes.

use domain::Permission;
use domain::sync::{ChangeKind, RunKind, RunState};
use domain::views::{RunPerson, RunRow, RunView};
use leptos::prelude::*;

use super::advice::AdviceBanner;
use super::changes::ChangesPanel;
use super::counts::{has_applied, word};
use super::decide::{Cancel, Decide};
use super::now::Standing;
use super::start::StartRuns;
use crate::api::runs::show_run;
use crate::components::{
    Banner, Loaded, PageHeader, Panel, Tile, Tiles, TimeOf, Tone, customer, param, part, query, thousands,
};

/// `/c/{customer}/runs/{run}`
#[component]
pub fn RunPage() -> impl IntoView {
    // No run has a number below 1, so what is no number is answered with 404 like any other unknown run.
    let number = part("run").parse().unwrap_or(0);
    view! { <Loaded data=show_run(customer().slug, number) draw=|run| view! { <Run run/> }/> }
}

#[component]
fn Run(run: RunView) -> impl IntoView {
    let kind = run.row.kind;
    let is_preview = kind == RunKind::Simulation && run.row.state == RunState::Completed;
    view! {
        <div class="column wide">
            <Head title=title(&run) row=run.row.clone()/>
            {run.person.clone().map(|person| view! { <Whose person/> })}
            <Standing run=run.clone()/>
            <Decide run=run.clone()/>
            <Cancel run=run.clone()/>
            {run.advice.clone().map(|advice| view! { <AdviceBanner advice/> })}
            <Warnings warnings=run.warnings.clone()/>
            {(kind == RunKind::TestSync).then(|| view! {
                <p><a href=customer().path("test-sync")>"What this test sync found"</a>": samples, oddities and the first people."</p>
            })}
            <KindTiles run=run.clone()/>
            <ChangesPanel run=run.row.clone()/>
            <Facts run/>
            {is_preview.then(|| view! { <AfterPreview/> })}
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
fn Head(title: String, row: RunRow) -> impl IntoView {
    let RunRow {
        kind,
        queued,
        started_by,
        ..
    } = row;
    view! {
        <PageHeader title crumb=move || view! {
            <a href=customer().path("runs")>"Runs"</a>
            {format!(" · {} · ", kind.label())}
            <TimeOf when=queued.clone()/>
            {format!(" · by {started_by}")}
        }/>
    }
}

/// The one person of the run.
#[component]
fn Whose(person: RunPerson) -> impl IntoView {
    let name = match person.account {
        Some(account) => {
            let href = customer().path(&format!("people/{account}"));
            view! { <a href=href><bdi>{person.name}</bdi></a> }.into_any()
        }
        None => view! { <b><bdi>{person.name}</bdi></b> }.into_any(),
    };
    view! {
        <p>"This run looks at one person: "{name}". Everybody else waits for the next run."</p>
    }
}

/// What went wrong without stopping the run (H-09).
#[component]
fn Warnings(warnings: Vec<String>) -> impl IntoView {
    (!warnings.is_empty()).then(|| {
        let items = warnings
            .into_iter()
            .map(|warning| view! { <li>{warning}</li> })
            .collect_view();
        view! { <Banner tone=Tone::Waiting><ul class="does">{items}</ul></Banner> }
    })
}

/// The numbers by kind; each narrows the list below.
#[component]
fn KindTiles(run: RunView) -> impl IntoView {
    let query = query();
    let counts = run.row.counts;
    let applied = has_applied(run.row.kind, run.row.state, run.phase);
    let path = customer().path(&format!("runs/{}", run.row.number));
    let tile = |kind: &ChangeKind| {
        let current = param(&query, "kind") == kind.code();
        // The tile of what is shown leads back to everything.
        let href = if current {
            format!("{path}#changes")
        } else {
            format!("{path}?kind={kind}#changes")
        };
        let tone = match kind {
            ChangeKind::Block | ChangeKind::GroupRemove => Tone::Problem,
            ChangeKind::Dispute => Tone::Held,
            _ => Tone::Neutral,
        };
        view! { <Tile number=counts.of(*kind) word=word(*kind, applied) href tone current/> }
    };
    let kinds: Vec<_> = ChangeKind::ALL
        .iter()
        .filter(|kind| counts.of(**kind) > 0)
        .collect();
    let failed = (counts.failed > 0).then(|| {
        let current = param(&query, "state") == "failed";
        let href = format!("{path}?state=failed#changes");
        view! { <Tile number=counts.failed word="could not be written" href tone=Tone::Problem current/> }
    });
    let has_any = !kinds.is_empty() || counts.failed > 0;
    let tiles = kinds.into_iter().map(tile).collect_view();
    has_any.then(|| view! { <Tiles label="Changes by kind">{tiles}{failed}</Tiles> })
}

/// The facts for the record (H-08).
#[component]
fn Facts(run: RunView) -> impl IntoView {
    let counts = run.row.counts;
    let facts = [
        ("People read", thousands(counts.read)),
        ("In synchronised groups", thousands(counts.in_scope)),
        ("Unchanged", thousands(counts.unchanged)),
        ("Took", run.row.took.unwrap_or_else(|| "not ended yet".to_owned())),
        ("Settings version", run.settings_version.to_string()),
    ];
    let rows = facts
        .into_iter()
        .map(|(term, value)| view! { <dt>{term}</dt><dd class="num">{value}</dd> })
        .collect_view();
    view! {
        <Panel title="For the record" id="record"><dl class="facts in">{rows}</dl></Panel>
    }
}

/// A preview that looks right is followed by the real run.
#[component]
fn AfterPreview() -> impl IntoView {
    view! {
        <section class="next" aria-labelledby="next">
            <h2 id="next">"If this is what you want"</h2>
            <p class="soft">"The run looks again before it writes: what changed since this preview is taken into account."</p>
            <StartRuns permission=Permission::StartSync kinds=&[(RunKind::Manual, "Run now")]/>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use domain::sync::{RunCounts, RunPhase};
    use domain::views::When;

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
            person: None,
            headline: String::new(),
            phase: RunPhase::Read,
            rail: Vec::new(),
            hold: Vec::new(),
            warnings: Vec::new(),
            advice: None,
            settings_version: 12,
            can_cancel: false,
            can_decide: false,
            waits_for: None,
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
