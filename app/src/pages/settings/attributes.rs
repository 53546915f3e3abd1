//! What the directory has: every attribute, what it feeds, how often it is filled (B-09).

use domain::views::{AttributeRow, MappingView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::settings::LookAtAttributes;
use crate::components::{
    Banner, Coverage, EmptyState, Scroll, Submit, TimeOf, Tone, customer, heads, plural,
};

/// The table below the form, folded away: it is long.
#[component]
pub fn Attributes(view: MappingView, can_edit: bool, is_open: bool) -> impl IntoView {
    let MappingView {
        attributes,
        empty,
        of_everybody,
        looked,
        problem,
        names_complete,
        ..
    } = view;
    let rows = attributes.into_iter().map(row).collect_view();
    let is_empty = rows.is_empty();
    let whose = looked.map(|(people, when)| {
        let people = plural(people, "person", "people");
        view! { {format!(" The others are of {people} looked at ")}<TimeOf when/>"." }
    });
    view! {
        <details class="panel fold" id="directory-attributes" open=is_open>
            <summary><h2>"All attributes of the directory"</h2></summary>
            {problem.map(|problem| view! {
                <div class="in"><Banner tone=Tone::Waiting>
                    <p>{format!("The directory could not be looked at just now. {problem} What is known from earlier is shown.")}</p>
                </Banner></div>
            })}
            {if is_empty {
                view! { <EmptyState title="No attribute is known yet" detail="The connection test lists them, and a test sync counts how often each is filled."/> }.into_any()
            } else {
                view! {
                    <p class="in soft">
                        {if of_everybody {
                            "The numbers of mapped attributes are of everybody the latest read has found: nobody is in a synchronised group yet."
                        } else {
                            "The numbers of mapped attributes are of everybody in the synchronised groups, by the latest read."
                        }}
                        {whose}
                        {(!names_complete).then_some(" Attributes of your own could not all be listed: one that is missing here is accepted, and found out in the next test sync.")}
                    </p>
                    <div class="stack"><Scroll label="Attributes and how well they are filled">
                        {heads(["Attribute", "Fills", "Filled", "For example"])}
                        <tbody>{rows}</tbody>
                    </Scroll></div>
                }
                .into_any()
            }}
            {(!empty.is_empty()).then(|| view! { <Nobody empty/> })}
            {can_edit.then(|| view! {
                <form method="post" action=LookAtAttributes::PATH class="below-table actions">
                    <input type="hidden" name="customer" value=customer().slug/>
                    <Submit label="Look again" busy="Looking…"/>
                </form>
            })}
        </details>
    }
}

fn row(row: AttributeRow) -> impl IntoView {
    let filled = match row.filled {
        Some((filled, of)) => view! { <Coverage filled of/> }.into_any(),
        None => view! { <span class="soft">"Not known yet"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="name">{row.name}</th>
            <td data-label="Fills">{row.feeds.join(", ")}</td>
            <td>{filled}</td>
            <td data-label="For example"><span class="name">{row.example}</span></td>
        </tr>
    }
}

/// What nobody has filled is only named.
#[component]
fn Nobody(empty: Vec<String>) -> impl IntoView {
    let count = u64::try_from(empty.len()).unwrap_or(u64::MAX);
    let summary = format!(
        "{} filled for nobody who was looked at",
        plural(count, "attribute is", "attributes are")
    );
    view! {
        <details class="in">
            <summary>{summary}</summary>
            <p class="name">{empty.join(", ")}</p>
        </details>
    }
}
