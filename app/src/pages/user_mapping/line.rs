//! One line: what was found about it, how it is corrected, what both sides say about it.

use domain::Permission;
use domain::people::Directory;
use domain::user_mapping::{Column, Severity};
use domain::views::{FoundUsername, MappingHolder, MappingLineFinding, MappingLineView, MappingRemark};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::causes::Corrections;
use super::lines::{Change, account, person};
use super::search::{Search, Whose};
use super::{Lists, kept, tone_of, under};
use crate::Package;
use crate::api::take_flash;
use crate::api::user_mapping::{
    AddMappingLine, OfLine, RemarkOnMapping, RemoveMappingLine, TypedLine, WriteMappingLine,
    show_mapping_line,
};
use crate::components::{
    Allowed, Field, Loaded, Option_, Panel, RefusedAndGone, SelectField, StateWord, Submit, TextArea, Told,
    WhyRefused, awaited, customer, gone_unless, param, query, thousands,
};

#[component]
pub(super) fn Line(line: u64, corrections: Corrections, remarks: Vec<MappingRemark>) -> impl IntoView {
    let place = (corrections.version, line);
    let data = show_mapping_line(customer().slug, place, param(&query(), "person"));
    let form = corrections.can_edit.then_some(place);
    view! {
        {gone_unless::<OfLine<TypedLine>>(WriteMappingLine::PATH, move |(of, _)| Some(*of) == form, |(of, typed)| of_line(of, cells(typed)))}
        {gone_unless::<OfLine<TypedLine>>(AddMappingLine::PATH, move |(of, _)| Some(*of) == form, |(of, typed)| of_line(of, cells(typed)))}
        {gone_unless::<OfLine<String>>(RemarkOnMapping::PATH, move |(of, _)| *of == place || of.1 == 0, |(of, typed)| of_line(of, typed))}
        <Loaded data draw=move |view| view! { <Body view corrections=corrections.clone() remarks=remarks.clone()/> }/>
    }
}

/// What was refused of a line while the page shows none: the next version is being checked, and then it is told again at the
/// line; or it could not be read.
pub(super) fn unplaced(is_checking: bool) -> impl IntoView {
    view! {
        {unplaced_of::<TypedLine>(WriteMappingLine::PATH, is_checking, cells)}
        {unplaced_of::<TypedLine>(AddMappingLine::PATH, is_checking, cells)}
        {unplaced_of::<String>(RemarkOnMapping::PATH, is_checking, |said| said)}
    }
}

