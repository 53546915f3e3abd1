//! Lines of an earlier version about accounts that an uploaded file left out: they are listed, and taken over by one form.

use domain::user_mapping::LeftOut;
use domain::views::{LeftOutMappingLine, Page};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::Lists;
use super::causes::Corrections;
use crate::api::user_mapping::{KeepMappingLines, list_left_out};
use crate::components::{Loaded, Panel, Submit, after, customer, listed, plural, thousands};

/// That there are some, and the way to keep them.
#[component]
pub(super) fn Forgotten(left_out: LeftOut, corrections: Corrections) -> impl IntoView {
    let LeftOut {
        earlier,
        uploaded,
        lines,
    } = left_out;
    let Corrections {
        version, can_edit, ..
    } = corrections;
    let count = plural(lines, "line", "lines");
    let file = if uploaded == version {
        "this file does not name".to_owned()
    } else {
        format!("the file of version {uploaded} does not name")
    };
    let which = if lines == 1 {
        format!("about an account that {file}. It was not taken over.")
    } else {
        format!("about accounts that {file}. They were not taken over.")
    };
    let href = Lists::LeftOut.href();
    let (note, see) = (count.clone(), format!("See {count}"));
    let (label, of) = if lines == 1 {
        ("Take it over", format!(": 1 line of version {earlier}"))
    } else {
        ("Take them over", format!(": {count} of version {earlier}"))
    };
    view! {
        <Panel title="Decided before, and not in the file" id="left-out" note=move || note.clone()>
            <div class="in form">
                <p>{format!("Version {earlier} has {count} {which}")}</p>
                <p><a href=href>{see}<span class="visually-hidden">" that the file left out"</span></a></p>
                {can_edit.then(|| view! {
                    <form method="post" action=KeepMappingLines::PATH class="form">
                        <input type="hidden" name="customer" value=customer().slug/>
                        <input type="hidden" name="version" value=version/>
                        <input type="hidden" name="earlier" value=earlier/>
                        <p class="soft">"Taken over, they stand behind the lines there are, in a new version that you can undo."</p>
                        <div class="actions"><Submit label busy="Taking over…" of=of/></div>
                    </form>
                })}
            </div>
        </Panel>
    }
}

/// The lines themselves.
#[component]
pub(super) fn LeftOutLines(version: i64, left_out: LeftOut) -> impl IntoView {
    let lines = list_left_out(customer().slug, version, after());
    let title = format!("Lines of version {} that the file left out", left_out.earlier);
    view! {
        <Panel title id="lines">
            <Loaded data=lines draw=left_out_lines/>
        </Panel>
    }
}

fn left_out_lines(page: Page<LeftOutMappingLine>) -> AnyView {
    listed(
        page,
        (
            "Lines that the file left out",
            [
                "Line then",
                "Account of People",
                "New username",
                "Target directory",
            ],
        ),
        "Every account of these lines has one again, or is gone.",
        |line| view! { <LeftOutRow line/> },
    )
}

#[component]
fn LeftOutRow(line: LeftOutMappingLine) -> impl IntoView {
    let href = customer().path(&format!("people/{}", line.account_id));
    view! {
        <tr>
            <th scope="row" class="short" data-label="Line then">{thousands(line.line)}</th>
            <td class="name" data-label="Account of People"><a class="button quiet" href=href><bdi>{line.account}</bdi></a></td>
            <td class="name" data-label="New username"><bdi>{line.new}</bdi></td>
            <td data-label="Target directory"><bdi>{line.target}</bdi></td>
        </tr>
    }
}
