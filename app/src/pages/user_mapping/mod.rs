//! The user mapping, as part of the page of its step: a file comes in or a mapping is begun here, is read and checked, what
//! was found is shown and mended, accounts without a line are decided about, and a version is submitted and reviewed.

mod again;
mod along;
mod causes;
mod done;
mod drift;
mod left_out;
mod line;
mod lines;
mod reading;
mod remarks;
mod review;
mod search;
mod undecided;
mod upload;
mod version;
mod versions;

use domain::user_mapping::{
    FindingCode, FindingGroup, MappingOutcome, MappingState, MappingSummary, ReviewState, Severity,
};
use domain::views::{MappingAdministrator, MappingReviewView, MappingVersionView, UserMappingView};
use domain::{FieldError, Permission, UserError};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::ApiError;
use crate::api::user_mapping::{
    BackToMapping, BeginMapping, CheckMapping, FixMapping, KeepMappingLines, OfVersion, RemoveMappingLine,
    SettleMappingRemark, Shown, SubmitMapping, TypedTicks, show_user_mapping,
};
use crate::components::{
    Allowed, Answer, Download, Loaded, Panel, Submit, Tone, address, customer, gone, param, query,
};

use causes::{CORRECTED, Causes, Corrected, Corrections};
use done::{LineDone, ReviewDone, done};
use left_out::{Forgotten, LeftOutLines};
use line::{Line, unplaced};
use lines::{FindingLines, Lines, Missed};
use remarks::{Remarks, first_said};
pub(super) use review::state as review_state;
use review::{Review, Submission, before_forms};
use undecided::{Decided, Undecided};
use upload::{Received, Upload};
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
        carried_out,
        version,
        targets,
        review,
        submission,
        drift,
        remarks,
        more_remarks,
        open_remarks,
        administrators,
    } = mapping;
    let number = version.as_ref().map(|version| version.number);
    let check = version.as_ref().map_or(0, |version| version.check);
    let summary = version.as_ref().and_then(summary_of);
    // While a file is checked the page loads itself again: nobody shall choose another one meanwhile.
    let state = version.as_ref().map(|version| version.state);
    let is_checking = state == Some(MappingState::Checking);
    let corrections = Corrections {
        version: number.unwrap_or_default(),
        check,
        can_edit: can_edit && !is_checking,
        can_check: can_edit && !is_checking && !is_approved(review.as_ref()),
        targets,
    };
    let shown = corrections.shown();
    let (all, mending) = (corrections.clone(), corrections.clone());
    let (unanswered, first) = first_said((remarks, more_remarks), open_remarks);
    let is_reviewing = review.as_ref().is_some_and(|review| review.can_decide);
    let is_checked = summary.is_some();
    let is_begun = version.as_ref().is_some_and(|version| version.is_begun);
    let has_list = can_edit && lists_undecided(summary.as_ref());
    let groups = summary.as_ref().map(|summary| summary.groups.clone());
    let groups = groups.unwrap_or_default();
    view! {
        <Answers is_checking is_checked has_list/> {before_forms(review.as_ref(), (can_edit, carried_out))}
        {number.is_none().then(|| view! { <Template is_first=true/> })}
        <Corrected corrections=mending groups is_checking/>
        {(!is_checked).then(|| unplaced(is_checking))}
        {version.map(|version| view! { <Version version corrections=corrections.clone() drift/> })}
        <ReviewDone reloads=is_checking/>
        {review.map(|review| view! { <Review review check is_checking is_checked/> })}
        {summary.map(|summary| view! { <Found summary corrections=all.clone() administrators is_reviewing/> })}
        {match submission {
            Some(needs) if needs.in_the_way.is_empty() => view! { <Submission shown needs unanswered/> }.into_any(),
            other => view! {
                {(!is_checking).then(|| gone(SubmitMapping::PATH, |_: OfVersion<TypedTicks>| String::new()))}
                {other.map(|needs| view! { <Submission shown needs unanswered/> })}
            }
            .into_any(),
        }}
        {number.map(|version| view! { <Remarks version first open=open_remarks is_checked is_checking/> })}
        {number.is_some().then(|| view! { <Versions corrections=corrections.clone() is_checked/> })}
        {(can_edit && !is_checking).then(|| view! { <Upload is_first=number.is_none()/> })}
        {(can_edit && !is_checking && !is_begun).then(|| view! { <Begin behind=number/> })}
        {number.is_some().then(|| view! { <Template is_first=false/> })}
    }
}

