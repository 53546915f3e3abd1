//! The user mapping, as part of the page of its step: a file comes in or a mapping is begun here, is read and checked, what
//! was found is shown and mended, accounts without a line are decided about, and a version is submitted and reviewed.

mod causes;
mod left_out;
mod line;
mod lines;
mod reading;
mod review;
mod search;
mod undecided;
mod upload;
mod version;
mod versions;

use domain::user_mapping::{
    FindingCode, FindingGroup, MappingOutcome, MappingState, MappingSummary, Severity,
};
use domain::views::{MappingAdministrator, MappingRemark, UserMappingView};
use domain::{FieldError, Permission, UserError};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::api::user_mapping::{
    BackToMapping, BeginMapping, CheckMapping, DecideMapping, KeepMappingLines, OfVersion, RemoveMappingLine,
    SettleMappingRemark, SubmitMapping, show_user_mapping,
};
use crate::api::{ApiError, Flash, peek_flash, take_flash};
use crate::components::{
    Allowed, Answer, Download, Loaded, Panel, Submit, Tone, address, customer, gone, param, query,
};

use causes::{Causes, Corrected, Corrections};
use left_out::{Forgotten, LeftOutLines};
use line::{Line, unplaced};
use lines::{FindingLines, Lines, Missed};
use review::{Remarks, Review, Submission};
use undecided::Undecided;
use upload::Upload;
use version::Version;
use versions::{Compare, Versions};

/// Everything the page of the step shows of the mapping.
#[component]
pub fn UserMapping() -> impl IntoView {
    view! { <Loaded data=show_user_mapping(customer().slug) draw=|mapping| view! { <Mapping mapping/> }/> }
}

#[component]
fn Mapping(mapping: UserMappingView) -> impl IntoView {
    let UserMappingView {
        can_edit,
        version,
        targets,
        review,
        submission,
        drift,
        remarks,
        administrators,
    } = mapping;
    let number = version.as_ref().map(|version| version.number);
    let summary = version.as_ref().and_then(|version| match &version.outcome {
        Some(MappingOutcome::Checked(summary)) if version.state == MappingState::Checked => {
            Some((**summary).clone())
        }
        _ => None,
    });
    // While a file is checked the page loads itself again: nobody shall choose another one meanwhile.
    let is_checking = version
        .as_ref()
        .is_some_and(|version| version.state == MappingState::Checking);
    let corrections = Corrections {
        version: number.unwrap_or_default(),
        can_edit: can_edit && !is_checking,
        targets,
    };
    let submission = number.zip(submission);
    let all = corrections.clone();
    let said = remarks.clone();
    let is_reviewing = review.as_ref().is_some_and(|review| review.can_decide);
    let is_checked = summary.is_some();
    let groups = summary
        .as_ref()
        .map(|summary| summary.groups.clone())
        .unwrap_or_default();
    let mending = corrections.clone();
    view! {
        <Answers/>
        <Corrected corrections=mending groups is_checking/>
        {(!is_checked).then(|| unplaced(is_checking))}
        {version.map(|version| view! { <Version version corrections=corrections.clone() drift/> })}
        {review.map(|review| view! { <Review review is_checking/> })}
        {summary.map(|summary| view! { <Found summary corrections=all.clone() remarks administrators is_reviewing/> })}
        {match submission {
            Some((version, needs)) if needs.in_the_way.is_empty() => view! { <Submission version needs/> }.into_any(),
            other => view! {
                {(!is_checking).then(|| gone(SubmitMapping::PATH, |_: OfVersion<Vec<String>>| String::new()))}
                {other.map(|(version, needs)| view! { <Submission version needs/> })}
            }
            .into_any(),
        }}
        {number.filter(|_| is_checked).map(|version| view! { <Remarks version remarks=said/> })}
        {number.is_some().then(|| view! { <Versions corrections=corrections.clone()/> })}
        {(can_edit && !is_checking).then(|| view! { <Upload is_first=number.is_none()/> })}
        {(can_edit && number.is_none()).then(|| view! { <Begin/> })}
        <Template/>
    }
}

/// What came of the forms that are not shown again with what was typed.
#[component]
fn Answers() -> impl IntoView {
    view! {
        <Answer of=DecideMapping::PATH done="Decided, in a new version. The one before is kept below."/>
        <Answer of=RemoveMappingLine::PATH done="The line is gone, in a new version. The one before is kept below."/>
        <Answer of=BackToMapping::PATH done="Taken up again, as a new version."/>
        <Answer of=KeepMappingLines::PATH done="Taken over, in a new version. The one before is kept below."/>
        <Answer of=CheckMapping::PATH/>
        <Answer of=BeginMapping::PATH/>
        <Answer of=SettleMappingRemark::PATH/>
    }
}

/// What waits for the page from the form at `path`. While the next version is checked it goes on waiting: the page loads itself
/// again soon, and nobody could read it there in time.
async fn kept<V: DeserializeOwned>(path: &'static str, is_checking: bool) -> Option<Flash<V, IgnoredAny>> {
    if is_checking {
        peek_flash(path).await
    } else {
        take_flash(path).await
    }
}

