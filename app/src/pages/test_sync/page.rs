//! The page: what a test sync does, its button, and the latest result.

use domain::Permission;
use domain::deployment::Step;
use domain::sync::{RunKind, RunState};
use domain::views::{RunView, TestSyncView};
use leptos::prelude::*;

use super::found::{FoundPeople, Oddities, Samples, Totals};
use crate::api::runs::show_test_sync;
use crate::components::{
    Banner, ConnectFirst, EmptyState, Loaded, PageHeader, TimeOf, Verdict, customer, run_tone,
};
use crate::pages::runs::{AdviceBanner, Standing, StartRuns};
use crate::pages::steps::{StepFoot, step_line};

/// `/c/{customer}/test-sync`
#[component]
pub fn TestSyncPage() -> impl IntoView {
    view! {
        <div class="column">
            <PageHeader title="Test sync" crumb=step_line(Step::TestSync)
                lede="Reads everything from your directory and writes nothing to People. It shows who would be synchronised, how well each attribute is filled, and what looks odd."/>
            <Loaded data=show_test_sync(customer().slug) draw=|found| view! { <TestResult found/> }/>
            <StepFoot step=Step::TestSync/>
        </div>
    }
}

#[component]
fn TestResult(found: TestSyncView) -> impl IntoView {
    let customer = customer();
    let can_start = found.is_connected;
    let is_first = found.run.is_none();
    let scope = scope_sentence(&found.scope_groups);
    let is_open = found.run.as_ref().is_some_and(|run| !run.row.state.is_final());
    view! {
        {(!can_start).then(|| view! { <NotConnected/> })}
        {(can_start && !is_open).then(|| view! {
            <section class="start" aria-labelledby="start">
                <h2 id="start" class="visually-hidden">"Start a test sync"</h2>
                <p class="soft">{scope}" "<a href=customer.path("groups")>"Change the security groups"</a></p>
                <StartRuns permission=Permission::StartTestSync kinds=if is_first { FIRST } else { AGAIN }/>
            </section>
        })}
        {(is_first && can_start).then(|| view! {
            <EmptyState title="No test sync yet"
                detail="It takes seconds for a thousand people and minutes for a hundred thousand. You can leave the page while it reads."/>
        })}
        {found.run.clone().map(|run| view! { <LatestRun run/> })}
        {found.run.as_ref().is_some_and(|run| has_result(run.row.state)).then(|| view! { <Found found/> })}
    }
}

/// Nothing can be read before there is a directory.
#[component]
fn NotConnected() -> impl IntoView {
    view! {
        <section class="start" aria-labelledby="needed">
            <h2 id="needed">"A connection to Entra ID or Okta is needed first"</h2>
            <p class="soft">"The test sync opens as soon as that is there."</p>
            <div class="actions"><ConnectFirst/></div>
        </section>
    }
}

const FIRST: &[(RunKind, &str)] = &[(RunKind::TestSync, "Start the test sync")];
const AGAIN: &[(RunKind, &str)] = &[(RunKind::TestSync, "Test again")];

const fn has_result(state: RunState) -> bool {
    matches!(state, RunState::Completed | RunState::CompletedWithProblems)
}

/// Who would be read as a member: never everybody by default (I-16).
fn scope_sentence(groups: &[String]) -> String {
    match groups {
        [] => "No security group is chosen yet, so nobody would be synchronised.".to_owned(),
        [one] => format!("Synchronised are the members of “{one}”."),
        [first, second] => format!("Synchronised are the members of “{first}” and “{second}”."),
        [first, rest @ ..] => format!(
            "Synchronised are the members of “{first}” and {} other groups.",
            rest.len()
        ),
    }
}

/// The latest test sync: live while it goes on, its verdict when it has ended.
#[component]
fn LatestRun(run: RunView) -> impl IntoView {
    let href = customer().path(&format!("runs/{}", run.row.number));
    let number = run.row.number;
    let queued = run.row.queued.clone();
    let advice = run.advice.clone();
    let stands = if run.row.state.is_final() {
        view! { <Verdict tone=run_tone(run.row.state)>{run.headline}</Verdict> }.into_any()
    } else {
        view! { <Standing run/> }.into_any()
    };
    view! {
        <section class="latest" aria-labelledby="latest">
            <h2 id="latest" class="visually-hidden">"The latest test sync"</h2>
            {stands}
            <p class="soft by-line">
                <TimeOf when=queued/>" · "<a href=href>{format!("Run {number}")}</a>
            </p>
            {advice.map(|advice| view! { <AdviceBanner advice/> })}
        </section>
    }
}

/// Everything that was found.
#[component]
fn Found(found: TestSyncView) -> impl IntoView {
    let customer = customer();
    let later = found.read_by.map(|number| {
        let href = customer.path(&format!("runs/{number}"));
        view! {
            <Banner><p>
                <a href=href>{format!("Run {number}")}</a>
                " has read the directory since this test sync: the numbers and names below are what it read. Run the test sync again to see the directory as it is now."
            </p></Banner>
        }
    });
    view! {
        <p class="proof">
            <svg viewBox="0 0 12 12" aria-hidden="true">
                <path d="m2.2 6.3 2.5 2.5 5-5.4" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/>
            </svg>
            "Nothing was written to People."
        </p>
        {later}
        <Totals totals=found.totals/>
        <Oddities oddities=found.oddities/>
        <Samples samples=found.samples/>
        <FoundPeople people=found.people/>
        <section class="next" aria-labelledby="next">
            <h2 id="next">"What comes next"</h2>
            <p class="soft">"A preview goes one step further: it compares what was found with People and lists who would be created, updated or blocked, still without writing anything."</p>
            <div class="actions"><a class="button" href=customer.path("runs")>"Go to runs and previews"</a></div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i_16_the_scope_is_always_said() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert!(scope_sentence(&[]).starts_with("No security group is chosen yet"));
        assert_eq!(
            scope_sentence(&names(&["Staff"])),
            "Synchronised are the members of “Staff”."
        );
        assert_eq!(
            scope_sentence(&names(&["Staff", "Board", "Interns"])),
            "Synchronised are the members of “Staff” and 2 other groups."
        );
    }
}