/// What came of the check of a version, if every line was looked at.
fn summary_of(version: &MappingVersionView) -> Option<MappingSummary> {
    match &version.outcome {
        Some(MappingOutcome::Checked(summary)) if version.state == MappingState::Checked => {
            Some((**summary).clone())
        }
        _ => None,
    }
}

/// What came of the forms that are not shown again with what was typed, unless it is told further below.
#[component]
fn Answers(
    /// The page loads itself again soon.
    is_checking: bool,
    /// The lists of the newest version are shown.
    is_checked: bool,
    /// Accounts are listed to be decided about, each with its forms.
    has_list: bool,
) -> impl IntoView {
    let checked = if is_checking {
        "It is checked again."
    } else if is_checked {
        "Checked again, beside People and the directory as they are now."
    } else {
        // It broke off: its version says so, and nothing is done.
        ""
    };
    view! {
        <Decided is_checking has_list/>
        <Received is_checking/>
        {(!tells_at_list(is_checked)).then(|| view! { <LineDone reloads=is_checking/> })}
        <Answer of=RemoveMappingLine::PATH reloads=is_checking/>
        <Answer of=BackToMapping::PATH reloads=is_checking done="Taken up again, as a new version."/>
        <Answer of=KeepMappingLines::PATH reloads=is_checking done="Taken over, in a new version. The one before is kept below."/>
        <Answer of=CheckMapping::PATH reloads=is_checking done=checked/>
        <Answer of=BeginMapping::PATH reloads=is_checking done="Begun without a file, as a new version."/>
        <Answer of=SettleMappingRemark::PATH reloads=is_checking/>
    }
}

/// Whether what was done to a line is told at the list or the line that the address asks for.
fn tells_at_list(is_checked: bool) -> bool {
    is_checked && Lists::asked().is_some()
}

/// Whether a new check would take back an approval, be it the first one of two.
fn is_approved(review: Option<&MappingReviewView>) -> bool {
    review.is_some_and(|review| {
        review.is_newest && matches!(review.state, ReviewState::Approved | ReviewState::Seconding)
    })
}

/// What every form about a version posts: whose it is, and the version it was made for.
#[component]
fn Hidden(version: i64) -> impl IntoView {
    view! {
        <input type="hidden" name="customer" value=customer().slug/>
        <input type="hidden" name="version" value=version/>
    }
}

/// What a form posts about a version that holds only as its check left it: the next one writes its lines and findings anew, and
/// a form from before is refused then (P-17).
#[component]
fn HiddenShown(shown: Shown) -> impl IntoView {
    view! {
        <input type="hidden" name="customer" value=customer().slug/>
        <input type="hidden" name="shown[version]" value=shown.version/>
        <input type="hidden" name="shown[check]" value=shown.check/>
    }
}

