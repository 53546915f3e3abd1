//! The list of runs.

use domain::Permission;
use domain::sync::{RunKind, RunState};
use domain::views::{Page, RunFilter, RunRow};
use leptos::prelude::*;

use super::chart::ChangesChart;
use super::counts::summary;
use super::start::{StartPersonRunForm, StartRuns};
use crate::api::runs::list_runs;
use crate::components::{
    Download, EmptyState, Filters, Loaded, Option_, PageHeader, Pager, Panel, Scroll, SelectField, StateWord,
    TimeOf, after, customer, param, query, run_tone,
};

/// `/c/{customer}/runs`
#[component]
pub fn RunsPage() -> impl IntoView {
    let query = query();
    let filter = RunFilter {
        kind: RunKind::from_code(&param(&query, "kind")),
        state: RunState::from_code(&param(&query, "state")),
    };
    let runs = list_runs(customer().slug, filter, after());
    view! {
        <div class="column">
            <PageHeader title="Runs"
                lede="What every run changed, for whom and why. People are never deleted: those who leave are blocked."/>
            <StartRuns permission=Permission::StartSync
                kinds=&[(RunKind::Simulation, "Preview changes"), (RunKind::Manual, "Run now")]/>
            <StartPersonRunForm/>
            <Loaded data=runs draw=move |page| view! { <RunList page filter is_first=after().is_none()/> }/>
        </div>
    }
}

#[component]
fn RunList(page: Page<RunRow>, filter: RunFilter, is_first: bool) -> impl IntoView {
    let is_filtered = filter != RunFilter::default();
    if page.rows.is_empty() && !is_filtered && is_first {
        return view! {
            <EmptyState title="No run yet"
                detail="A preview shows what the sync would do to whom, and changes nothing. Start with that."/>
        }
        .into_any();
    }
    let chart = (is_first && !is_filtered).then(|| page.rows.clone());
    let is_empty = page.rows.is_empty();
    let rows = page
        .rows
        .into_iter()
        .map(|run| view! { <Row run/> })
        .collect_view();
    view! {
        {chart.map(|runs| view! { <ChangesChart runs/> })}
        <Panel title="History" id="history" note=move || {
            let path = customer().path("runs");
            view! { <Download path what="runs" filters=&["kind", "state"]/> }
        }>
            <Narrow filter/>
            {if is_empty {
                view! { <p class="nothing">"No run fits these filters."</p> }.into_any()
            } else {
                view! {
                    <div class="stack">
                        <Scroll label="Runs, newest first">
                            <thead>
                                <tr>
                                    <th scope="col">"Run"</th>
                                    <th scope="col">"State"</th>
                                    <th scope="col">"Changes"</th>
                                    <th scope="col">"Started"</th>
                                    <th scope="col" class="num">"Took"</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </Scroll>
                    </div>
                }
                .into_any()
            }}
            <Pager next=page.next/>
        </Panel>
    }
    .into_any()
}

#[component]
fn Narrow(filter: RunFilter) -> impl IntoView {
    let kinds = Option_::filter(
        "Every kind",
        RunKind::ALL.iter().map(|kind| (kind.code(), kind.label())),
    );
    let states = Option_::filter(
        "Every state",
        RunState::ALL.iter().map(|state| (state.code(), state.label())),
    );
    let (kind, state) = (filter.kind.map(RunKind::code), filter.state.map(RunState::code));
    view! {
        <Filters path=customer().path("runs") narrowed=kind.is_some() || state.is_some()>
            <SelectField key="kind" label="Kind" options=kinds value=kind.unwrap_or_default()/>
            <SelectField key="state" label="State" options=states value=state.unwrap_or_default()/>
        </Filters>
    }
}

#[component]
fn Row(run: RunRow) -> impl IntoView {
    let href = customer().path(&format!("runs/{}", run.number));
    let changes = summary(run.kind, run.state, &run.counts)
        .into_iter()
        .map(|part| view! { <li>{part}</li> });
    view! {
        <tr>
            <th scope="row">
                <a href=href>{format!("Run {}", run.number)}</a>
                <br/>
                <span class="why">{run.kind.label()}</span>
            </th>
            <td><StateWord tone=run_tone(run.state) word=run.state.label()/></td>
            <td><ul class="counts" role="list">{changes.collect_view()}</ul></td>
            <td><TimeOf when=run.queued/><br/><span class="why">{format!("by {}", run.started_by)}</span></td>
            <td class="num" data-label="Took">{run.took}</td>
        </tr>
    }
}
