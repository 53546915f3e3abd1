//! A customer's own page: what is so, what to do next, how many people.

use domain::sync::RunState;
use domain::views::{CustomerOverview, LastRun, Task, TaskState};
use leptos::prelude::*;

use crate::components::layout::{dot_of, words_of};
use crate::components::{
    Dot, Loaded, PageHeader, Panel, StateWord, Tile, Tiles, TimeOf, Tone, Verdict, customer, run_tone,
};

/// `/c/{customer}`
#[component]
pub fn OverviewPage() -> impl IntoView {
    let overview = customer().overview;
    let overview = async move { overview.await };
    view! {
        <div class="column">
            <Loaded data=overview draw=|overview| view! { <Overview overview/> }/>
        </div>
    }
}

#[component]
fn Overview(overview: CustomerOverview) -> impl IntoView {
    let base = format!("/c/{}", overview.slug);
    let tone = tone_of(&overview);
    let done = count(overview.tasks.iter().filter(|task| task.state == TaskState::Done));
    let all = count(overview.tasks.iter());
    let note = move || format!("{done} of {all} done");
    let people = format!("{base}/people");
    let last = view! { <LastRunLine run=overview.last_run base=base.clone()/> };
    view! {
        <PageHeader title=overview.name/>
        <Verdict tone>{overview.headline}</Verdict>
        {overview.open_run.map(|run| view! { <OpenRun run base=base.clone()/> })}
        <Tiles label="People, by account">
            <Tile number=overview.people_active word="active, synchronised or local" href=format!("{people}?state=active")/>
            <Tile number=overview.people_blocked word="blocked" href=format!("{people}?state=blocked")/>
            <Tile number=overview.people_local word="local, never touched by the sync" href=format!("{people}?directory=local")/>
        </Tiles>
        <Panel id="tasks" title="Steps to a running sync" note>
            <ol role="list" class="tasks">
                {overview.tasks.into_iter().map(|task| view! { <TaskRow task base=base.clone()/> }).collect_view()}
            </ol>
        </Panel>
        {last}
    }
}

fn count<'a>(tasks: impl Iterator<Item = &'a Task>) -> u64 {
    u64::try_from(tasks.count()).unwrap_or(u64::MAX)
}

fn tone_of(overview: &CustomerOverview) -> Tone {
    match &overview.open_run {
        Some(run) => run_tone(run.state),
        None if overview
            .tasks
            .iter()
            .any(|task| task.state == TaskState::Attention) =>
        {
            Tone::Problem
        }
        None if overview.tasks.iter().all(|task| task.state == TaskState::Done) => Tone::Ready,
        None => Tone::Yours,
    }
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
fn TaskRow(task: Task, base: String) -> impl IntoView {
    let tone = match task.state {
        TaskState::Done => Tone::Ready,
        TaskState::Yours => Tone::Yours,
        TaskState::Attention => Tone::Problem,
        TaskState::CannotStart => Tone::Neutral,
    };
    let href = format!("{base}/{}", task.path);
    let title = if task.state == TaskState::CannotStart {
        view! { <span class="soft">{task.title}</span> }.into_any()
    } else {
        view! { <a href=href>{task.title}</a> }.into_any()
    };
    view! {
        <li>
            <Dot kind=dot_of(task.state)/>
            <div>{title}<p class="soft">{task.detail}</p></div>
            <StateWord tone word=words_of(task.state)/>
        </li>
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
    use super::*;

    fn overview(states: &[TaskState]) -> CustomerOverview {
        let task = |state: &TaskState| Task {
            title: String::new(),
            path: String::new(),
            state: *state,
            detail: String::new(),
        };
        CustomerOverview {
            slug: "contoso".into(),
            name: "Contoso Ltd".into(),
            headline: String::new(),
            tasks: states.iter().map(task).collect(),
            people_active: 0,
            people_blocked: 0,
            people_local: 0,
            last_run: None,
            open_run: None,
        }
    }

    #[test]
    fn the_verdict_is_coloured_by_the_worst_that_is_so() {
        assert_eq!(
            tone_of(&overview(&[TaskState::Done, TaskState::Attention])),
            Tone::Problem
        );
        assert_eq!(
            tone_of(&overview(&[TaskState::Done, TaskState::CannotStart])),
            Tone::Yours
        );
        assert_eq!(tone_of(&overview(&[TaskState::Done])), Tone::Ready);
    }
}
