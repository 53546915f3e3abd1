//! A customer's own page: what is so, whose turn it is, the task list that both sides share.

mod tasks;

use domain::sync::RunState;
use domain::views::{AppointmentLine, DeploymentView, LastRun, Mood};
use leptos::prelude::*;

use crate::components::{
    Banner, Loaded, PageHeader, StateWord, Tile, Tiles, TimeOf, Tone, Verdict, customer, run_tone,
};

use tasks::{Lanes, Prerequisites};

/// `/c/{customer}`
#[component]
pub fn OverviewPage() -> impl IntoView {
    let deployment = customer().deployment;
    let deployment = async move { deployment.await };
    view! {
        <div class="column">
            <Loaded data=deployment draw=|deployment| view! { <Overview deployment/> }/>
        </div>
    }
}

#[component]
fn Overview(deployment: DeploymentView) -> impl IntoView {
    let base = format!("/c/{}", deployment.slug);
    let tone = tone_of(deployment.mood);
    let people = format!("{base}/people");
    let crumb = match deployment.provider {
        Some(provider) => format!("Deployment to {}", provider.label()),
        None => "Deployment".to_owned(),
    };
    let (headline, lede) = (deployment.headline.clone(), deployment.lede.clone());
    let last = view! { <LastRunLine run=deployment.last_run.clone() base=base.clone()/> };
    view! {
        <PageHeader title=deployment.name.clone() crumb=move || crumb.clone()/>
        <div class="standing">
            <Verdict tone>{headline}</Verdict>
            <p class="lede">{lede}</p>
        </div>
        {deployment.open_run.clone().map(|run| view! { <OpenRun run base=base.clone()/> })}
        <Appointments lines=deployment.appointments.clone() base=base.clone()/>
        <Prerequisites tasks=deployment.tasks.clone() base=base.clone()/>
        <Lanes deployment=deployment.clone() base=base.clone()/>
        <Tiles label="People, by account">
            <Tile number=deployment.people_active word="active, synchronised or local" href=format!("{people}?state=active")/>
            <Tile number=deployment.people_blocked word="blocked" href=format!("{people}?state=blocked")/>
            <Tile number=deployment.people_local word="local, never touched by the sync" href=format!("{people}?directory=local")/>
        </Tiles>
        {last}
    }
}

const fn tone_of(mood: Mood) -> Tone {
    match mood {
        Mood::Well => Tone::Ready,
        Mood::Yours => Tone::Yours,
        Mood::Waits => Tone::Waiting,
        Mood::Held => Tone::Held,
        Mood::Problem => Tone::Problem,
    }
}

/// Times that are agreed, and those somebody has to answer.
#[component]
fn Appointments(lines: Vec<AppointmentLine>, base: String) -> impl IntoView {
    lines
        .into_iter()
        .map(|line| {
            let (tone, word) = if line.needs.is_some() {
                (Tone::Yours, "Open it")
            } else {
                (Tone::Neutral, "See it")
            };
            let href = format!("{base}/{}#appointment", line.step.code());
            view! {
                <Banner tone>
                    <p>
                        <b>{line.kind.title()}"."</b>" "{line.words}" "
                        <a href=href>{word}<span class="visually-hidden">{format!(": {}", line.kind.title().to_lowercase())}</span></a>
                    </p>
                </Banner>
            }
        })
        .collect_view()
}

/// The run under way, or the one that waits for a decision.
#[component]
fn OpenRun(run: LastRun, base: String) -> impl IntoView {
    let word = if run.state == RunState::Held {
        "Look and decide"
    } else {
        "Watch it"
    };
    view! {
        <div class="actions open-run">
            <StateWord tone=run_tone(run.state) word=run.state.label()/>
            <a class="button main" href=format!("{base}/runs/{}", run.number)>
                {format!("{word}: {} {}", run.kind.label().to_lowercase(), run.number)}
            </a>
        </div>
    }
}

#[component]
fn LastRunLine(run: Option<LastRun>, base: String) -> impl IntoView {
    run.map(|run| {
        view! {
            <p class="soft last-run">
                "Last run: "
                <a href=format!("{base}/runs/{}", run.number)>{format!("{} {}", run.kind.label().to_lowercase(), run.number)}</a>
                " · "
                <StateWord tone=run_tone(run.state) word=run.state.label()/>
                " "
                <TimeOf when=run.when/>
            </p>
        }
    })
}
