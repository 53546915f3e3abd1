//! The list of runs.

use domain::Permission;
use domain::sync::{RunKind, RunState};
use domain::views::{Page, RunFilter, RunRow};
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

use super::chart::ChangesChart;
use super::counts::summary;
use super::start::StartRuns;
use crate::api::runs::list_runs;
use crate::components::links::param;
use crate::components::{
    Download, EmptyState, Loaded, Option_, PageHeader, Pager, Panel, Scroll, SelectField, StateWord, TimeOf,
    customer, run_tone,
};

/// `/c/{customer}/runs`
#[component]
pub fn RunsPage() -> impl IntoView {
    let customer = customer();
    let query = use_query_map();
    let key = Memo::new(move |_| {
        let query = query.read();
        let filter = RunFilter {
            kind: RunKind::from_code(&param(&query, "kind")),
            state: RunState::from_code(&param(&query, "state")),
        };
        (
            filter,
            Some(param(&query, "after")).filter(|after| !after.is_empty()),
        )
    });
    let runs = Resource::new(
        move || (customer.slug.get(), key.get()),
        |(slug, (filter, after))| list_runs(slug, filter, after),
    );
    view! {
        <div class="column">
            <PageHeader title="Runs"
                lede="What every run changed, for whom and why. People are never deleted: those who leave are blocked."/>
            <StartRuns permission=Permission::StartSync
                kinds=&[(RunKind::Simulation, "Preview changes"), (RunKind::Manual, "Run now")]/>
            <Loaded resource=runs draw=move |page| {
                let (filter, after) = key.get_untracked();
                view! { <RunList page is_filtered=filter != RunFilter::default() is_first=after.is_none()/> }
            }/>
        </div>
    }
}

#[component]
fn RunList(page: Page<RunRow>, is_filtered: bool, is_first: bool) -> impl IntoView {
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
            <Filters/>
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
            <div class="below-table"><Pager next=page.next/></div>
        </Panel>
    }
    .into_any()
}

#[component]
fn Filters() -> impl IntoView {
    let query = use_query_map();
    let kind = Memo::new(move |_| param(&query.read(), "kind"));
    let state = Memo::new(move |_| param(&query.read(), "state"));
    let kinds = || {
        let kind = |kind: &RunKind| Option_::new(kind.code(), kind.label());
        std::iter::once(Option_::new("", "Every kind"))
            .chain(RunKind::ALL.iter().map(kind))
            .collect::<Vec<_>>()
    };
    let states = || {
        let state = |state: &RunState| Option_::new(state.code(), state.label());
        std::iter::once(Option_::new("", "Every state"))
            .chain(RunState::ALL.iter().map(state))
            .collect::<Vec<_>>()
    };
    let path = customer().path("runs");
    view! {
        <search class="above-table">
            <Form method="get" action=path.clone() attr:class="filters">
                {move || view! { <SelectField key="kind" label="Kind" options=kinds() value=kind.get()/> }}
                {move || view! { <SelectField key="state" label="State" options=states() value=state.get()/> }}
                <div class="actions">
                    <button type="submit" class="button">"Show"</button>
                    {move || (!kind.read().is_empty() || !state.read().is_empty())
                        .then(|| view! { <a class="button quiet" href=path.clone()>"Show all"</a> })}
                </div>
            </Form>
        </search>
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
