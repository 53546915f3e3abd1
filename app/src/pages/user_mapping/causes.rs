//! What was found in a version, by cause, each with what mends it at once.

use domain::user_mapping::{FindingGroup, MappingFix, Severity};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::{Lists, tone_of};
use crate::api::user_mapping::FixMapping;
use crate::components::{Field, Option_, Panel, SelectField, StateWord, Submit, customer, plural, thousands};

/// Whoever may correct the version, and what may be written as target directory.
#[derive(Clone, Debug)]
pub(super) struct Corrections {
    pub version: i64,
    pub can_edit: bool,
    pub targets: Vec<String>,
}

#[component]
pub(super) fn Causes(groups: Vec<FindingGroup>, corrections: Corrections) -> impl IntoView {
    if groups.is_empty() {
        return ().into_any();
    }
    let note = if corrections.can_edit {
        "by cause, the gravest first; each correction makes a version that you can undo"
    } else {
        "by cause, the gravest first"
    };
    let is_note = |group: &FindingGroup| group.example.severity == Severity::Notice;
    let (notes, graver): (Vec<_>, Vec<_>) = groups.into_iter().partition(is_note);
    let places = graver.len();
    let (nothing, has_notes) = (graver.is_empty(), !notes.is_empty());
    let draw = |first: usize, groups: Vec<FindingGroup>| {
        let numbered = groups.into_iter().enumerate();
        numbered
            .map(|(place, group)| {
                let corrections = corrections.clone();
                view! { <Cause group place=first + place corrections/> }
            })
            .collect_view()
    };
    let count = u64::try_from(notes.len()).unwrap_or(u64::MAX);
    let (graver, notes) = (draw(0, graver), draw(places, notes));
    view! {
        <Panel title="What was found" id="found" note=move || note>
            {nothing.then(|| view! { <p class="in soft">"Nothing is to be mended."</p> })}
            {graver}
            {has_notes.then(|| view! {
                <details class="fold in">
                    <summary>{plural(count, "kind of note", "kinds of notes")} ", for your information"</summary>
                    {notes}
                </details>
            })}
        </Panel>
    }
    .into_any()
}

#[component]
fn Cause(group: FindingGroup, place: usize, corrections: Corrections) -> impl IntoView {
    let severity = group.example.severity;
    let title = group.example.code.title();
    let is_whole = group.is_whole();
    let count = if is_whole {
        String::new()
    } else {
        thousands(group.lines)
    };
    let lines = plural(group.lines, "line", "lines");
    let href = Lists::Group(super::Group::of(&group)).href();
    let sentence = group.example.sentence();
    let first = (!is_whole).then(|| format!("For example line {}: ", thousands(group.example.line)));
    let fixes = (corrections.can_edit && !is_whole && group.lines > 0)
        .then(|| view! { <Fixes group place corrections/> });
    view! {
        <div class="cause">
            <span class="count num">{count}</span>
            <div>
                <h3><StateWord tone=tone_of(severity) word=severity.label()/> " " {title}</h3>
                <p class="why">{first}<bdi>{sentence}</bdi></p>
                {(!is_whole).then(|| view! {
                    <p><a href=href>{format!("See {lines}")}<span class="visually-hidden">{format!(": {title}")}</span></a></p>
                })}
            </div>
            {fixes}
        </div>
    }
}

/// The buttons that mend all lines of a group.
#[component]
fn Fixes(group: FindingGroup, place: usize, corrections: Corrections) -> impl IntoView {
    let Corrections { version, targets, .. } = corrections;
    let is_grave = group.example.severity == Severity::Error;
    let forms = group
        .example
        .code
        .fixes()
        .iter()
        // Nobody can be left in a directory that is not there.
        .filter(|fix| targets.len() > 2 || **fix != MappingFix::LeaveBehind)
        .enumerate()
        .map(|(turn, fix)| {
            let class = if turn == 0 && is_grave { "main" } else { "" };
            let key = format!("value-{place}-{turn}");
            let group = group.clone();
            let value = value_field(*fix, key, &targets);
            view! {
                <form method="post" action=FixMapping::PATH>
                    <input type="hidden" name="customer" value=customer().slug/>
                    <input type="hidden" name="version" value=version/>
                    <input type="hidden" name="code" value=group.example.code.code()/>
                    <input type="hidden" name="severity" value=group.example.severity.code()/>
                    <input type="hidden" name="about" value=group.about/>
                    <input type="hidden" name="fix" value=fix.code()/>
                    {value}
                    <Submit label=fix.label() busy="Correcting…" class of=format!(": {}", group.example.code.title())/>
                </form>
            }
        })
        .collect_view();
    view! { <div class="actions">{forms}</div> }
}

/// Where a fix needs to know what to change to.
fn value_field(fix: MappingFix, key: String, targets: &[String]) -> Option<AnyView> {
    match fix {
        MappingFix::ChangeDomain => Some(
            view! { <Field key label="Domain of the directory" name="value" placeholder="contoso.com" code=true/> }
                .into_any(),
        ),
        MappingFix::ChangeTarget => {
            let options: Vec<Option_> = targets
                .iter()
                .map(|target| Option_::new(target, target))
                .collect();
            Some(view! { <SelectField key label="It means" name="value" options/> }.into_any())
        }
        _ => None,
    }
}
