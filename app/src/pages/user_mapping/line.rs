//! One line: what was found about it, how it is corrected, what both sides say about it.

use domain::UserError;
use domain::people::Directory;
use domain::user_mapping::{Column, Severity};
use domain::views::{AccountEvidence, FoundUsername, MappingHolder, MappingLineFinding, MappingLineView};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::along::{Carried, Ways, list_to_go_on};
use super::causes::Corrections;
use super::lines::{Change, account, person};
use super::remarks::LineRemarks;
use super::search::{FoundPeople, SearchInForm, Whose};
use super::{Hidden, tone_of, under};
use crate::Package;
use crate::api::user_mapping::{
    AddMappingLine, AnswerMappingQuestion, EnterMappingLine, OfLine, RemarkOnMapping, RemoveMappingLine,
    TypedAnswer, TypedLine, WriteMappingLine, show_mapping_line,
};
use crate::api::{ApiError, take_flash};
use crate::components::{
    Field, Loaded, Option_, Panel, RefusedAndGone, SelectField, StateWord, Submit, Told, WhyRefused, awaited,
    customer, gone_unless, kept, param, query, thousands,
};

#[component]
pub(super) fn Line(line: u64, corrections: Corrections) -> impl IntoView {
    let version = corrections.version;
    let place = (version, line);
    let person = param(&query(), "person");
    let data = show_mapping_line(customer().slug, place, person, list_to_go_on());
    let form = corrections.can_edit.then_some(place);
    let draw = move |found: Option<(MappingLineView, Option<u64>)>| match found {
        Some((view, next)) => view! { <Body view next corrections=corrections.clone()/> }.into_any(),
        None => view! { <NoLine/> }.into_any(),
    };
    view! {
        {gone_unless::<OfLine<TypedLine>>(WriteMappingLine::PATH, move |(of, _)| Some(*of) == form, |(of, typed)| of_line(of, cells(typed)))}
        {gone_unless::<OfLine<TypedLine>>(AddMappingLine::PATH, move |(of, _)| Some(*of) == form, |(of, typed)| of_line(of, cells(typed)))}
        {gone_unless::<OfLine<String>>(RemarkOnMapping::PATH, move |(of, _)| *of == place || of.1 == 0, |(of, typed)| of_line(of, typed))}
        <Loaded data draw/>
        <LineRemarks version line/>
    }
}

/// The address asks for a line that the version does not have: it may have had more of them once.
#[component]
fn NoLine() -> impl IntoView {
    view! {
        <Panel title="Lines" id="lines">
            <div class="in form">
                <p>"This version has no such line."</p>
                <Ways next=None/>
            </div>
        </Panel>
    }
}

/// What was refused of a line while the page shows none: the next version is being checked, and then it is told again at the
/// line; or it could not be read. Answers are told among what was said, once that can be answered.
pub(super) fn unplaced(is_checking: bool) -> impl IntoView {
    view! {
        {unplaced_of::<TypedLine>(WriteMappingLine::PATH, is_checking, cells)}
        {unplaced_of::<TypedLine>(AddMappingLine::PATH, is_checking, cells)}
        {unplaced_of::<String>(RemarkOnMapping::PATH, is_checking, |said| said)}
        {is_checking.then(|| unplaced_of::<TypedAnswer>(AnswerMappingQuestion::PATH, is_checking, |(_, said)| said))}
    }
}

/// The same of the form at `path`; `words` is what was typed in it.
fn unplaced_of<T: DeserializeOwned + Send + 'static>(
    path: &'static str,
    is_checking: bool,
    words: fn(T) -> String,
) -> AnyView {
    awaited(kept::<OfLine<T>>(path, is_checking), move |kept| {
        // What is said of all lines has its form, once the page does not load itself again any more.
        let kept = kept.filter(|kept| is_checking || kept.values.0.1 > 0);
        kept.and_then(|kept| {
            let (place, typed) = kept.values;
            Some((kept.result.err()?, of_line(place, words(typed))))
        })
        .map(|(error, typed)| view! { <RefusedAndGone error typed/> })
        .into_any()
    })
}

/// What was typed, with the line it was typed for; line 0: for all of them.
pub(super) fn of_line((_, line): (i64, u64), typed: String) -> String {
    if typed.is_empty() || line == 0 {
        typed
    } else {
        format!("Line {}: {typed}", thousands(line))
    }
}

/// What was typed into a line when a person was looked for, and the version that it was typed for: the address has it.
fn typed_in_address() -> Option<(i64, TypedLine)> {
    let query = query();
    let version = param(&query, "version").parse().ok()?;
    let [existing, new, target] = ["existing", "new", "target"].map(|cell| param(&query, cell));
    Some((version, (existing, new, target)))
}

