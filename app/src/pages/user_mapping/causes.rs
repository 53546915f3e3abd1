//! What was found in a version, by cause, each with what mends it at once.

use domain::user_mapping::{FindingCode, FindingGroup, MappingFix, Severity};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::de::IgnoredAny;

use super::again::{CheckAgain, Elsewhere, is_mended_elsewhere};
use super::lines::unused_lines;
use super::{Hidden, Lists, tone_of, under};
use crate::api::take_flash;
use crate::api::user_mapping::{FixMapping, Shown, TypedFix};
use crate::components::{
    Done, Field, Option_, Panel, RefusedAndGone, SelectField, StateWord, Submit, Told, address, awaited,
    customer, kept, plural, thousands,
};

/// Whoever may correct the version, and what may be written as target directory.
#[derive(Clone, Debug)]
pub(super) struct Corrections {
    pub version: i64,
    /// The check that found what is shown of it.
    pub check: i64,
    pub can_edit: bool,
    /// It may be checked again by the way, since no approval would be taken back by that.
    pub can_check: bool,
    pub targets: Vec<String>,
}

impl Corrections {
    /// What the forms are about that hold only as the page shows it.
    pub(super) const fn shown(&self) -> Shown {
        Shown {
            version: self.version,
            check: self.check,
        }
    }
}

/// What is said of a group that was corrected.
pub(super) const CORRECTED: &str = "Corrected, in a new version. The one before is kept below.";

/// What came of the correction of a group. What was typed for it stands in its form again, as long as that is on the page: it is
/// there for the lines of its own version alone.
#[component]
pub(super) fn Corrected(
    corrections: Corrections,
    groups: Vec<FindingGroup>,
    /// The page loads itself again soon, and tells it again then.
    is_checking: bool,
) -> impl IntoView {
    let flash = kept::<TypedFix>(FixMapping::PATH, is_checking);
    awaited(flash, move |kept| {
        let Some(kept) = kept else {
            return ().into_any();
        };
        let ((version, code, severity, about, fix), value) = kept.values;
        let error = match kept.result {
            Err(error) => error,
            // It is told where they stand.
            Ok(_) if !groups.is_empty() => return ().into_any(),
            Ok(_) => return view! { <Done words=CORRECTED again=is_checking/> }.into_any(),
        };
        let is_it = |group: &FindingGroup| {
            let example = &group.example;
            (example.code, example.severity, group.about.as_str()) == (code, severity, about.as_str())
        };
        let is_offered = corrections.can_edit && corrections.version == version && groups.iter().any(is_it);
        let typed = if is_offered || value.is_empty() {
            String::new()
        } else {
            format!("{}, {}: {value}", code.title(), fix.label())
        };
        view! { <RefusedAndGone error typed/> }.into_any()
    })
}

