//! Panels, tables, numbers.

use leptos::prelude::*;

use super::{Tone, thousands};

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

/// The head of a table: a word for each column.
pub fn heads(words: impl IntoIterator<Item = &'static str>) -> impl IntoView {
    let words = words
        .into_iter()
        .map(|word| view! { <th scope="col">{word}</th> });
    view! { <thead><tr>{words.collect_view()}</tr></thead> }
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
