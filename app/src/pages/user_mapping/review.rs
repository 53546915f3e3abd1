//! Submission and review of a version.

use domain::deployment::Step;
use domain::user_mapping::{Acknowledged, FindingGroup, ReviewState, are_open};
use domain::views::{
    MappingDrift, MappingReviewView, MappingSubmission, MappingTakenBackView, MappingVerdictView,
    MappingWarningView, When,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::drift::{Changes, UNNAMED, is_nobody};
use super::remarks::{Asked, Unanswered};
use super::{Group, HiddenShown, Lists, under};
use crate::api::take_flash;
use crate::api::user_mapping::{
    OfVersion, ReviewMapping, Shown, SubmitMapping, TypedTicks, TypedVerdict, UPLOAD,
};
use crate::components::{
    Answer, Banner, CheckField, Panel, StateWord, Submit, TextArea, TimeOf, Tone, Verdict, WhyRefused,
    awaited, customer, gone, gone_unless, plural,
};

/// What submitting still needs, and the form for it.
#[component]
pub(super) fn Submission(shown: Shown, needs: MappingSubmission, unanswered: Unanswered) -> impl IntoView {
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
                    view! { <SubmitForm shown warnings/> }.into_any()
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
fn SubmitForm(shown: Shown, warnings: Vec<FindingGroup>) -> impl IntoView {
    let warnings = warnings.into_iter().map(|group| MappingWarningView {
        group,
        ticked_by: None,
        ticked_before: None,
    });
    let warnings: Vec<_> = warnings.collect();
    awaited(
        take_flash::<OfVersion<TypedTicks>, ()>(SubmitMapping::PATH),
        move |kept| {
            let kept = kept.filter(|kept| kept.values.0 == shown.version);
            let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
            let typed = kept.and_then(|kept| kept.refused().cloned());
            let ticked = still_ticked(typed.unwrap_or_default().1, shown);
            let boxes = Boxes {
                legend: "Warnings: tick each one that is meant so",
                warnings,
                ticked,
            };
            view! {
            {gone_unless::<OfVersion<TypedTicks>>(SubmitMapping::PATH, move |(of, _)| *of == shown.version, |_| String::new())}
            <form method="post" action=SubmitMapping::PATH class="form">
                <WhyRefused error=error.clone()/>
                <HiddenShown shown/>
                <p>"The deployment team looks at every line and returns it with reasons or approves it. This version stays as it is; a correction makes a new one and takes this one back."</p>
                {boxes.render()}
                <div class="actions"><Submit label="Submit for review" busy="Submitting…" class="main"/></div>
            </form>
        }
        .into_any()
        },
    )
}

/// The boxes that are still ticked: what was ticked for another check, or another version, was not ticked for what this one found
/// (P-17).
fn still_ticked((check, ticked): TypedTicks, shown: Shown) -> Vec<String> {
    if check == shown.check { ticked } else { Vec::new() }
}

/// Groups of warnings, each to be ticked by whoever has read it.
struct Boxes {
    legend: &'static str,
    warnings: Vec<MappingWarningView>,
    /// The keys of those that are ticked already.
    ticked: Vec<String>,
}

impl Boxes {
    /// Nothing where there are no warnings.
    fn render(self) -> Option<impl IntoView> {
        let Self {
            legend,
            warnings,
            ticked,
        } = self;
        if warnings.is_empty() {
            return None;
        }
        let boxes = warnings
            .into_iter()
            .enumerate()
            .map(|(place, warning)| {
                let group = warning.group;
                let before = warning.ticked_before.map(|before| {
                    let before = ticked_before(&before, &group);
                    view! { " It was " {before} "." }
                });
                let key = group.key();
                let id = format!("acknowledged-{place}");
                let checked = ticked.contains(&key);
                let help = format!("{id}-help");
                view! {
                    <div class="field check">
                        <input type="checkbox" id=id.clone() name=format!("acknowledged[{place}]") value=key checked=checked aria-describedby=help.clone()/>
                        <label for=id>{what(&group)}</label>
                        <p class="help" id=help><bdi>{group.example.sentence()}</bdi>{before}</p>
                    </div>
                }
            })
            .collect_view();
        Some(view! {
            <fieldset class="field choices" id="acknowledged" tabindex="-1">
                <legend>{legend}</legend>
                {boxes}
            </fieldset>
        })
    }
}

/// A group of warnings in words: "The names differ: 3 lines".
fn what(group: &FindingGroup) -> String {
    let title = group.example.code.title();
    if group.is_whole() {
        title.to_owned()
    } else {
        format!("{title}: {}", plural(group.lines, "line", "lines"))
    }
}

/// What stands above the forms that make a new version: that there are none any more, or what the next one takes back.
pub(super) fn before_forms(
    review: Option<&MappingReviewView>,
    (can_edit, carried_out): (bool, Option<When>),
) -> AnyView {
    let review = review.filter(|_| can_edit);
    let takes_back = review
        .and_then(takes_back)
        .map(|words| view! { <Banner tone=Tone::Waiting><p>{words}</p></Banner> });
    let carried_out = carried_out.map(|when| {
        let href = customer().path(Step::Migration.code());
        view! {
            <Banner tone=Tone::Ready>
                <p>
                    "The directory migration carried the user mapping out " <TimeOf when/> ". It stays as it is. While no sync has \
                     written to People since, the migration can be taken back, and the mapping be corrected then. " <a href=href>"To the directory migration"</a>
                </p>
            </Banner>
        }
    });
    // The form for a file says itself why one was refused, where there is one.
    let refused = (!can_edit).then(|| view! { <Answer of=UPLOAD/> });
    view! { {refused} {carried_out} {takes_back} }.into_any()
}

/// What a correction takes back, and what follows; `None`: nothing that is with staff or approved.
fn takes_back(review: &MappingReviewView) -> Option<String> {
    let stands = match review.state {
        _ if !review.is_newest => return None,
        ReviewState::Returned => return None,
        ReviewState::Submitted => "is with the deployment team",
        ReviewState::Seconding => "waits for a second approval",
        ReviewState::Approved if review.drifted => "was approved, and is to be checked again",
        ReviewState::Approved => "is approved",
    };
    let again = if review.drifted && review.state != ReviewState::Submitted {
        " To check this one again takes the approval back, too."
    } else {
        ""
    };
    Some(format!(
        "Version {} {stands}. A correction, a decision or another file makes a new version and takes this one back: the deployment \
         team is told, and so is the customer where the deployment team does it. The new version has to be submitted and reviewed \
         anew.{again}",
        review.version
    ))
}

/// How the review stands, and for staff how it is decided.
#[component]
pub(super) fn Review(
    review: MappingReviewView,
    /// The check that wrote what is shown of the newest version.
    check: i64,
    /// The page loads itself again soon: nobody could read what was refused.
    is_checking: bool,
    /// The newest version is checked: others can be compared with it.
    is_checked: bool,
) -> impl IntoView {
    let version = review.version;
    let shown = Shown { version, check };
    let (tone, word) = state(&review);
    let void = void(&review, is_checked);
    let fresh = unticked(&review.warnings);
    // Whoever approves ticks in the form what nobody has ticked since the check.
    let asks_ticks = review.can_decide && review.cannot_approve.is_none();
    let warnings = warnings_of(&review, asks_ticks);
    let before_that = review.taken_back.as_ref();
    let needs_second = before_that.is_some_and(|taken_back| taken_back.needs_second);
    let MappingReviewView {
        submitted_by,
        submitted,
        decided_by,
        decided,
        reason,
        seconded_by,
        can_decide,
        cannot_approve,
        before,
        taken_back,
        changed,
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
    let again = again(taken_back, changed);
    view! {
        <Panel title=format!("Review of version {version}") id="review" note=move || view! { <StateWord tone word/> }>
            <div class="in form">
                {void}{again}
                <dl class="facts">
                    <dt>"Submitted"</dt><dd><bdi>{submitted_by}</bdi> ", " <TimeOf when=submitted/></dd>
                    {decided}{seconded}{reason}{before}{questions}{warnings}
                </dl>
                {if can_decide {
                    view! { <Decision shown state cannot_approve open fresh needs_second/> }.into_any()
                } else if is_checking {
                    ().into_any()
                } else {
                    gone(ReviewMapping::PATH, |(_, typed): OfVersion<TypedVerdict>| typed.reason)
                }}
            </div>
        </Panel>
    }
}

/// Why the review is not about the newest version as it is, with the way to what changed since (P-17, F-30).
fn void(review: &MappingReviewView, is_checked: bool) -> Option<AnyView> {
    let is_newest = review.is_newest;
    let words = review
        .why_void()
        .or((!is_newest).then_some("There is a newer version of the mapping."))?;
    let compare = (is_checked && !is_newest).then(|| {
        let href = Lists::Compare(review.version).href();
        view! { " " <a href=href>"What changed since"</a> }
    });
    Some(view! { <Banner tone=Tone::Waiting><p>{words} {compare}</p></Banner> }.into_any())
}

/// That a version was checked again after it was approved or submitted, and what changed since: nobody has decided about that yet
/// (P-17).
fn again(taken_back: Option<MappingTakenBackView>, drift: Option<MappingDrift>) -> Option<AnyView> {
    let since = if taken_back.is_some() {
        "since that approval"
    } else {
        "since it was submitted"
    };
    if taken_back.is_none() && drift.is_none() {
        return None;
    }
    let has_drifted = taken_back.as_ref().is_some_and(|taken_back| taken_back.drifted);
    let approval = taken_back.map(|taken_back| view! { <p><Approval taken_back/></p> });
    let is_first = approval.is_none();
    let changes = drift.map(|changes| {
        if is_nobody(&changes) && has_drifted {
            return view! { <p>{UNNAMED}</p> }.into_any();
        }
        if is_nobody(&changes) {
            return view! { <p>{format!("It was checked again. Nobody in People or the directory is known to have changed {since}.")}</p> }
                .into_any();
        }
        let words = format!("What changed in People and the directory {since}");
        view! {
            {is_first.then(|| view! { <p>"It was checked again after it was submitted: it is about People and the directory as they are now."</p> })}
            <details class="fold" open=true>
                <summary>{words}</summary>
                <Changes changes/>
            </details>
        }
        .into_any()
    });
    Some(view! { <Banner tone=Tone::Waiting>{approval}{changes}</Banner> }.into_any())
}

/// The approval that a new check took back.
#[component]
fn Approval(taken_back: MappingTakenBackView) -> impl IntoView {
    let MappingTakenBackView {
        by,
        when,
        was_seconding,
        again_by,
        again,
        drifted,
        ..
    } = taken_back;
    let second = was_seconding.then_some(", and a second approval was waited for");
    let why = if drifted {
        "because People or the directory had changed"
    } else {
        "without a change of People or the directory"
    };
    view! {
        "It was approved by " <bdi>{by}</bdi> " " <TimeOf when/> {second} ". That was taken back " <TimeOf when=again/> ": "
        <bdi>{again_by}</bdi> {format!(" had it checked again, {why}. It has to be decided about anew.")}
    }
}

/// Who had ticked a group of warnings before the version was checked again: "ticked by Anna Admin before it was checked again,
/// when there were 2 lines".
fn ticked_before(ticked: &Acknowledged, group: &FindingGroup) -> impl IntoView + use<> {
    let is_other = ticked.lines != group.lines && !group.is_whole();
    let lines = is_other.then(|| {
        let were = if ticked.lines == 1 { "was" } else { "were" };
        format!(", when there {were} {}", plural(ticked.lines, "line", "lines"))
    });
    let by = ticked.by.clone();
    view! { "ticked by " <bdi>{by}</bdi> " before it was checked again" {lines} }
}

/// Which warnings were ticked, and by whom; `asks_ticks`: those that nobody ticked since the check stand in a form.
fn warnings_of(review: &MappingReviewView, asks_ticks: bool) -> Option<AnyView> {
    let is_open = matches!(review.state, ReviewState::Submitted | ReviewState::Seconding);
    let lines: Vec<_> = review
        .warnings
        .iter()
        .filter(|warning| warning.ticked_by.is_some() || !asks_ticks)
        .map(|warning| {
            let group = &warning.group;
            let words = what(group);
            let named = if group.is_whole() {
                words.into_any()
            } else {
                let href = Lists::Group(Group::of(group)).href();
                view! { <a href=href>{words}</a> }.into_any()
            };
            let by = match (&warning.ticked_by, &warning.ticked_before) {
                (Some(by), _) => view! { ", ticked by " <bdi>{by.clone()}</bdi> }.into_any(),
                (None, Some(before)) => {
                    let before = ticked_before(before, group);
                    view! { ", " {before} }.into_any()
                }
                (None, None) if is_open => ", new: nobody has ticked it yet".into_any(),
                // Of what was decided before ticks were noted, nobody knows.
                (None, None) => ().into_any(),
            };
            view! { <li>{named}{by}</li> }
        })
        .collect();
    (!lines.is_empty()).then(|| view! { <dt>"Warnings"</dt><dd><ul>{lines}</ul></dd> }.into_any())
}

/// The groups of warnings that nobody has ticked since the check.
fn unticked(warnings: &[MappingWarningView]) -> Vec<MappingWarningView> {
    let fresh = warnings.iter().filter(|warning| warning.ticked_by.is_none());
    fresh.cloned().collect()
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
    // Whoever waits for a second one has approved it.
    let (word, second) = match state {
        ReviewState::Seconding => (
            ReviewState::Approved.label(),
            Some("; a second approval was waited for"),
        ),
        state => (state.label(), None),
    };
    view! {
        <dt>{term}</dt><dd>{word} " by " <bdi>{by}</bdi>{when}{second}</dd>
        {reason}{since}
    }
}

/// How the review stands, in a word. What was approved before People or the directory changed is not approved (P-17, F-30).
pub(in crate::pages) const fn state(review: &MappingReviewView) -> (Tone, &'static str) {
    match review.state {
        ReviewState::Returned => (Tone::Problem, ReviewState::Returned.label()),
        _ if !review.is_newest => (Tone::Neutral, "Taken back by a newer version"),
        ReviewState::Approved if review.drifted => (Tone::Waiting, "To be checked again"),
        ReviewState::Approved => (Tone::Ready, ReviewState::Approved.label()),
        state => (Tone::Waiting, state.label()),
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
    shown: Shown,
    state: ReviewState,
    cannot_approve: Option<String>,
    /// That questions are open, if they are.
    open: Option<String>,
    /// Warnings that nobody has ticked since the check: whoever approves ticks them.
    fresh: Vec<MappingWarningView>,
    /// The approval that was taken back was one of two.
    needs_second: bool,
) -> impl IntoView {
    awaited(
        take_flash::<OfVersion<TypedVerdict>, ()>(ReviewMapping::PATH),
        move |kept| {
            let kept = kept.filter(|kept| kept.values.0 == shown.version);
            let error = kept
                .as_ref()
                .and_then(|kept| kept.result.clone().err())
                .map(|error| under(error, key_of));
            let typed = kept.and_then(|kept| kept.refused().cloned());
            let first = TypedVerdict {
                needs_second,
                ..TypedVerdict::default()
            };
            let TypedVerdict {
                reason,
                needs_second,
                unanswered,
                acknowledged,
            } = typed.map_or(first, |(_, typed)| typed);
            // Where the second one is asked, there is no third.
            let is_first = state == ReviewState::Submitted;
            let wrong = error.clone();
            let boxes = Boxes {
                legend: "Warnings that nobody has ticked since the check: tick each one that is meant so, or return the version",
                warnings: fresh,
                ticked: still_ticked(acknowledged, shown),
            };
            let approve = match cannot_approve.clone() {
            Some(words) => view! { <Verdict tone=Tone::Waiting>{words}</Verdict> }.into_any(),
            None => view! {
                <form method="post" action=ReviewMapping::PATH class="form">
                    <HiddenShown shown/>
                    <p>"Approved, it is what the directory migration carries out: exactly this version, for People and the directory as they are now."</p>
                    {is_first.then(|| view! {
                        <CheckField key="needs_second" label="A second member of the deployment team has to approve it, too" checked=needs_second/>
                    })}
                    {boxes.render()}
                    {open.map(|words| {
                        let label = format!("Approve without the answers: {words}");
                        view! { <CheckField key="unanswered" label checked=unanswered error=wrong help="They stay open. To wait for the answers, leave the mapping as it is."/> }
                    })}
                    <div class="actions"><Submit label="Approve" busy="Approving…" class="main" name="verdict" value="approve"/></div>
                </form>
            }
            .into_any(),
        };
            view! {
            {gone_unless::<OfVersion<TypedVerdict>>(ReviewMapping::PATH, move |(of, _)| *of == shown.version, |(_, typed)| typed.reason)}
            <WhyRefused error=error.clone()/>
            {approve}
            <form method="post" action=ReviewMapping::PATH class="form">
                <HiddenShown shown/>
                <TextArea key="reason" label="What is to be changed" prose=true value=reason error help="The customer reads it above the mapping and by mail."/>
                <div class="actions"><Submit label="Return with reasons" busy="Returning…" name="verdict" value="return"/></div>
            </form>
        }
        .into_any()
        },
    )
}
