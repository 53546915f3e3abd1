//! A customer's own page: what is so, whose turn it is, the task list that both sides share.

mod tasks;

use domain::sync::RunState;
use domain::views::{AppointmentLine, DeploymentView, LastRun, TaskState};
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
    let tone = tone_of(&deployment);
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

fn tone_of(deployment: &DeploymentView) -> Tone {
    let any = |state| deployment.tasks.iter().any(|task| task.state == state);
    match &deployment.open_run {
        Some(run) => run_tone(run.state),
        None if any(TaskState::Again) => Tone::Problem,
        None if any(TaskState::Yours) || any(TaskState::Together) => Tone::Yours,
        None if any(TaskState::Theirs) => Tone::Waiting,
        None => Tone::Ready,
    }
}

/// Times that are agreed, and those somebody has to answer.
#[component]
fn Appointments(lines: Vec<AppointmentLine>, base: String) -> impl IntoView {
    lines
        .into_iter()
        .map(|line| {
            let (tone, word) = if line.needs {
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

#[cfg(test)]
mod tests {
    use domain::deployment::{Responsibility, Step};
    use domain::views::Task;

    use super::*;

    fn deployment(states: &[TaskState]) -> DeploymentView {
        let task = |state: &TaskState| Task {
            step: Step::Provider,
            title: String::new(),
            side: Responsibility::Customer,
            state: *state,
            words: String::new(),
            detail: String::new(),
        };
        DeploymentView {
            slug: "contoso".into(),
            name: "Contoso Ltd".into(),
            provider: None,
            headline: String::new(),
            lede: String::new(),
            tasks: states.iter().map(task).collect(),
            appointments: Vec::new(),
            people_active: 0,
            people_blocked: 0,
            people_local: 0,
            last_run: None,
            open_run: None,
        }
    }

    #[test]
    fn the_verdict_is_coloured_by_the_worst_that_is_so() {
        for (states, tone) in [
            (
                &[TaskState::Done, TaskState::Yours, TaskState::Again][..],
                Tone::Problem,
            ),
            (&[TaskState::Theirs, TaskState::Yours], Tone::Yours),
            (&[TaskState::Theirs, TaskState::CannotStart], Tone::Waiting),
            (&[TaskState::Done, TaskState::Skipped], Tone::Ready),
        ] {
            assert_eq!(tone_of(&deployment(states)), tone, "{states:?}");
        }
    }
}
