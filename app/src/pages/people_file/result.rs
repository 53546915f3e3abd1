//! What became of the newest file, and of its lines.

use domain::Permission;
use domain::people_file::PeopleFileState;
use domain::views::{Page, PeopleFileResult, RefusedLine};
use leptos::prelude::*;

use crate::api::people_file::list_refused_lines;
use crate::components::{
    Allowed, Loaded, Pager, Panel, Scroll, TimeOf, Tone, Verdict, after, customer, heads, plural, thousands,
};
use crate::pages::runs::RefreshWithoutScripts;

/// Whether lines still wait.
pub(super) fn is_working(file: &PeopleFileResult) -> bool {
    file.state == PeopleFileState::Working
}

#[component]
pub(super) fn Newest(latest: PeopleFileResult) -> impl IntoView {
    let waits = is_working(&latest);
    let (tone, sentence) = verdict(&latest);
    let facts = facts(&latest);
    let has_refused = latest.counts.refused > 0;
    let (name, by, when) = (latest.name, latest.by, latest.when);
    view! {
        <Panel title="The newest file" id="result" note=move || {
            let (name, by, when) = (name.clone(), by.clone(), when.clone());
            view! { <bdi>{name}</bdi> {format!(", by {by}, ")} <TimeOf when/> }
        }>
            <div class="in form">
                <Verdict tone>{sentence}</Verdict>
                {waits.then(|| view! { <div data-reload=""></div><RefreshWithoutScripts/> })}
                <dl class="facts">{facts}</dl>
            </div>
        </Panel>
        {has_refused.then(|| view! {
            <Loaded data=list_refused_lines(customer().slug, after()) draw=|page| view! { <Refused page/> }/>
        })}
    }
}

fn count(number: i64) -> String {
    thousands(number.unsigned_abs())
}

fn verdict(file: &PeopleFileResult) -> (Tone, String) {
    let lines = file.lines.unsigned_abs();
    let all = plural(lines, "line is done", "lines are done");
    let of_all = format!(
        "{} of {}",
        count(file.counts.done()),
        plural(lines, "line", "lines")
    );
    let refused = file.counts.refused.unsigned_abs();
    match file.state {
        PeopleFileState::Receiving | PeopleFileState::Working => (Tone::Waiting, format!("{of_all} so far.")),
        PeopleFileState::Stopped => (
            Tone::Problem,
            format!(
                "The import stopped after {of_all}. What is done counts, and is shown here. Upload the file again, and the rest follows."
            ),
        ),
        PeopleFileState::Done if refused > 0 => {
            let refused = plural(refused, "of them was", "of them were");
            (
                Tone::Waiting,
                format!("{all}, and {refused} refused. Why, stands below."),
            )
        }
        PeopleFileState::Done => (Tone::Ready, format!("{all}.")),
    }
}

fn facts(file: &PeopleFileResult) -> impl IntoView + use<> {
    let reading = &file.reading;
    let mut rows = vec![
        ("Directory", file.directory.clone()),
        ("Lines", count(file.lines)),
        ("Created", count(file.counts.created)),
        ("Updated", count(file.counts.updated)),
        ("Unchanged", count(file.counts.unchanged)),
        ("Refused", count(file.counts.refused)),
        ("Columns read", reading.read.join(", ")),
        (
            "Read as",
            format!(
                "{}, separated by {}",
                reading.encoding.label(),
                reading.delimiter.label()
            ),
        ),
    ];
    if !reading.ignored.is_empty() {
        rows.push(("Columns left out", reading.ignored.join(", ")));
    }
    if reading.blank_lines > 0 {
        rows.push(("Blank lines left out", thousands(reading.blank_lines)));
    }
    rows.into_iter()
        .map(|(word, value)| view! { <dt>{word}</dt><dd><bdi>{value}</bdi></dd> })
        .collect_view()
}

/// The lines that changed nothing, each with its reasons and cures.
#[component]
fn Refused(page: Page<RefusedLine>) -> impl IntoView {
    let path = customer().path("old-accounts/refused.csv");
    let rows = page
        .rows
        .into_iter()
        .map(|line| {
            let problems = line
                .problems
                .into_iter()
                .map(|problem| view! { <p>{problem}</p> })
                .collect_view();
            view! {
                <tr>
                    <th scope="row">{count(line.line)}</th>
                    <td class="name" data-label="Username"><bdi>{line.username}</bdi></td>
                    <td data-label="Why, and the cure">{problems}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Panel title="Lines that were refused" id="refused" note=move || {
            let path = path.clone();
            view! {
                <Allowed permission=Permission::Export>
                    <a href=path.clone() download><span class="visually-hidden">"Download the refused lines as "</span>"CSV"</a>
                </Allowed>
            }
        }>
            <p class="in soft">"Mend them in the file, and upload it again: the columns line and problem are left out then."</p>
            <Scroll label="Refused lines with their reasons">
                {heads(["Line", "Username", "Why, and the cure"])}
                <tbody>{rows}</tbody>
            </Scroll>
            <Pager next=page.next/>
        </Panel>
    }
}
