//! The parts of a result: totals, oddities, samples of each mapped attribute, the first people.

use domain::views::{AttributeSample, FoundPerson, Oddity};
use leptos::prelude::*;

use crate::components::{Coverage, Download, Panel, Scroll, customer, heads, plural, thousands};

/// The totals side by side.
#[component]
pub fn Totals(totals: Vec<(String, u64)>) -> impl IntoView {
    let tiles = totals
        .into_iter()
        .map(|(word, number)| view! { <li><b class="num">{thousands(number)}</b><span>{word}</span></li> })
        .collect_view();
    view! { <ul class="tiles totals" role="list" aria-label="Totals">{tiles}</ul> }
}

/// What looks unusual: the number first, then what it means and the first examples.
#[component]
pub fn Oddities(oddities: Vec<Oddity>) -> impl IntoView {
    let is_empty = oddities.is_empty();
    let note = plural(
        u64::try_from(oddities.len()).unwrap_or(u64::MAX),
        "observation",
        "observations",
    );
    let causes = oddities
        .into_iter()
        .map(|oddity| {
            let examples = oddity
                .examples
                .into_iter()
                .map(|name| view! { <li>{name}</li> })
                .collect_view();
            view! {
                <li class="cause">
                    <span class="count num">{thousands(oddity.count)}</span>
                    <div>
                        <h3>{oddity.title}</h3>
                        <p class="why">{oddity.explanation}</p>
                        <ul class="oddity-examples" role="list" aria-label="Examples">{examples}</ul>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! {
        <Panel title="Worth knowing" id="oddities" note=move || (!is_empty).then(|| note.clone())>
            {if is_empty {
                view! { <p class="in soft">"Nothing looks odd: nobody without e-mail, no duplicates, no unknown states."</p> }.into_any()
            } else {
                view! { <ul role="list" class="causes">{causes}</ul> }.into_any()
            }}
        </Panel>
    }
}

/// How well each mapped attribute is filled, with real values.
#[component]
pub fn Samples(samples: Vec<AttributeSample>) -> impl IntoView {
    let rows = samples
        .into_iter()
        .map(|sample| {
            let examples = sample
                .examples
                .iter()
                .map(|value| view! { <li>{value.clone()}</li> })
                .collect_view();
            view! {
                <tr>
                    <th scope="row" class="name">{sample.attribute.clone()}</th>
                    <td data-label="Profile field">{sample.field.clone()}</td>
                    <td><Coverage filled=sample.filled of=sample.of/></td>
                    <td><ul class="examples" role="list">{examples}</ul></td>
                </tr>
            }
        })
        .collect_view();
    let edit = customer().path("data-mapping");
    view! {
        <Panel title="Mapped attributes" id="samples" note=move || view! { <a href=edit.clone()>"Change the data mapping"</a> }>
            <div class="stack">
                <Scroll label="Mapped attributes and how well they are filled">
                    {heads(["Directory attribute", "Profile field", "Filled", "Real values"])}
                    <tbody>{rows}</tbody>
                </Scroll>
            </div>
        </Panel>
    }
}

/// The first people found, and all of them as a file.
#[component]
pub fn FoundPeople(people: Vec<FoundPerson>) -> impl IntoView {
    let shown = u64::try_from(people.len()).unwrap_or(u64::MAX);
    let path = customer().path("found");
    let rows = people
        .into_iter()
        .map(|person| {
            view! {
                <tr>
                    <th scope="row">{person.name}</th>
                    <td class="name" data-label="Sign-in name">{person.principal_name}</td>
                    <td data-label="E-mail">{person.mail}</td>
                    <td data-label="Status">{person.status}</td>
                    <td>{if person.in_scope { "In scope" } else { "Not in scope" }}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Panel title="People found" id="found" note=move || view! {
            {format!("the first {} · all of them: ", thousands(shown))}
            <Download path=path.clone() what="all people found"/>
        }>
            <div class="stack">
                <Scroll label="The first people found">
                    {heads(["Person", "Sign-in name", "E-mail", "Status", "Scope"])}
                    <tbody>{rows}</tbody>
                </Scroll>
            </div>
        </Panel>
    }
}