/// The same of the form at `path`; `words` is what was typed in it.
fn unplaced_of<T: DeserializeOwned + Send + 'static>(
    path: &'static str,
    is_checking: bool,
    words: fn(T) -> String,
) -> AnyView {
    awaited(kept::<OfLine<T>>(path, is_checking), move |kept| {
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

/// What was typed into a line, in one.
fn cells((existing, new, target): TypedLine) -> String {
    let cells = [existing, new, target].into_iter();
    cells
        .filter(|cell| !cell.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

#[component]
fn Body(view: MappingLineView, corrections: Corrections, remarks: Vec<MappingRemark>) -> impl IntoView {
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
    let aside = holder
        .filter(|_| can_edit)
        .map(|holder| view! { <AsideForm line corrections=beside holder/> });
    let keep = keeps
        .filter(|_| can_edit)
        .map(|own| view! { <KeepForm version line existing own/> });
    let form = can_edit.then(|| view! { <LineForm line corrections typed told found/> });
    view! {
        <Panel title id="lines">
            <div class="in form">
                <dl class="facts">
                    <dt>"Change"</dt><dd><Change row=change/></dd>
                    <dt>"Account of People"</dt><dd>{account(row.account)}</dd>
                    <dt>"Person of the directory"</dt><dd>{person(row.person)}</dd>
                </dl>
                <ul role="list">{findings}</ul>
                {holding.map(|holder| view! {
                    <dl class="facts">
                        <dt>"Whoever has the new username"</dt>
                        <dd><span class="name"><bdi>{holder.username}</bdi></span><br/>{account(holder.account)}</dd>
                    </dl>
                })}
                {aside}
                {keep}
                {form}
                <Allowed permission=Permission::Comment><RemarkForm version line remarks=remarks.clone()/></Allowed>
            </div>
        </Panel>
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
            let kept = kept.filter(|kept| kept.values.0 == (version, line));
            let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
            let whose = Whose::Line {
                line,
                existing: typed.0.clone(),
                target: typed.2.clone(),
            };
            let (existing, new, target) = kept
                .and_then(|kept| kept.refused().cloned())
                .map_or(typed, |(_, typed)| typed);
            let options = target_options(&targets, &target);
            let [of_existing, of_new, of_target] = told;
            view! {
            <h3>"Correct this line"</h3>
            <form method="post" action=WriteMappingLine::PATH class="form" data-line=customer().path("user-mapping/known")>
                <WhyRefused error=error.clone()/>
                <Hidden version line/>
                <Field key="existing" label=Column::Existing.label() value=existing code=true error=error.clone() told=of_existing/>
                <Field key="new" label=Column::New.label() value=new code=true error=error.clone() told=of_new/>
                <SelectField key="target" label=Column::Target.label() options value=target error told=of_target/>
                <Typed/>
                <div class="actions"><Submit label="Save and check" busy="Checking…" class="main"/></div>
            </form>
            <form method="post" action=RemoveMappingLine::PATH>
                <Hidden version line/>
                <div class="actions"><Submit label="Remove this line" busy="Removing…" class="quiet"/></div>
            </form>
            <Search whose found version/>
        }
        .into_any()
        },
    )
}

/// What is to be said of the line while it is typed: only scripts fill it (`crates/mapping-worker`).
#[component]
fn Typed() -> impl IntoView {
    let script = use_context::<Package>().map(|package| format!("/{}/mapping-line.js", package.0));
    view! {
        <div data-part="typed" aria-live="polite" hidden>
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

/// One of several lines that give their accounts one new username: the others may have it, if this account stays as it is (X-04,
/// `own`: the username that it has.
#[component]
fn KeepForm(version: i64, line: u64, existing: String, own: String) -> impl IntoView {
    let words = format!(
        "Two people never become one. If another line is the right one, this account keeps the username {own} and stays local."
    );
    view! {
        <h3>"Keep this one as it is"</h3>
        <form method="post" action=WriteMappingLine::PATH class="form">
            <Hidden version line/>
            <input type="hidden" name="existing" value=existing/>
            <input type="hidden" name="new" value=own/>
            <input type="hidden" name="target" value=Directory::LOCAL/>
            <p><bdi>{words}</bdi></p>
            <div class="actions"><Submit label="Keep it" busy="Checking…"/></div>
        </form>
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
            let (existing, new, target) = kept.and_then(|kept| kept.refused().cloned()).map_or_else(
                || (holder.username.clone(), String::new(), preset.to_owned()),
                |(_, typed)| typed,
            );
            let mut options = vec![Option_::new("", "Choose…")];
            options.extend(targets.iter().map(|name| Option_::new(name, name)));
            view! {
            <h3>"Rename whoever has the username"</h3>
            <form method="post" action=AddMappingLine::PATH class="form">
                <WhyRefused error=error.clone()/>
                <Hidden version line/>
                <p>"An account without a line has the new username of this one. A line that gives it another username frees this one."</p>
                <Field key="aside-existing" label="Username it has today" name="existing" value=existing code=true error=error.clone()/>
                <Field key="aside-new" label="Username it gets" name="new" value=new code=true error=error.clone()/>
                <SelectField key="aside-target" label="Where it belongs" name="target" options value=target error/>
                <div class="actions"><Submit label="Rename it aside" busy="Checking…"/></div>
            </form>
        }
        .into_any()
        },
    )
}

#[component]
fn Hidden(version: i64, line: u64) -> impl IntoView {
    view! {
        <input type="hidden" name="customer" value=customer().slug/>
        <input type="hidden" name="version" value=version/>
        <input type="hidden" name="line" value=line/>
    }
}

#[component]
fn RemarkForm(version: i64, line: u64, remarks: Vec<MappingRemark>) -> impl IntoView {
    let said = remarks
        .into_iter()
        .filter(|remark| remark.line == Some(line))
        .map(|remark| view! { <li><super::review::Said remark/></li> })
        .collect_view();
    awaited(
        take_flash::<OfLine<String>, ()>(RemarkOnMapping::PATH),
        move |kept| {
            let kept = kept.filter(|kept| kept.values.0 == (version, line));
            let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
            let refused = kept.and_then(|kept| kept.refused().cloned());
            let typed = refused.map(|(_, said)| said).unwrap_or_default();
            view! {
            <h3>"Said about this line"</h3>
            <ul role="list" class="form">{said}</ul>
            <form method="post" action=RemarkOnMapping::PATH class="form">
                <WhyRefused error=error.clone()/>
                <Hidden version line/>
                <TextArea key="text" label="Your remark" prose=true value=typed error help="Both sides read it, and it goes along with the line as long as the line says the same. A question waits for the other side, and the mapping stays where it is."/>
                <div class="actions">
                    <Submit label="Add the remark" busy="Adding…"/>
                    <Submit label="Ask" busy="Asking…" name="asks" value="true"/>
                </div>
            </form>
            <p><a href=Lists::All.href()>"Show all lines"</a></p>
        }
        .into_any()
        },
    )
}