#[component]
pub(super) fn Causes(
    groups: Vec<FindingGroup>,
    /// Of the version, findings or not.
    lines: u64,
    corrections: Corrections,
) -> impl IntoView {
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
                view! { <Cause group place=first + place lines corrections/> }
            })
            .collect_view()
    };
    let is_wrong = |group: &FindingGroup| group.example.severity == Severity::Error && !group.is_whole();
    let has_problems = graver.iter().any(is_wrong);
    let rejects = address(
        &customer().path("user-mapping-lines.csv"),
        [("with", Severity::Error.code())],
    );
    let count = u64::try_from(notes.len()).unwrap_or(u64::MAX);
    let (graver, notes) = (draw(0, graver), draw(places, notes));
    view! {
        <Panel title="What was found" id="found" note=move || note>
            {nothing.then(|| view! { <p class="in soft">"Nothing needs a correction."</p> })}
            {graver}
            {has_problems.then(|| view! {
                <p class="in">
                    <a href=rejects download>"Download the lines with problems"</a>
                    <span class="soft">", each with what is wrong, to correct them elsewhere"</span>
                </p>
            })}
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
fn Cause(group: FindingGroup, place: usize, lines: u64, corrections: Corrections) -> impl IntoView {
    // T-03: then it is no slip of single lines.
    let is_of_the_file = group.example.code == FindingCode::OtherAttribute && group.lines > lines / 2;
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
    // What is said of all lines together may still have lines of its own.
    let listed = match group.example.code {
        FindingCode::MissedMapping => Some(("See all of them", Lists::Missed.href())),
        FindingCode::Dormant => Some(("See these lines", unused_lines())),
        _ => None,
    };
    let sentence = group.example.sentence();
    let code = group.example.code;
    let elsewhere = is_mended_elsewhere(code).then(|| view! { <Elsewhere code/> });
    let again = (corrections.can_check && is_mended_elsewhere(code))
        .then(|| view! { <CheckAgain shown=corrections.shown() of=format!(": {title}")/> });
    let first = (!is_whole).then(|| format!("For example line {}: ", thousands(group.example.line)));
    let is_held = corrections.can_edit && group.example.code.names_holder();
    let fixes = (corrections.can_edit && !is_whole && group.lines > 0)
        .then(|| view! { <Fixes group place corrections/> });
    view! {
        <div class="cause">
            <span class="count num">{count}</span>
            <div>
                <h3><StateWord tone=tone_of(severity) word=severity.label()/> " " {title}</h3>
                <p class="why" id=cause_id(place)>{first}<bdi>{sentence}</bdi></p>
                {is_of_the_file.then(|| view! {
                    <p class="why">"Most lines are so: the file seems to be made from another column than the one the sync goes by, e-mail addresses in place of user principal names, say."</p>
                })}
                {is_held.then(|| view! { <p class="why">"Open the line to rename that account aside."</p> })}
                {(!is_whole).then(|| view! {
                    <p><a href=href>{format!("See {lines}")}<span class="visually-hidden">{format!(": {title}")}</span></a></p>
                })}
                {listed.map(|(words, href)| view! {
                    <p><a href=href>{words}<span class="visually-hidden">{format!(": {title}")}</span></a></p>
                })}
                {elsewhere}
            </div>
            {fixes}
            {again}
        </div>
    }
}

/// The id of the sentence that says what was found, by the place of its group.
fn cause_id(place: usize) -> String {
    format!("cause-{place}")
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
            let (of, fix_of, names) = (group.clone(), *fix, targets.clone());
            let told = Told {
                ids: vec![cause_id(place)],
                is_wrong: false,
            };
            let value = fix
                .needs_value()
                .then(|| view! { <ValueField group=of fix=fix_of key version targets=names told/> });
            view! {
                <form method="post" action=FixMapping::PATH>
                    <Hidden version/>
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

/// Where a fix needs to know what to change to. What was refused is kept, with why.
#[component]
fn ValueField(
    group: FindingGroup,
    fix: MappingFix,
    key: String,
    version: i64,
    targets: Vec<String>,
    told: Told,
) -> impl IntoView {
    let (code, severity) = (group.example.code, group.example.severity);
    let of = (version, code, severity, group.about.clone(), fix);
    awaited(
        take_flash::<TypedFix, IgnoredAny>(FixMapping::PATH),
        move |kept| {
            let kept = kept.filter(|kept| kept.values.0 == of);
            let typed = kept
                .as_ref()
                .and_then(|kept| kept.refused().map(|(_, typed)| typed.clone()));
            let error = kept
                .and_then(|kept| kept.result.err())
                .map(|error| under(error, |_| key.clone()));
            if fix == MappingFix::ChangeTarget {
                // T-13: what the lines say is known, and meant to be another one.
                let is_known = code == FindingCode::LocalInScope;
                let label = if is_known { "Target directory" } else { "It means" };
                let value = typed.unwrap_or_else(|| meant(&group, &targets));
                // Whatever stands first would be chosen by one click: nobody has said yet what is meant (D-05).
                let mut options = vec![Option_::new("", "Choose…")];
                options.extend(targets.iter().map(|target| Option_::new(target, target)));
                view! { <SelectField key label name="value" options value error told/> }.into_any()
            } else {
                let value = typed.unwrap_or_default();
                view! { <Field key label="Domain of the directory" name="value" value placeholder="contoso.com" code=true error told/> }
                    .into_any()
            }
        },
    )
}

/// The directory that a misspelt name probably means (D-08); empty where nothing says which.
fn meant(group: &FindingGroup, targets: &[String]) -> String {
    let is_slip = group.example.code == FindingCode::TargetSlip;
    let mut known = targets.iter();
    known
        .find(|target| is_slip && **target == group.about)
        .cloned()
        .unwrap_or_default()
}