/// What was typed into a line, in one.
fn cells((existing, new, target): TypedLine) -> String {
    let cells = [existing, new, target].into_iter();
    cells
        .filter(|cell| !cell.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

#[component]
fn Body(
    view: MappingLineView,
    /// The line behind it, of the list that it was opened from.
    next: Option<u64>,
    corrections: Corrections,
) -> impl IntoView {
    let MappingLineView {
        row,
        findings,
        found,
        holder,
        keeps,
    } = view;
    let line = row.line;
    let title = format!("Line {}", thousands(line));
    let told = [Column::Existing, Column::New, Column::Target].map(|column| told_of(&findings, column));
    let findings = findings
        .into_iter()
        .enumerate()
        .map(|(place, finding)| {
            let severity = finding.severity;
            view! { <li id=finding_id(place)><StateWord tone=tone_of(severity) word=severity.label()/> " " <bdi>{finding.sentence}</bdi></li> }
        })
        .collect_view();
    let change = row.clone();
    let typed = (row.existing.clone(), row.new.clone(), row.target.clone());
    let version = corrections.version;
    let (can_edit, beside) = (corrections.can_edit, corrections.clone());
    let (existing, holding) = (row.existing.clone(), holder.clone());
    let aside = can_edit.then(|| view! { <Aside line corrections=beside holder/> });
    let stays = stays(row.account.as_ref(), &corrections.targets);
    let keep = keeps
        .filter(|_| can_edit)
        .map(|own| view! { <KeepForm version line existing own stays/> });
    let form = can_edit.then(|| view! { <LineForm line corrections typed told found/> });
    view! {
        <Panel title id="lines">
            <div class="in form">
                <Ways next/>
                <dl class="facts">
                    <dt>"Change"</dt><dd><Change row=change/></dd>
                    <dt>"Account of People"</dt><dd>{account(row.account)}</dd>
                    <dt>"Person of the directory"</dt><dd>{person(row.person)}</dd>
                </dl>
                <ul role="list">{findings}</ul>
                {holding.map(|holder| view! { <Holding holder/> })}
                {aside}
                {keep}
                {form}
            </div>
        </Panel>
    }
}

/// Whoever had the new username when the line was checked.
#[component]
fn Holding(holder: MappingHolder) -> impl IntoView {
    let since = match (&holder.account, holder.has_it) {
        (None, _) => Some("It is gone since the check. Check again."),
        (Some(_), false) => Some("It has another username since the check. Check again."),
        (Some(_), true) => None,
    };
    let evidence = holder.account.map(|evidence| account(Some(evidence)));
    view! {
        <dl class="facts">
            <dt>"Whoever has the new username"</dt>
            <dd>
                <span class="name"><bdi>{holder.username}</bdi></span><br/>
                {evidence}
                {since.map(|words| view! { <p class="why">{words}</p> })}
            </dd>
        </dl>
    }
}

/// The id of a sentence about the line, by its place among them.
fn finding_id(place: usize) -> String {
    format!("finding-{place}")
}

/// What was found about a cell. What is about the whole line is told with its first cell.
fn told_of(findings: &[MappingLineFinding], column: Column) -> Told {
    let mut told = Told::default();
    for (place, finding) in findings.iter().enumerate() {
        if finding.column.unwrap_or(Column::Existing) == column {
            told.ids.push(finding_id(place));
            told.is_wrong |= finding.severity == Severity::Error;
        }
    }
    told
}

#[component]
fn LineForm(
    line: u64,
    corrections: Corrections,
    typed: TypedLine,
    /// Of each cell, in the order of the fields.
    told: [Told; 3],
    found: Vec<FoundUsername>,
) -> impl IntoView {
    let Corrections { version, targets, .. } = corrections;
    awaited(
        take_flash::<OfLine<TypedLine>, IgnoredAny>(WriteMappingLine::PATH),
        move |kept| {
            // What was refused came later than what the address has.
            let looked = typed_in_address().filter(|(_, cells)| kept.is_none() && *cells != typed);
            let kept = kept.filter(|kept| kept.values.0 == (version, line));
            let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
            let refused = kept
                .and_then(|kept| kept.refused().cloned())
                .map(|(_, typed)| typed);
            // In the form of another version it would be saved for somebody else's line.
            let is_of_it = looked.as_ref().is_some_and(|(of, _)| *of == version);
            let (looked, lost) = if is_of_it { (looked, None) } else { (None, looked) };
            let is_unsaved = looked.is_some();
            let looked = looked.map(|(_, typed)| typed);
            let (existing, new, target) = refused.or(looked).unwrap_or(typed);
            let whose = Whose::Line {
                line,
                existing: existing.clone(),
                target: target.clone(),
            };
            let options = target_options(&targets, &target);
            let [of_existing, of_new, of_target] = told;
            view! {
            {lost.map(|typed| view! { <Outdated typed line/> })}
            <h3 id="correct">"Correct this line"</h3>
            <form method="post" action=WriteMappingLine::PATH class="form" aria-labelledby="correct" data-line=customer().path("user-mapping/known")>
                <ByEnter/>
                <WhyRefused error=error.clone()/>
                {is_unsaved.then(|| view! { <p>"What you typed is kept below. It is not saved yet."</p> })}
                <HiddenLine version line/>
                <Carried/>
                <Field key="existing" label=Column::Existing.label() value=existing code=true error=error.clone() told=of_existing/>
                <Field key="new" label=Column::New.label() value=new code=true error=error.clone() told=of_new/>
                <SelectField key="target" label=Column::Target.label() options value=target error told=of_target/>
                <Typed/>
                <div class="actions"><Submit label="Save and check" busy="Checking…" class="main"/></div>
                <SearchInForm/>
            </form>
            <FoundPeople whose found version/>
            <form method="post" action=RemoveMappingLine::PATH>
                <HiddenLine version line/>
                <div class="actions"><Submit label="Remove this line" busy="Removing…" class="quiet"/></div>
            </form>
        }
        .into_any()
        },
    )
}

/// That what was typed for an older version was not saved.
#[component]
fn Outdated(typed: (i64, TypedLine), line: u64) -> impl IntoView {
    let (version, typed) = typed;
    let typed = of_line((version, line), cells(typed));
    view! { <RefusedAndGone error=ApiError::User(UserError::Changed) typed/> }
}

/// What Enter in a field of the line presses is the first button of its form. It is none of those that are seen: in the field of
/// the search somebody is looked for, and elsewhere the line is saved.
#[component]
fn ByEnter() -> impl IntoView {
    view! { <button type="submit" class="visually-hidden" tabindex="-1" aria-hidden="true" formaction=EnterMappingLine::PATH>"Save and check"</button> }
}

/// What is to be said of the line while it is typed: only scripts fill it (`crates/mapping-worker`).
#[component]
fn Typed() -> impl IntoView {
    let script = use_context::<Package>().map(|package| format!("/{}/mapping-line.js", package.0));
    view! {
        <div data-part="typed" data-empty="Enter a username, or remove the line." aria-live="polite" hidden>
            <p class="soft">"Nothing is wrong with the line by itself. People and the directory are compared once it is saved."</p>
            <ul role="list"></ul>
        </div>
        {script.map(|src| view! { <script type="module" nonce=use_nonce() src=src></script> })}
    }
}

/// What a line may say as its target directory; what it says now is among it.
fn target_options(targets: &[String], target: &str) -> Vec<Option_> {
    let mut options = vec![Option_::new("", "The connected directory")];
    options.extend(targets.iter().skip(1).map(|name| Option_::new(name, name)));
    if !options.iter().any(|option| option.value == target) {
        options.push(Option_::new(target, target));
    }
    options
}

/// What an account may do that keeps its username, by the directory it belongs to.
#[derive(Debug, PartialEq, Eq)]
struct Stays {
    /// Where it stays, in words behind "keeps its username".
    words: String,
    /// What its line says as target directory, and the button that says so.
    ways: Vec<(String, String)>,
}

/// `targets`: the connected directory, Local, the directories before.
fn stays(account: Option<&AccountEvidence>, targets: &[String]) -> Stays {
    let directory = account.map_or(Directory::LOCAL, |account| account.directory.as_str());
    let local = Directory::LOCAL.to_owned();
    if directory == Directory::LOCAL {
        return Stays {
            words: "and stays local".to_owned(),
            ways: vec![(local, "Keep it".to_owned())],
        };
    }
    let is_old = targets.iter().skip(2).any(|name| name == directory);
    // D-01: without a word it is the connected directory.
    let stays = if is_old {
        (directory.to_owned(), format!("Leave it in {directory}"))
    } else {
        (String::new(), format!("Keep it in {directory}"))
    };
    // D-10.
    Stays {
        words: format!("and stays in {directory}, or becomes local, and needs a local password"),
        ways: vec![stays, (local, "Make it local".to_owned())],
    }
}

/// One of several lines that give their accounts one new username: the others may have it, if this account stays as it is (X-04,
/// `own`: the username that it has.
#[component]
fn KeepForm(version: i64, line: u64, existing: String, own: String, stays: Stays) -> impl IntoView {
    let words = format!(
        "Two people never become one. If another line is the right one, this account keeps the username {own} {}.",
        stays.words
    );
    let buttons = stays
        .ways
        .into_iter()
        .map(|(target, label)| view! { <Submit label busy="Checking…" name="target" value=target/> })
        .collect_view();
    view! {
        <h3>"Keep this one as it is"</h3>
        <form method="post" action=WriteMappingLine::PATH class="form">
            <HiddenLine version line/>
            <input type="hidden" name="existing" value=existing/>
            <input type="hidden" name="new" value=own/>
            <p><bdi>{words}</bdi></p>
            <div class="actions">{buttons}</div>
        </form>
    }
}

/// The form for whoever has the new username of the line, as long as they have it; else what was typed in it, if it was refused.
#[component]
fn Aside(line: u64, corrections: Corrections, holder: Option<MappingHolder>) -> impl IntoView {
    let place = (corrections.version, line);
    match holder.filter(|holder| holder.has_it && holder.account.is_some()) {
        Some(holder) => view! { <AsideForm line corrections holder/> }.into_any(),
        // What was typed for another line is told above.
        None => gone_unless::<OfLine<TypedLine>>(
            AddMappingLine::PATH,
            move |(of, _)| *of != place,
            |(of, typed)| of_line(of, cells(typed)),
        ),
    }
}

/// A line for the account that has the new username of this one, and none of its own (P-09 to P-11). Where somebody works with it
/// nothing says where it belongs: that is chosen.
#[component]
fn AsideForm(line: u64, corrections: Corrections, holder: MappingHolder) -> impl IntoView {
    let Corrections { version, targets, .. } = corrections;
    awaited(
        take_flash::<OfLine<TypedLine>, IgnoredAny>(AddMappingLine::PATH),
        move |kept| {
            let kept = kept.filter(|kept| kept.values.0 == (version, line));
            let error = kept
                .as_ref()
                .and_then(|kept| kept.result.clone().err())
                .map(|error| under(error, |field| format!("aside-{field}")));
            let preset = if holder.is_active { "" } else { Directory::LOCAL };
            let (_, new, target) = kept.and_then(|kept| kept.refused().cloned()).map_or_else(
                || (String::new(), String::new(), preset.to_owned()),
                |(_, typed)| typed,
            );
            let existing = holder.username;
            let wrong = error.as_ref().and_then(|error| error.of_field("aside-existing"));
            let mut options = vec![Option_::new("", "Choose…")];
            options.extend(targets.iter().map(|name| Option_::new(name, name)));
            view! {
            <h3 id="aside">"Rename whoever has the username"</h3>
            <form method="post" action=AddMappingLine::PATH class="form" aria-labelledby="aside">
                <WhyRefused error=error.clone()/>
                <HiddenLine version line/>
                <input type="hidden" name="existing" value=existing.clone()/>
                <p id="aside-existing" tabindex="-1">"An account without a line has the new username of this one: " <span class="name"><bdi>{existing}</bdi></span> ". A line that gives it another username frees this one."</p>
                {wrong.map(|words| view! { <p class="error">{words}</p> })}
                <Field key="aside-new" label=Column::New.label() name="new" value=new code=true error=error.clone()/>
                <SelectField key="aside-target" label=Column::Target.label() name="target" options value=target error/>
                <div class="actions"><Submit label="Rename it aside" busy="Checking…"/></div>
            </form>
        }
        .into_any()
        },
    )
}

#[component]
pub(super) fn HiddenLine(version: i64, line: u64) -> impl IntoView {
    view! {
        <Hidden version/>
        <input type="hidden" name="line" value=line/>
    }
}

#[cfg(test)]
mod tests {
    use domain::views::When;

    use super::*;

    /// An account of this directory.
    fn of(directory: &str) -> AccountEvidence {
        AccountEvidence {
            id: String::new(),
            name: String::new(),
            state: String::new(),
            directory: directory.to_owned(),
            created: When {
                words: String::new(),
                iso: String::new(),
            },
            last_sign_in: None,
        }
    }

    #[test]
    fn x_04_and_d_10_only_who_is_local_stays_local() {
        let targets = ["Microsoft Entra ID", "Local", "Old AD"].map(str::to_owned);
        let kept = |directory: &str| stays(Some(&of(directory)), &targets);
        let said = |directory: &str| -> Vec<String> {
            let ways = kept(directory).ways.into_iter();
            ways.map(|(target, _)| target).collect()
        };
        assert_eq!(said("Local"), ["Local"]);
        assert_eq!(said("Old AD"), ["Old AD", "Local"]);
        assert_eq!(said("Microsoft Entra ID"), ["", "Local"], "D-01");
        assert_eq!(kept("Local").words, "and stays local");
        let words = kept("Old AD").words;
        assert!(
            words.contains("becomes local, and needs a local password"),
            "{words}"
        );
    }
}
