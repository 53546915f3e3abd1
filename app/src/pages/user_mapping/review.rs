//! Submission and review of a version.

use domain::user_mapping::{ReviewState, are_open};
use domain::views::{MappingReviewView, MappingSubmission, MappingVerdictView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::remarks::{Asked, Unanswered};
use super::{Hidden, Lists, under};
use crate::api::take_flash;
use crate::api::user_mapping::{OfVersion, ReviewMapping, SubmitMapping, TypedVerdict};
use crate::components::{
    Banner, CheckField, Panel, StateWord, Submit, TextArea, TimeOf, Tone, Verdict, WhyRefused, awaited,
    customer, gone, gone_unless, plural,
};

/// What submitting still needs, and the form for it.
#[component]
pub(super) fn Submission(version: i64, needs: MappingSubmission, unanswered: Unanswered) -> impl IntoView {
    let is_ready = needs.in_the_way.is_empty();
    let in_the_way = needs
        .in_the_way
        .into_iter()
        .map(|sentence| view! { <li>{sentence}</li> })
        .collect_view();
    let administrators = (needs.administrators > 0).then(|| {
        let many = plural(needs.administrators, "administrator is", "administrators are");
        view! { <li>{many} " undecided: " <a href="#undecided">"decide about each by name"</a></li> }
    });
    let warnings = needs.warnings;
    view! {
        <Panel title="Submit for review" id="submit">
            <div class="in form">
                <Asked unanswered/>
                {if is_ready {
                    view! { <SubmitForm version warnings/> }.into_any()
                } else {
                    view! {
                        <p>"It can be submitted once nothing of this is left:"</p>
                        <ul>{in_the_way}{administrators}</ul>
                    }
                    .into_any()
                }}
            </div>
        </Panel>
    }
}

#[component]
fn SubmitForm(version: i64, warnings: Vec<domain::user_mapping::FindingGroup>) -> impl IntoView {
    awaited(
        take_flash::<OfVersion<Vec<String>>, ()>(SubmitMapping::PATH),
        move |kept| {
            // A box that was ticked for another version was not ticked for what this one warns of.
            let kept = kept.filter(|kept| kept.values.0 == version);
            let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
            let ticked = kept
                .and_then(|kept| kept.refused().cloned())
                .unwrap_or_default()
                .1;
            let has_warnings = !warnings.is_empty();
            let boxes = warnings
            .iter()
            .enumerate()
            .map(|(place, group)| {
                let key = group.key();
                let id = format!("acknowledged-{place}");
                let checked = ticked.contains(&key);
                let lines = if group.is_whole() {
                    group.example.code.title().to_owned()
                } else {
                    format!("{}: {}", group.example.code.title(), plural(group.lines, "line", "lines"))
                };
                let help = format!("{id}-help");
                view! {
                    <div class="field check">
                        <input type="checkbox" id=id.clone() name=format!("acknowledged[{place}]") value=key checked=checked aria-describedby=help.clone()/>
                        <label for=id>{lines}</label>
                        <p class="help" id=help><bdi>{group.example.sentence()}</bdi></p>
                    </div>
                }
            })
            .collect_view();
            view! {
            {gone_unless::<OfVersion<Vec<String>>>(SubmitMapping::PATH, move |(of, _)| *of == version, |_| String::new())}
            <form method="post" action=SubmitMapping::PATH class="form">
                <WhyRefused error=error.clone()/>
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="version" value=version/>
                <p>"The deployment team looks at every line and returns it with reasons or approves it. This version stays as it is; a correction makes a new one and takes this one back."</p>
                {has_warnings.then(|| view! {
                    <fieldset class="field choices" id="acknowledged" tabindex="-1">
                        <legend>"Warnings: tick each one that is meant so"</legend>
                        {boxes}
                    </fieldset>
                })}
                <div class="actions"><Submit label="Submit for review" busy="Submitting…" class="main"/></div>
            </form>
        }
        .into_any()
        },
    )
}

/// How the review stands, and for staff how it is decided.
#[component]
pub(super) fn Review(
    review: MappingReviewView,
    /// The page loads itself again soon: nobody could read what was refused.
    is_checking: bool,
    /// The newest version is checked: others can be compared with it.
    is_checked: bool,
) -> impl IntoView {
    let version = review.version;
    let (tone, word) = state(&review);
    let MappingReviewView {
        submitted_by,
        submitted,
        decided_by,
        decided,
        reason,
        seconded_by,
        can_decide,
        cannot_approve,
        is_newest,
        before,
        open_questions,
        changed_questions,
        state,
        ..
    } = review;
    let open = (open_questions > 0).then(|| are_open(open_questions, changed_questions));
    let before = before
        .into_iter()
        .map(|verdict| view! { <Before verdict reviewed=version is_checked/> })
        .collect_view();
    let decided = decided.map(|when| {
        view! { <dt>"Decided"</dt><dd><bdi>{decided_by}</bdi> ", " <TimeOf when/></dd> }
    });
    let seconded = (!seconded_by.is_empty())
        .then(|| view! { <dt>"Second approval"</dt><dd><bdi>{seconded_by}</bdi></dd> });
    let reason = (!reason.is_empty()).then(|| view! { <dt>"Reasons"</dt><dd class="said">{reason}</dd> });
    let questions = open.clone().map(|words| {
        view! { <dt>"Questions"</dt><dd><a href="#remarks">{words}</a></dd> }
    });
    let compare = (!is_newest).then(|| {
        let href = Lists::Compare(version).href();
        let since = is_checked.then(|| view! { <a href=href>"What changed since"</a> });
        view! {
            <Banner tone=Tone::Waiting>
                <p>"There is a newer version, which takes this one back. " {since}</p>
            </Banner>
        }
    });
    view! {
        <Panel title=format!("Review of version {version}") id="review" note=move || view! { <StateWord tone word/> }>
            <div class="in form">
                {compare}
                <dl class="facts">
                    <dt>"Submitted"</dt><dd><bdi>{submitted_by}</bdi> ", " <TimeOf when=submitted/></dd>
                    {decided}{seconded}{reason}{before}{questions}
                </dl>
                {if can_decide {
                    view! { <Decision version state cannot_approve open/> }.into_any()
                } else if is_checking {
                    ().into_any()
                } else {
                    gone(ReviewMapping::PATH, |(_, (reason, _)): OfVersion<TypedVerdict>| reason)
                }}
            </div>
        </Panel>
    }
}

/// A verdict of before, and the way to what changed since (F-30).
#[component]
fn Before(
    verdict: MappingVerdictView,
    /// The version that is reviewed now.
    reviewed: i64,
    /// The newest version is checked: others can be compared with it.
    is_checked: bool,
) -> impl IntoView {
    let MappingVerdictView {
        version,
        state,
        by,
        when,
        reason,
    } = verdict;
    let term = if version == reviewed {
        "Before it was submitted again".to_owned()
    } else {
        format!("Before: version {version}")
    };
    let when = when.map(|when| view! { ", " <TimeOf when/> });
    let reason =
        (!reason.is_empty()).then(|| view! { <dt>"Reasons then"</dt><dd class="said">{reason}</dd> });
    let since = (is_checked && version != reviewed).then(|| {
        let href = Lists::Compare(version).href();
        view! { <dt>"Since then"</dt><dd><a href=href>{format!("What changed since version {version}")}</a></dd> }
    });
    view! {
        <dt>{term}</dt><dd>{state.label()} " by " <bdi>{by}</bdi>{when}</dd>
        {reason}{since}
    }
}

const fn state(review: &MappingReviewView) -> (Tone, &'static str) {
    let tone = match review.state {
        ReviewState::Submitted | ReviewState::Seconding => Tone::Waiting,
        ReviewState::Returned => Tone::Problem,
        ReviewState::Approved => Tone::Ready,
    };
    if review.is_newest || matches!(review.state, ReviewState::Returned) {
        (tone, review.state.label())
    } else {
        (Tone::Neutral, "Taken back by a newer version")
    }
}

/// The key of a field of the forms below.
fn key_of(field: &str) -> String {
    match field {
        // It is about no field: the way leads to the panel.
        "version" => "review".to_owned(),
        field => field.to_owned(),
    }
}

#[component]
fn Decision(
    version: i64,
    state: ReviewState,
    cannot_approve: Option<String>,
    /// That questions are open, if they are.
    open: Option<String>,
) -> impl IntoView {
    awaited(
        take_flash::<OfVersion<TypedVerdict>, ()>(ReviewMapping::PATH),
        move |kept| {
            let kept = kept.filter(|kept| kept.values.0 == version);
            let error = kept
                .as_ref()
                .and_then(|kept| kept.result.clone().err())
                .map(|error| under(error, key_of));
            let (typed, needs_second) = kept
                .and_then(|kept| kept.refused().cloned())
                .unwrap_or_default()
                .1;
            // Where the second one is asked, there is no third.
            let is_first = state == ReviewState::Submitted;
            let wrong = error.clone();
            let approve = match cannot_approve.clone() {
            Some(words) => view! { <Verdict tone=Tone::Waiting>{words}</Verdict> }.into_any(),
            None => view! {
                <form method="post" action=ReviewMapping::PATH class="form">
                    <Hidden version/>
                    <p>"Approved, it is what the directory migration carries out: exactly this version, for People and the directory as they are now."</p>
                    {is_first.then(|| view! {
                        <CheckField key="needs_second" label="A second member of the deployment team has to approve it, too" checked=needs_second/>
                    })}
                    {open.map(|words| {
                        let label = format!("Approve without the answers: {words}");
                        view! { <CheckField key="unanswered" label error=wrong help="They stay open. To wait for the answers, leave the mapping as it is."/> }
                    })}
                    <div class="actions"><Submit label="Approve" busy="Approving…" class="main" name="verdict" value="approve"/></div>
                </form>
            }
            .into_any(),
        };
            view! {
            {gone_unless::<OfVersion<TypedVerdict>>(ReviewMapping::PATH, move |(of, _)| *of == version, |(_, (reason, _))| reason)}
            <WhyRefused error=error.clone()/>
            {approve}
            <form method="post" action=ReviewMapping::PATH class="form">
                <Hidden version/>
                <TextArea key="reason" label="What is to be changed" prose=true value=typed error help="The customer reads it above the mapping and by mail."/>
                <div class="actions"><Submit label="Return with reasons" busy="Returning…" name="verdict" value="return"/></div>
            </form>
        }
        .into_any()
        },
    )
}
