//! What an earlier version said and one that was uploaded or begun behind it does not: it is listed, and taken over by one form.

use domain::user_mapping::LeftOut;
use domain::views::{LeftOutMappingLine, Page};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::{Hidden, Lists, target_of};
use crate::api::user_mapping::{KeepMappingLines, list_left_out};
use crate::components::{AFTER, Loaded, Panel, Submit, after, customer, listed, plural, thousands};

/// That there is something, and the way to keep it: for whoever may correct the version.
#[component]
pub(super) fn Forgotten(
    left_out: LeftOut,
    version: i64,
    /// Accounts without a line. Once there are none, it is folded away.
    undecided: u64,
) -> impl IntoView {
    let LeftOut {
        earlier,
        uploaded,
        lines,
        blocked,
        reverted,
        ..
    } = left_out;
    let newer = if uploaded == version {
        "this version".to_owned()
    } else {
        format!("version {uploaded}")
    };
    let count = plural(lines + reverted, "line", "lines");
    let missing = (lines > 0).then(|| missing(left_out, &newer));
    let undone = (reverted > 0).then(|| undone(left_out, &newer));
    let leavers = (blocked > 0).then(|| {
        let lines = plural(blocked, "line", "lines");
        let (who, are) = if blocked == 1 {
            ("a blocked account", "is")
        } else {
            ("blocked accounts", "are")
        };
        view! { <p class="soft">{format!("{lines} about {who} {are} not in it either: leavers need none.")}</p> }
    });
    // What was settled shows nowhere else once that version has undone it: until somebody went on with it, it stands open.
    let is_open = undecided > 0 || (reverted > 0 && uploaded == version);
    let href = Lists::LeftOut.href();
    let (note, see, summary) = (
        count.clone(),
        format!("See {count}"),
        format!("{count} of version {earlier}"),
    );
    let label = if lines + reverted == 1 {
        "Take it over"
    } else {
        "Take them over"
    };
    view! {
        <Panel title="Decided before, and not in this version" id="left-out" note=move || note.clone()>
            <details class="fold in" open=is_open>
                <summary>{summary}</summary>
                <div class="form">
                    {missing}
                    {undone}
                    {leavers}
                    <p><a href=href>{see}<span class="visually-hidden">{format!(" of version {earlier}")}</span></a></p>
                    <form method="post" action=KeepMappingLines::PATH class="form">
                        <Hidden version/>
                        <input type="hidden" name="earlier" value=earlier/>
                        <p class="soft">{becomes(left_out)}</p>
                        <div class="actions"><Submit label busy="Taking over…" of=format!(": {count} of version {earlier}")/></div>
                    </form>
                </div>
            </details>
        </Panel>
    }
}

/// Lines about accounts that the `newer` version does not name.
fn missing(left_out: LeftOut, newer: &str) -> impl IntoView + use<> {
    let LeftOut { earlier, lines, .. } = left_out;
    let count = plural(lines, "line", "lines");
    let which = if lines == 1 {
        format!("about an account that {newer} does not name. It was not taken over.")
    } else {
        format!("about accounts that {newer} does not name. They were not taken over.")
    };
    view! { <p>{format!("Version {earlier} has {count} {which}")}</p> }
}

/// Lines that the `newer` version has as they were before they were corrected or taken out.
fn undone(left_out: LeftOut, newer: &str) -> impl IntoView + use<> {
    let LeftOut {
        earlier,
        base,
        reverted,
        ..
    } = left_out;
    let count = plural(reverted, "line", "lines");
    let undone = if reverted == 1 {
        "it. That correction is undone."
    } else {
        "them. Those corrections are undone."
    };
    view! { <p>{format!("Version {earlier} corrected or took out {count} that {newer} has as version {base} had {undone}")}</p> }
}

/// Where the lines stand once they are taken over.
fn becomes(left_out: LeftOut) -> &'static str {
    match (left_out.lines, left_out.reverted) {
        (_, 0) => "Taken over, they stand behind the lines there are, in a new version that you can undo.",
        (0, _) => {
            "Taken over, they stand in the place of the lines there are, and lines that were taken out go again, in a new \
             version that you can undo."
        }
        _ => {
            "Taken over, lines that are missing stand behind the others, corrected ones in their place, and lines that were taken \
             out go again, in a new version that you can undo. What is said anew stays."
        }
    }
}

/// The lines themselves.
#[component]
pub(super) fn LeftOutLines(
    version: i64,
    left_out: LeftOut,
    /// The name of the connected directory.
    connected: String,
) -> impl IntoView {
    let lines = list_left_out(customer().slug, version, after());
    let label = match (left_out.lines, left_out.reverted) {
        (_, 0) => "Lines that were left out",
        (0, _) => "Lines that are as they were before",
        _ => "Lines that were left out, or are as they were before",
    };
    let title = format!("Version {}: {}", left_out.earlier, label.to_lowercase());
    view! {
        <Panel title id="lines">
            <Loaded data=lines draw=move |page| left_out_lines(page, label, &connected)/>
        </Panel>
    }
}

fn left_out_lines(page: Page<LeftOutMappingLine>, label: &'static str, connected: &str) -> AnyView {
    listed(
        page,
        (AFTER, "#lines"),
        (
            label,
            [
                "Line then",
                "Account of People",
                "New username",
                "Target directory",
                "In this version",
            ],
        ),
        "Every account of these lines has a line again, or is gone.",
        |line| view! { <LeftOutRow line connected=connected.to_owned()/> },
    )
}

#[component]
fn LeftOutRow(line: LeftOutMappingLine, connected: String) -> impl IntoView {
    let href = customer().path(&format!("people/{}", line.account_id));
    let now = match line.now {
        None => view! { <span class="soft">"no line"</span> }.into_any(),
        Some((new, target)) => {
            let target = target_of(&target, &connected);
            view! { <span class="name"><bdi>{new}</bdi></span><br/><span class="why"><bdi>{target}</bdi></span> }
                .into_any()
        }
    };
    let (then, target) = match line.line {
        None => (
            view! { <span class="soft">"taken out"</span> }.into_any(),
            String::new(),
        ),
        Some(number) => (thousands(number).into_any(), target_of(&line.target, &connected)),
    };
    // An empty cell is not shown where each is a line of its own.
    let text = |text: String| (!text.is_empty()).then(|| view! { <bdi>{text}</bdi> });
    view! {
        <tr>
            <th scope="row" class="short" data-label="Line then">{then}</th>
            <td class="name" data-label="Account of People"><a href=href><bdi>{line.account}</bdi></a></td>
            <td class="name" data-label="New username">{text(line.new)}</td>
            <td data-label="Target directory">{text(target)}</td>
            <td data-label="In this version">{now}</td>
        </tr>
    }
}