/// What was found, and the one list that the address asks for.
#[component]
fn Found(
    summary: MappingSummary,
    corrections: Corrections,
    administrators: Vec<MappingAdministrator>,
    is_reviewing: bool,
) -> impl IntoView {
    let (version, can_edit) = (corrections.version, corrections.can_edit);
    let (coverage, left_out) = (summary.coverage, summary.left_out);
    let has_undecided = lists_undecided(Some(&summary));
    let proposed = summary.proposed.clone();
    let connected = connected(&corrections);
    let list = match Lists::asked() {
        Some(Lists::Group(group)) => view! { <FindingLines version group connected/> }.into_any(),
        Some(Lists::Line(line)) => {
            let corrections = corrections.clone();
            view! {
                <Allowed permission=Permission::ReadPeople>
                    <Line line corrections=corrections.clone()/>
                </Allowed>
            }
            .into_any()
        }
        Some(Lists::Compare(older)) => view! { <Compare older newer=version connected/> }.into_any(),
        Some(Lists::Missed) => view! { <Missed version/> }.into_any(),
        Some(Lists::All) => view! { <Lines version connected/> }.into_any(),
        Some(Lists::LeftOut) if left_out.is_some() => left_out
            .map(|left_out| view! { <LeftOutLines version left_out connected/> })
            .into_any(),
        // Whoever decides sees what it is about, with what both sides know of everybody.
        _ if is_reviewing => view! { <Lines version connected/> }.into_any(),
        _ => ().into_any(),
    };
    let (decide, undecided) = (corrections.clone(), coverage.undecided);
    let mended = (!summary.groups.is_empty()).then(|| done(FixMapping::PATH, CORRECTED, false));
    view! {
        {left_out.filter(|_| can_edit).map(|left_out| view! { <Forgotten left_out version undecided/> })}
        {mended}
        <Causes groups=summary.groups lines=summary.lines corrections/>
        {tells_at_list(true).then(|| view! { <LineDone reloads=false/> })}
        {list}
        {has_undecided.then(|| view! { <Undecided coverage proposed administrators corrections=decide/> })}
    }
}

/// Whether the page lists accounts that are still to be decided about.
fn lists_undecided(summary: Option<&MappingSummary>) -> bool {
    summary.is_some_and(|summary| summary.coverage.undecided > 0)
}

/// The name of the connected directory, as a line without a target directory means it (D-01).
fn connected(corrections: &Corrections) -> String {
    corrections.targets.first().cloned().unwrap_or_default()
}

/// The target directory of a line: where it says nothing it means the connected one, and is told from a line that names it (D-01).
fn target_of(target: &str, connected: &str) -> String {
    if target.trim().is_empty() {
        format!("(default) {connected}")
    } else {
        target.to_owned()
    }
}

/// For whoever has no file and wants none, or none any more.
#[component]
fn Begin(
    /// The newest version, if there is one.
    behind: Option<i64>,
) -> impl IntoView {
    // P-13: nothing is lost, and nothing taken over silently.
    let before = behind.map(|_| {
        view! {
            <p>"It makes a new version, in which nobody else is decided about: what was decided before is kept, is listed there, and is taken over by one button."</p>
        }
    });
    view! {
        <Panel title="Or map everybody here" id="begin">
            <form method="post" action=BeginMapping::PATH class="in form">
                <Hidden version=behind.unwrap_or_default()/>
                <p>"Without any file: local administrators stay as they are, and for everybody else a username is proposed from the people the test sync found. You accept the proposals by class and decide about the rest one by one."</p>
                {before}
                <div class="actions"><Submit label="Begin without a file" busy="Beginning…"/></div>
            </form>
        </Panel>
    }
}

/// The list that becomes the user mapping, with every account in it.
#[component]
fn Template(
    /// There is no mapping yet: how it is filled in comes first.
    is_first: bool,
) -> impl IntoView {
    let path = customer().path("user-mapping-template");
    let list = view! { <Download path what="the list to fill in"/> };
    if !is_first {
        return view! {
            <Panel title="The list to fill in" id="template">
                <p class="in">"Every account, and who is proposed for it: " {list}</p>
            </Panel>
        }
        .into_any();
    }
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
                <p>"Download the list: " {list}</p>
            </div>
        </Panel>
    }
    .into_any()
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
    /// Lines of an earlier version that a newer one left out, or has as they were before they were corrected.
    LeftOut,
    All,
}

impl Lists {
    fn asked() -> Option<Self> {
        match param(&query(), "line").parse() {
            Ok(line) => Some(Lists::Line(line)),
            Err(_) => Self::listed(),
        }
    }

    /// The list that the page shows, or that its line was opened from.
    fn listed() -> Option<Self> {
        let query = query();
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
