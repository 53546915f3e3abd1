//! The user mapping, as part of the page of its step: a file comes in or a mapping is begun here, is read and checked, what
//! was found is shown and mended, accounts without a line are decided about, and a version is submitted and reviewed.

mod causes;
mod line;
mod lines;
mod review;
mod search;
mod undecided;
mod upload;
mod version;
mod versions;

use domain::user_mapping::{
    FindingCode, FindingGroup, MappingOutcome, MappingState, MappingSummary, Severity,
};
use domain::views::{MappingRemark, UserMappingView};
use domain::{FieldError, Permission, UserError};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::ApiError;
use crate::api::user_mapping::{
    BackToMapping, BeginMapping, CheckMapping, DecideMapping, FixMapping, OfVersion, RemoveMappingLine,
    SettleMappingRemark, SubmitMapping, show_user_mapping,
};
use crate::components::{
    Allowed, Answer, Download, Loaded, Panel, Submit, Tone, address, customer, gone, param, query,
};

use causes::{Causes, Corrections};
use line::Line;
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
        earlier,
        targets,
        review,
        submission,
        drift,
        remarks,
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
    view! {
        <Answers/>
        {version.map(|version| view! { <Version version corrections=corrections.clone() drift/> })}
        {review.map(|review| view! { <Review review is_checking/> })}
        {summary.map(|summary| view! { <Found summary corrections=all.clone() remarks is_reviewing/> })}
        {match submission {
            Some((version, needs)) if needs.in_the_way.is_empty() => view! { <Submission version needs/> }.into_any(),
            other => view! {
                {(!is_checking).then(|| gone(SubmitMapping::PATH, |_: OfVersion<Vec<String>>| String::new()))}
                {other.map(|(version, needs)| view! { <Submission version needs/> })}
            }
            .into_any(),
        }}
        <Remarks remarks=said/>
        <Versions earlier corrections=corrections.clone()/>
        {(can_edit && !is_checking).then(|| view! { <Upload is_first=number.is_none()/> })}
        {(can_edit && number.is_none()).then(|| view! { <Begin/> })}
        <Template/>
    }
}

/// What came of the forms that are not shown again with what was typed.
#[component]
fn Answers() -> impl IntoView {
    view! {
        <Answer of=FixMapping::PATH done="Corrected, in a new version. The one before is kept below."/>
        <Answer of=DecideMapping::PATH done="Decided, in a new version. The one before is kept below."/>
        <Answer of=RemoveMappingLine::PATH done="The line is gone, in a new version. The one before is kept below."/>
        <Answer of=BackToMapping::PATH done="Taken up again, as a new version."/>
        <Answer of=CheckMapping::PATH/>
        <Answer of=BeginMapping::PATH/>
        <Answer of=SettleMappingRemark::PATH/>
    }
}

/// What was found, and the one list that the address asks for.
#[component]
fn Found(
    summary: MappingSummary,
    corrections: Corrections,
    remarks: Vec<MappingRemark>,
    is_reviewing: bool,
) -> impl IntoView {
    let version = corrections.version;
    let coverage = summary.coverage;
    let proposed = summary.proposed.clone();
    let is_there = |group: &Group| summary.groups.iter().any(|found| group.is(found));
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
        Some(Lists::All) => view! { <Lines version/> }.into_any(),
        // Whoever decides sees what it is about, with what both sides know of everybody.
        _ if is_reviewing => view! { <Lines version/> }.into_any(),
        _ => ().into_any(),
    };
    let decide = corrections.clone();
    view! {
        <Causes groups=summary.groups corrections/>
        {list}
        {(coverage.undecided > 0).then(|| view! { <Undecided coverage proposed corrections=decide/> })}
    }
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
