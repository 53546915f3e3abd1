//! The user mapping, as part of the page of its step: a file comes in, is read and checked, and what was found is shown.

mod findings;
mod upload;
mod version;

use domain::user_mapping::{FindingCode, FindingGroup, MappingOutcome, MappingState, Severity};
use domain::views::UserMappingView;
use leptos::prelude::*;

use crate::api::user_mapping::show_user_mapping;
use crate::components::{Download, Loaded, Panel, Tone, customer, param, query};

use findings::{FindingLines, Groups, Targets};
use upload::Upload;
use version::Version;

/// Everything the page of the step shows of the mapping.
#[component]
pub fn UserMapping() -> impl IntoView {
    view! { <Loaded data=show_user_mapping(customer().slug) draw=|mapping| view! { <Mapping mapping/> }/> }
}

#[component]
fn Mapping(mapping: UserMappingView) -> impl IntoView {
    let UserMappingView { can_edit, version } = mapping;
    let number = version.as_ref().map(|version| version.number);
    let summary = version
        .as_ref()
        .and_then(|version| match version.outcome.clone() {
            Some(MappingOutcome::Checked(summary)) => Some(*summary),
            _ => None,
        });
    // While a file is checked the page loads itself again: nobody shall choose another one meanwhile.
    let is_checking = version
        .as_ref()
        .is_some_and(|version| version.state == MappingState::Checking);
    let chosen = chosen().filter(|chosen| {
        let groups = summary.iter().flat_map(|summary| &summary.groups);
        groups.into_iter().any(|group| chosen.is(group))
    });
    let (groups, targets) = summary.map(|summary| (summary.groups, summary.targets)).unzip();
    view! {
        {version.map(|version| view! { <Version version can_edit/> })}
        {groups.map(|groups| view! { <Groups groups/> })}
        {number.zip(chosen).map(|(number, group)| view! { <FindingLines version=number group/> })}
        {targets.map(|targets| view! { <Targets targets/> })}
        {(can_edit && !is_checking).then(|| view! { <Upload/> })}
        <Template/>
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
                     Local for whoever stays. Local administrators are filled in already: they stay as they are."
                </p>
                <p>"Download the list: " <Download path=customer().path("user-mapping-template") what="the list to fill in"/></p>
            </div>
        </Panel>
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
    fn is(&self, group: &FindingGroup) -> bool {
        let example = &group.example;
        (self.code, self.severity) == (example.code, example.severity) && self.about == group.about
    }
}

/// The group the address names, if it names one.
fn chosen() -> Option<Group> {
    let query = query();
    Some(Group {
        code: FindingCode::from_code(&param(&query, "code"))?,
        severity: Severity::from_code(&param(&query, "severity"))?,
        about: param(&query, "about"),
    })
}

const fn tone_of(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Problem,
        Severity::Warning => Tone::Waiting,
        Severity::Notice => Tone::Neutral,
    }
}
