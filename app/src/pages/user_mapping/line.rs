//! One line: what was found about it, how it is corrected, what both sides say about it.

use domain::Permission;
use domain::user_mapping::Column;
use domain::views::{FoundUsername, MappingLineView, MappingRemark};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::de::IgnoredAny;

use super::causes::Corrections;
use super::lines::{Change, account, person};
use super::{Lists, tone_of};
use crate::api::take_flash;
use crate::api::user_mapping::{
    OfLine, RemarkOnMapping, RemoveMappingLine, TypedLine, WriteMappingLine, show_mapping_line,
};
use crate::components::{
    Allowed, Field, Filters, Loaded, Option_, Panel, SelectField, StateWord, Submit, TextArea, WhyRefused,
    awaited, customer, gone_unless, param, query, thousands,
};

#[component]
pub(super) fn Line(line: u64, corrections: Corrections, remarks: Vec<MappingRemark>) -> impl IntoView {
    let place = (corrections.version, line);
    let data = show_mapping_line(customer().slug, place, param(&query(), "person"));
    let form = corrections.can_edit.then_some(place);
    view! {
        {gone_unless::<OfLine<TypedLine>>(WriteMappingLine::PATH, move |(of, _)| Some(*of) == form, |(of, typed)| of_line(of, cells(typed)))}
        {gone_unless::<OfLine<String>>(RemarkOnMapping::PATH, move |(of, _)| *of == place, |(of, typed)| of_line(of, typed))}
        <Loaded data draw=move |view| view! { <Body view corrections=corrections.clone() remarks=remarks.clone()/> }/>
    }
}

/// What was typed, with the line it was typed for.
fn of_line((_, line): (i64, u64), typed: String) -> String {
    if typed.is_empty() {
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
    let MappingLineView { row, findings, found } = view;
    let line = row.line;
    let title = format!("Line {}", thousands(line));
    let findings = findings
        .into_iter()
        .map(|finding| {
            let severity = finding.severity;
            view! { <li><StateWord tone=tone_of(severity) word=severity.label()/> " " <bdi>{finding.sentence}</bdi></li> }
        })
        .collect_view();
    let change = row.clone();
    let typed = (row.existing.clone(), row.new.clone(), row.target.clone());
    let version = corrections.version;
    let form = corrections
        .can_edit
        .then(|| view! { <LineForm line corrections typed found/> });
    view! {
        <Panel title id="lines">
            <div class="in form">
                <dl class="facts">
                    <dt>"Change"</dt><dd><Change row=change/></dd>
                    <dt>"Account of People"</dt><dd>{account(row.account)}</dd>
                    <dt>"Person of the directory"</dt><dd>{person(row.person)}</dd>
                </dl>
                <ul role="list">{findings}</ul>
                {form}
                <Allowed permission=Permission::Comment><RemarkForm version line remarks=remarks.clone()/></Allowed>
            </div>
        </Panel>
    }
}

#[component]
fn LineForm(
    line: u64,
    corrections: Corrections,
    typed: TypedLine,
    found: Vec<FoundUsername>,
) -> impl IntoView {
    let Corrections { version, targets, .. } = corrections;
    awaited(
        take_flash::<OfLine<TypedLine>, IgnoredAny>(WriteMappingLine::PATH),
        move |kept| {
            let kept = kept.filter(|kept| kept.values.0 == (version, line));
            let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
            let (existing, new, target) = kept
                .and_then(|kept| kept.refused().cloned())
                .map_or_else(|| typed.clone(), |(_, typed)| typed);
            let mut options = vec![Option_::new("", "The connected directory")];
            options.extend(targets.iter().skip(1).map(|name| Option_::new(name, name)));
            if !options.iter().any(|option| option.value == target) {
                options.push(Option_::new(&target, &target));
            }
            view! {
            <h3>"Correct this line"</h3>
            <form method="post" action=WriteMappingLine::PATH class="form">
                <WhyRefused error=error.clone()/>
                <Hidden version line/>
                <Field key="existing" label=Column::Existing.label() value=existing code=true error=error.clone()/>
                <Field key="new" label=Column::New.label() value=new code=true error=error.clone()/>
                <SelectField key="target" label=Column::Target.label() options value=target error/>
                <div class="actions"><Submit label="Save and check" busy="Checking…" class="main"/></div>
            </form>
            <form method="post" action=RemoveMappingLine::PATH>
                <Hidden version line/>
                <div class="actions"><Submit label="Remove this line" busy="Removing…" class="quiet"/></div>
            </form>
            <Search line found version typed=typed.clone()/>
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

/// People of the directory, to take a username from.
#[component]
fn Search(line: u64, found: Vec<FoundUsername>, version: i64, typed: TypedLine) -> impl IntoView {
    let search = param(&query(), "person");
    let is_searched = !search.is_empty();
    let nobody = is_searched && found.is_empty();
    let (existing, _, target) = typed;
    let rows = found
        .into_iter()
        .map(|person| {
            let (existing, target) = (existing.clone(), target.clone());
            let scope = if person.in_scope { "in a synchronised group" } else { "in no synchronised group" };
            view! {
                <li>
                    <form method="post" action=WriteMappingLine::PATH class="row">
                        <Hidden version line/>
                        <input type="hidden" name="existing" value=existing/>
                        <input type="hidden" name="new" value=person.username.clone()/>
                        <input type="hidden" name="target" value=target/>
                        <span><bdi>{person.name}</bdi> " " <span class="name"><bdi>{person.username.clone()}</bdi></span>
                            <br/><span class="why"><bdi>{person.mail}</bdi> ", " {scope}</span></span>
                        <Submit label="Take this username" busy="Checking…" of=format!(" {}", person.username)/>
                    </form>
                </li>
            }
        })
        .collect_view();
    view! {
        <h3>"Find the person in the directory"</h3>
        <Filters path=customer().path("user-mapping") narrowed=false anchor="#lines">
            <input type="hidden" name="line" value=line/>
            <Field key="person" label="Part of a name, username or address" kind="search" value=search/>
        </Filters>
        {nobody.then(|| view! { <p class="nothing">"The directory has nobody like that."</p> })}
        <ul role="list" class="form">{rows}</ul>
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
                <TextArea key="text" label="Your remark" prose=true value=typed error help="Both sides read it, and it goes along with the line as long as the line says the same."/>
                <div class="actions"><Submit label="Add the remark" busy="Adding…"/></div>
            </form>
            <p><a href=Lists::All.href()>"Show all lines"</a></p>
        }
        .into_any()
        },
    )
}
