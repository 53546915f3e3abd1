//! Submission and review of a version, and what is said about its lines.

use domain::Permission;
use domain::user_mapping::ReviewState;
use domain::views::{MappingRemark, MappingReviewView, MappingSubmission, MappingVerdictView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::line::of_line;
use super::{Lists, under};
use crate::api::take_flash;
use crate::api::user_mapping::{
    OfLine, OfVersion, RemarkOnMapping, ReviewMapping, SettleMappingRemark, SubmitMapping,
};
use crate::components::{
    Allowed, Banner, CheckField, Panel, StateWord, Submit, TextArea, TimeOf, Tone, Verdict, WhyRefused,
    awaited, customer, gone, gone_unless, plural, thousands,
};

/// What submitting still needs, and the form for it.
#[component]
pub(super) fn Submission(version: i64, needs: MappingSubmission) -> impl IntoView {
    let is_ready = needs.in_the_way.is_empty();
    let in_the_way = needs
        .in_the_way
        .into_iter()
        .map(|sentence| view! { <li>{sentence}</li> })
        .collect_view();
    let warnings = needs.warnings;
    view! {
        <Panel title="Submit for review" id="submit">
            <div class="in form">
                {if is_ready {
                    view! { <SubmitForm version warnings/> }.into_any()
                } else {
                    view! {
                        <p>"It can be submitted once nothing of this is left:"</p>
                        <ul>{in_the_way}</ul>
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
        ..
    } = review;
    let before = before
        .into_iter()
        .map(|verdict| view! { <Before verdict reviewed=version/> })
        .collect_view();
    let decided = decided.map(|when| {
        view! { <dt>"Decided"</dt><dd><bdi>{decided_by}</bdi> ", " <TimeOf when/></dd> }
    });
    let seconded = (!seconded_by.is_empty())
        .then(|| view! { <dt>"Second approval"</dt><dd><bdi>{seconded_by}</bdi></dd> });
    let reason = (!reason.is_empty()).then(|| view! { <dt>"Reasons"</dt><dd class="said">{reason}</dd> });
    let questions = (open_questions > 0).then(|| {
        let words = are_open(open_questions);
        view! { <dt>"Questions"</dt><dd><a href="#remarks">{words}</a></dd> }
    });
    let compare = (!is_newest).then(|| {
        let href = Lists::Compare(version).href();
        view! {
            <Banner tone=Tone::Waiting>
                <p>"There is a newer version, which takes this one back. " <a href=href>"What changed since"</a></p>
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
                    view! { <Decision version cannot_approve open_questions/> }.into_any()
                } else if is_checking {
                    ().into_any()
                } else {
                    gone(ReviewMapping::PATH, |(_, reason): OfVersion<String>| reason)
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
    let since = (version != reviewed).then(|| {
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

fn are_open(questions: u64) -> String {
    plural(questions, "question is open", "questions are open")
}

#[component]
fn Decision(version: i64, cannot_approve: Option<String>, open_questions: u64) -> impl IntoView {
    awaited(
        take_flash::<OfVersion<String>, ()>(ReviewMapping::PATH),
        move |kept| {
            let kept = kept.filter(|kept| kept.values.0 == version);
            let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
            let typed = kept
                .and_then(|kept| kept.refused().cloned())
                .unwrap_or_default()
                .1;
            let approve = match cannot_approve.clone() {
            Some(words) => view! { <Verdict tone=Tone::Waiting>{words}</Verdict> }.into_any(),
            None => view! {
                <form method="post" action=ReviewMapping::PATH class="form">
                    <Hidden version/>
                    <p>"Approved, it is what the directory migration carries out: exactly this version, for People and the directory as they are now."</p>
                    <CheckField key="needs_second" label="A second member of the deployment team has to approve it, too"/>
                    {(open_questions > 0).then(|| {
                        let label = format!("Approve without the answers: {}", are_open(open_questions));
                        view! { <CheckField key="unanswered" label help="They stay open. To wait for the answers, leave the mapping as it is."/> }
                    })}
                    <div class="actions"><Submit label="Approve" busy="Approving…" class="main" name="verdict" value="approve"/></div>
                </form>
            }
            .into_any(),
        };
            view! {
            {gone_unless::<OfVersion<String>>(ReviewMapping::PATH, move |(of, _)| *of == version, |(_, reason)| reason)}
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

#[component]
fn Hidden(version: i64) -> impl IntoView {
    view! {
        <input type="hidden" name="customer" value=customer().slug/>
        <input type="hidden" name="version" value=version/>
    }
}

/// Everything said about lines and about all of them, and the form for the latter.
#[component]
pub(super) fn Remarks(version: i64, remarks: Vec<MappingRemark>) -> impl IntoView {
    if remarks.is_empty() {
        // Nothing to read: it is for whoever may write.
        return view! { <Allowed permission=Permission::Comment><Talk version remarks=Vec::new()/></Allowed> }
            .into_any();
    }
    view! { <Talk version remarks/> }.into_any()
}

#[component]
fn Talk(version: i64, remarks: Vec<MappingRemark>) -> impl IntoView {
    let note = count_open(&remarks);
    let has_any = !remarks.is_empty();
    let rows = remarks
        .into_iter()
        .map(|remark| {
            let place = match remark.line {
                Some(0) => view! { "All lines" }.into_any(),
                Some(line) => {
                    let href = Lists::Line(line).href();
                    view! { <a href=href>{format!("Line {}", thousands(line))}</a> }.into_any()
                }
                None => view! { <span class="soft">"The line says something else now"</span> }.into_any(),
            };
            let about = remark.about.clone();
            view! {
                <li>
                    <div class="when">{place}</div>
                    <div class="what"><p class="name"><bdi>{about}</bdi></p><Said remark/></div>
                </li>
            }
        })
        .collect_view();
    view! {
        <Panel title="Said about lines" id="remarks" note=move || note.clone()>
            {has_any.then(|| view! { <ol class="history" role="list">{rows}</ol> })}
            <Allowed permission=Permission::Comment><WholeForm version/></Allowed>
        </Panel>
    }
}

/// How many remarks and questions are open, in words.
fn count_open(remarks: &[MappingRemark]) -> String {
    let count = |asks: bool| {
        let open = remarks.iter().filter(|remark| remark.is_open());
        u64::try_from(open.filter(|remark| remark.asks == asks).count()).unwrap_or(u64::MAX)
    };
    let (questions, others) = (count(true), count(false));
    let remarks = plural(others, "open remark", "open remarks");
    let asked = plural(questions, "open question", "open questions");
    match (questions, others) {
        (0, _) => remarks,
        (_, 0) => asked,
        _ => format!("{asked}, {remarks}"),
    }
}

/// A remark or a question about no line but the whole mapping.
#[component]
fn WholeForm(version: i64) -> impl IntoView {
    awaited(
        take_flash::<OfLine<String>, ()>(RemarkOnMapping::PATH),
        move |kept| {
            let kept = kept.filter(|kept| kept.values.0 == (version, 0));
            let error = kept
                .as_ref()
                .and_then(|kept| kept.result.clone().err())
                .map(|error| under(error, |field| format!("whole-{field}")));
            let typed = kept.and_then(|kept| kept.refused().cloned());
            let typed = typed.map(|(_, said)| said).unwrap_or_default();
            let is_refused = error.is_some();
            view! {
            <div class="in">
            {gone_unless::<OfLine<String>>(RemarkOnMapping::PATH, move |(of, _)| *of == (version, 0) || of.1 != 0, |(of, said)| of_line(of, said))}
            <details class="fold" open=is_refused>
                <summary>"Say or ask something about the whole mapping"</summary>
                <form method="post" action=RemarkOnMapping::PATH class="form">
                    <WhyRefused error=error.clone()/>
                    <Hidden version/>
                    <input type="hidden" name="line" value="0"/>
                    <TextArea key="whole-text" label="About all of it" name="text" prose=true value=typed error help="Both sides read it. A question waits for the other side, and the mapping stays where it is."/>
                    <div class="actions">
                        <Submit label="Say it" busy="Adding…" of="about the whole mapping"/>
                        <Submit label="Ask" busy="Asking…" name="asks" value="true" of="about the whole mapping"/>
                    </div>
                </form>
            </details>
            </div>
        }
        .into_any()
        },
    )
}

/// One remark.
#[component]
pub(super) fn Said(remark: MappingRemark) -> impl IntoView {
    let waits = (remark.asks && remark.is_open()).then(|| question(&remark));
    let settle = match remark.settled_by {
        Some(by) => view! { <p class="why">{format!("Settled by {by}.")}</p> }.into_any(),
        // It is answered, and that settles it.
        None if !remark.may_settle => ().into_any(),
        None => view! {
            <Allowed permission=Permission::Comment>
            <form method="post" action=SettleMappingRemark::PATH class="actions">
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="remark" value=remark.id.clone()/>
                <Submit label="Settled" busy="Noting…" class="quiet" of=format!(": {}", remark.about.clone())/>
            </form>
            </Allowed>
        }
        .into_any(),
    };
    view! {
        <p><b>{remark.by}</b> " " <span class="soft">{remark.side.label()} ", " <TimeOf when=remark.when/></span></p>
        <p class="said">{remark.text}</p>
        {waits}
        {settle}
    }
}

/// That it waits for an answer, and how it is given.
fn question(remark: &MappingRemark) -> impl IntoView + use<> {
    let (tone, words) = match (remark.may_settle, remark.line) {
        (true, _) => (Tone::Waiting, "It waits for the other side."),
        (false, Some(0)) => (Tone::Yours, "Answer it below: about the whole mapping."),
        (false, _) => (Tone::Yours, "Answer it with a remark at its line."),
    };
    view! { <p class="why"><StateWord tone word="Question"/> " " {words}</p> }
}