/// What was found, and the one list that the address asks for.
#[component]
fn Found(
    summary: MappingSummary,
    corrections: Corrections,
    remarks: Vec<MappingRemark>,
    administrators: Vec<MappingAdministrator>,
    is_reviewing: bool,
) -> impl IntoView {
    let version = corrections.version;
    let (coverage, left_out) = (summary.coverage, summary.left_out);
    let proposed = summary.proposed.clone();
    let is_there = |group: &Group| summary.groups.iter().any(|found| group.is(found));
    let connected = connected(&corrections);
    let list = match Lists::asked() {
        Some(Lists::Group(group)) if is_there(&group) => view! { <FindingLines version group/> }.into_any(),
        Some(Lists::Line(line)) => {
            let corrections = corrections.clone();
            view! {
                <Allowed permission=Permission::ReadPeople>
                    <Line line corrections=corrections.clone() remarks=remarks.clone()/>
                </Allowed>
            }
            .into_any()
        }
        Some(Lists::Compare(older)) => view! { <Compare older newer=version/> }.into_any(),
        Some(Lists::Missed) => view! { <Missed version/> }.into_any(),
        Some(Lists::All) => view! { <Lines version connected/> }.into_any(),
        Some(Lists::LeftOut) if left_out.is_some() => left_out
            .map(|left_out| view! { <LeftOutLines version left_out/> })
            .into_any(),
        // Whoever decides sees what it is about, with what both sides know of everybody.
        _ if is_reviewing => view! { <Lines version connected/> }.into_any(),
        _ => ().into_any(),
    };
    let (decide, keep) = (corrections.clone(), corrections.clone());
    view! {
        {left_out.map(|left_out| view! { <Forgotten left_out corrections=keep/> })}
        <Causes groups=summary.groups lines=summary.lines corrections/>
        {list}
        {(coverage.undecided > 0).then(|| view! { <Undecided coverage proposed administrators corrections=decide/> })}
    }
}

/// The name of the connected directory, as a line without a target directory means it (D-01).
fn connected(corrections: &Corrections) -> String {
    corrections.targets.first().cloned().unwrap_or_default()
}

/// For whoever has no file and wants none.
#[component]
fn Begin() -> impl IntoView {
    view! {
        <Panel title="Or map everybody here" id="begin">
            <form method="post" action=BeginMapping::PATH class="in form">
                <input type="hidden" name="customer" value=customer().slug/>
                <p>"Without any file: local administrators stay as they are, and for everybody else a username is proposed from the people the test sync found. You accept the proposals by class and decide about the rest one by one."</p>
                <div class="actions"><Submit label="Begin without a file" busy="Beginning…"/></div>
            </form>
        </Panel>
    }
}

/// The list that becomes the user mapping, with every account in it.
#[component]
fn Template() -> impl IntoView {
    view! {
        <Panel title="The list to fill in" id="template">
            <div class="in">
                <p>
                    "One line for each account, with its username of today. Write beside it the username the account will have \
                     in the new directory; the column for the target directory stays empty for everybody who moves, and says \
                     Local for whoever stays. Local administrators are filled in already: they stay as they are. Once a mapping has begun, \
                     with a file or without one, the columns behind say who is proposed, how certain that is, and why; they are not \
                     read when the list comes back."
                </p>
                <p>"Download the list: " <Download path=customer().path("user-mapping-template") what="the list to fill in"/></p>
            </div>
        </Panel>
    }
}

/// The list of lines that an address asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Lists {
    Group(Group),
    Line(u64),
    /// What changed since this version.
    Compare(i64),
    /// People whom no line names (T-08).
    Missed,
    /// Lines of an earlier version that an uploaded file left out.
    LeftOut,
    All,
}

impl Lists {
    fn asked() -> Option<Self> {
        let query = query();
        if let Ok(line) = param(&query, "line").parse() {
            return Some(Lists::Line(line));
        }
        if let Ok(version) = param(&query, "since").parse() {
            return Some(Lists::Compare(version));
        }
        match param(&query, "show").as_str() {
            "lines" => return Some(Lists::All),
            "missed" => return Some(Lists::Missed),
            "left-out" => return Some(Lists::LeftOut),
            _ => {}
        }
        Some(Lists::Group(Group {
            code: FindingCode::from_code(&param(&query, "code"))?,
            severity: Severity::from_code(&param(&query, "severity"))?,
            about: param(&query, "about"),
        }))
    }

    fn href(&self) -> String {
        let path = customer().path("user-mapping");
        let address = match self {
            Lists::Group(group) => address(
                &path,
                [
                    ("code", group.code.code()),
                    ("severity", group.severity.code()),
                    ("about", group.about.as_str()),
                ],
            ),
            Lists::Line(line) => address(&path, [("line", line.to_string().as_str())]),
            Lists::Compare(version) => address(&path, [("since", version.to_string().as_str())]),
            Lists::Missed => address(&path, [("show", "missed")]),
            Lists::LeftOut => address(&path, [("show", "left-out")]),
            Lists::All => address(&path, [("show", "lines")]),
        };
        format!("{address}#lines")
    }
}

/// A group of findings, as an address names it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    code: FindingCode,
    severity: Severity,
    about: String,
}

impl Group {
    fn of(group: &FindingGroup) -> Self {
        Self {
            code: group.example.code,
            severity: group.example.severity,
            about: group.about.clone(),
        }
    }

    fn is(&self, group: &FindingGroup) -> bool {
        *self == Self::of(group)
    }
}

/// A refusal whose fields have the keys they have on this page: more than one of its forms may post a field of a name.
fn under(error: ApiError, key: impl Fn(&str) -> String) -> ApiError {
    match error {
        ApiError::User(UserError::Invalid { errors }) => {
            let errors = errors.into_iter().map(|error| FieldError {
                field: key(&error.field),
                message: error.message,
            });
            ApiError::User(UserError::Invalid {
                errors: errors.collect(),
            })
        }
        error => error,
    }
}

const fn tone_of(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Problem,
        Severity::Warning => Tone::Waiting,
        Severity::Notice => Tone::Neutral,
    }
}
