//! Numbers and lists.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use super::{Tone, thousands, with_query};

/// A framed part of a page: heading, a note at its end, content.
#[component]
pub fn Panel(
    #[prop(into)] title: String,
    /// The heading's id; the panel is a region named by it.
    #[prop(into)]
    id: String,
    /// The note at the end of the heading: counts, downloads.
    #[prop(optional, into)]
    note: ViewFn,
    children: Children,
) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby=id>
            <header><h2 id=id.clone()>{title}</h2><span class="soft">{note.run()}</span></header>
            {children()}
        </section>
    }
}

/// A table that scrolls sideways inside itself on a narrow screen, reachable by keyboard. Children: `<thead>` and
/// `<tbody>`.
#[component]
pub fn Scroll(
    /// What the table is, for screen readers.
    #[prop(into)]
    label: String,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="scroll" role="region" aria-label=label tabindex="0">
            <table class="table"><caption class="visually-hidden">{label.clone()}</caption>{children()}</table>
        </div>
    }
}

/// Numbers side by side; every one opens what is behind it.
#[component]
pub fn Tiles(#[prop(into)] label: String, children: Children) -> impl IntoView {
    view! { <nav class="tiles" aria-label=label>{children()}</nav> }
}

/// One number of [`Tiles`].
#[component]
pub fn Tile(
    number: u64,
    #[prop(into)] word: String,
    #[prop(into)] href: String,
    #[prop(optional)] tone: Tone,
    /// This is what the list below shows.
    #[prop(optional)]
    current: bool,
) -> impl IntoView {
    view! {
        <a class=tone.class() href=href aria-current=current.then_some("true")>
            <b class="num">{thousands(number)}</b>
            <span>{word}</span>
        </a>
    }
}

/// On to the next page of a list read by key, and back to its start. `next` is the key the list gave; the page reads
/// it from the parameter `after`.
#[component]
pub fn Pager(next: Option<String>) -> impl IntoView {
    let path = use_location().pathname;
    let query = use_query_map();
    let start = move || with_query(&path.get(), &query.get(), &[("after", "")]);
    let onward = next
        .clone()
        .map(|next| move || with_query(&path.get(), &query.get(), &[("after", &next)]));
    let moved = move || {
        query
            .read()
            .get_str("after")
            .is_some_and(|after| !after.is_empty())
    };
    let needed = next.is_some();
    move || {
        (needed || moved()).then(|| {
            view! {
                <nav class="pager actions" aria-label="Pages of the list">
                    {onward.clone().map(|href| view! { <a class="button" href=href rel="next">"Next page"</a> })}
                    {moved().then(|| view! { <a class="button quiet" href=start>"Back to the start"</a> })}
                </nav>
            }
        })
    }
}

/// The list as a file, with the same filters. `path` is the address without its ending; the files are made by plain
/// routes, so the links leave the application.
#[component]
pub fn Download(
    /// `/c/contoso/people`: `.csv` and `.json` are put behind it.
    #[prop(into)]
    path: String,
    /// What is downloaded, for screen readers: "people".
    #[prop(into)]
    what: String,
    /// Parameters of this page to pass on.
    #[prop(optional)]
    filters: &'static [&'static str],
) -> impl IntoView {
    let query = use_query_map();
    let href = move |ending: &'static str| {
        let path = format!("{path}.{ending}");
        move || {
            let query = query.get();
            let values: Vec<(&str, String)> = filters
                .iter()
                .map(|key| (*key, super::links::param(&query, key)))
                .collect();
            super::address(&path, values.iter().map(|(key, value)| (*key, value.as_str())))
        }
    };
    let (csv, json) = (href("csv"), href("json"));
    view! {
        <span class="download">
            <a href=csv rel="external" download><span class="visually-hidden">{format!("Download {what} as ")}</span>"CSV"</a>
            " · "
            <a href=json rel="external" download><span class="visually-hidden">{format!("Download {what} as ")}</span>"JSON"</a>
        </span>
    }
}
