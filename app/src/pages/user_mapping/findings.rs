//! What was found in a version: by cause, and the lines of each.

use domain::user_mapping::{Column, FindingGroup, TargetLines};
use domain::views::{MappingFindingRow, MappingFindings};
use leptos::prelude::*;

use super::{Group, tone_of};
use crate::api::user_mapping::list_mapping_findings;
use crate::components::{
    Loaded, Pager, Panel, Scroll, StateWord, address, after, customer, heads, plural, thousands,
};

#[component]
pub(super) fn FindingLines(version: i64, group: Group) -> impl IntoView {
    let lines = list_mapping_findings(
        customer().slug,
        version,
        (group.code, group.severity, group.about),
        after(),
    );
    view! { <Loaded data=lines draw=|found| view! { <Lines found/> }/> }
}

#[component]
fn Lines(found: MappingFindings) -> impl IntoView {
    let (severity, title) = (found.group.example.severity, found.group.example.code.title());
    let count = plural(found.group.lines, "line", "lines");
    let rows = found
        .rows
        .into_iter()
        .map(|row| view! { <Line row/> })
        .collect_view();
    view! {
        <Panel title id="lines" note=move || view! { <StateWord tone=tone_of(severity) word=severity.label()/> " " {count.clone()} }>
            <div class="stack">
                <Scroll label="Lines with this finding">
                    {heads(["Line", "Existing username", "New username", "Target directory", "What to do"])}
                    <tbody>{rows}</tbody>
                </Scroll>
            </div>
            <Pager next=found.next/>
        </Panel>
    }
}

#[component]
fn Line(row: MappingFindingRow) -> impl IntoView {
    let cell = |column: Column, text: String| {
        let is_it = row.column == Some(column);
        let text = if is_it {
            view! { <mark><bdi>{text}</bdi></mark> }.into_any()
        } else {
            view! { <bdi>{text}</bdi> }.into_any()
        };
        view! { <td class="name" data-label=column.label()>{text}</td> }
    };
    view! {
        <tr>
            <th scope="row" data-label="Line">{thousands(row.line)}</th>
            {cell(Column::Existing, row.existing)}
            {cell(Column::New, row.new)}
            {cell(Column::Target, row.target)}
            <td data-label="What to do">{row.sentence}</td>
        </tr>
    }
}

#[component]
pub(super) fn Groups(groups: Vec<FindingGroup>) -> impl IntoView {
    if groups.is_empty() {
        return ().into_any();
    }
    let path = customer().path("user-mapping");
    let rows = groups
        .into_iter()
        .map(|group| {
            let of = [
                ("code", group.example.code.code()),
                ("severity", group.example.severity.code()),
                ("about", group.about.as_str()),
            ];
            let href = format!("{}#lines", address(&path, of));
            let severity = group.example.severity;
            view! {
                <tr>
                    <td><StateWord tone=tone_of(severity) word=severity.label()/></td>
                    <th scope="row">
                        <a href=href>{group.example.code.title()}</a>
                        <br/><span class="why"><bdi>{group.example.sentence()}</bdi></span>
                    </th>
                    <td class="num" data-label="Lines">{thousands(group.lines)}</td>
                    <td class="num" data-label="First line">{thousands(group.example.line)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Panel title="What was found" id="found" note=|| "by cause, the gravest first">
            <div class="stack">
                <Scroll label="What was found, by cause">
                    {heads(["Kind", "What", "Lines", "First line"])}
                    <tbody>{rows}</tbody>
                </Scroll>
            </div>
        </Panel>
    }
    .into_any()
}

#[component]
pub(super) fn Targets(targets: Vec<TargetLines>) -> impl IntoView {
    let rows = targets
        .into_iter()
        .map(|target| {
            let value = if target.value.is_empty() { "nothing: the connected directory".to_owned() } else { target.value };
            view! { <tr><th scope="row"><bdi>{value}</bdi></th><td class="num" data-label="Lines">{thousands(target.lines)}</td></tr> }
        })
        .collect_view();
    view! {
        <Panel title="Target directories" id="targets" note=|| "as they are written in the file">
            <div class="stack">
                <Scroll label="Values of the target directory">
                    {heads(["Target directory", "Lines"])}
                    <tbody>{rows}</tbody>
                </Scroll>
            </div>
        </Panel>
    }
}
