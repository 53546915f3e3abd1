use domain::views::CustomerRow;
use leptos::prelude::*;

use crate::components::{
    Download, EmptyState, Panel, Scroll, StateWord, TimeOf, Tone, Verdict, plural, run_tone, thousands,
};

/// The verdict, the search and the table.
#[component]
pub(super) fn CustomerList(rows: Vec<CustomerRow>, search: String) -> impl IntoView {
    let total = count(&rows);
    let waiting = u64::try_from(rows.iter().filter(|row| row.attention).count()).unwrap_or(u64::MAX);
    let searched = !search.is_empty();
    let note = move || {
        view! {
            {plural(total, "customer", "customers")} " · "
            <Download path="/customers" what="customers" filters=&["search"]/>
        }
    };
    let found = if rows.is_empty() {
        view! { <Nobody searched/> }.into_any()
    } else {
        view! { <Panel id="customers" title="All customers" note><Table rows/></Panel> }.into_any()
    };
    view! {
        {(!searched && total > 0).then(|| view! { <Headline total waiting/> })}
        <form method="get" action="/" role="search" class="search">
            <label for="search" class="visually-hidden">"Search customers by name"</label>
            <input id="search" type="search" name="search" value=search placeholder="Search by name" autocomplete="off"/>
            <button type="submit" class="button">"Search"</button>
            {searched.then(|| view! { <a class="button quiet" href="/">"Show all"</a> })}
        </form>
        {found}
    }
}

fn count(rows: &[CustomerRow]) -> u64 {
    u64::try_from(rows.len()).unwrap_or(u64::MAX)
}

#[component]
fn Headline(total: u64, waiting: u64) -> impl IntoView {
    let (tone, text) = match (waiting, total) {
        (0, _) => (
            Tone::Ready,
            "Nothing needs you: no run is held, and no connection is failing.".to_owned(),
        ),
        (waiting, total) if waiting == total => (
            Tone::Problem,
            format!("{} to look at.", plural(waiting, "customer", "customers")),
        ),
        (waiting, total) => {
            let verb = if waiting == 1 { "needs" } else { "need" };
            let text = format!(
                "{} of {} customers {verb} attention.",
                thousands(waiting),
                thousands(total)
            );
            (Tone::Problem, text)
        }
    };
    view! { <Verdict tone>{text}</Verdict> }
}

#[component]
fn Nobody(searched: bool) -> impl IntoView {
    if searched {
        view! { <EmptyState title="No customer has a name like this" detail="Try a part of the name.">
            <a class="button" href="/">"Show all"</a>
        </EmptyState> }
        .into_any()
    } else {
        view! { <EmptyState title="No customers yet" detail="Add the first one below; then choose its provider."/> }.into_any()
    }
}

#[component]
fn Table(rows: Vec<CustomerRow>) -> impl IntoView {
    view! {
        <Scroll label="Customers">
            <thead>
                <tr>
                    <th scope="col">"Customer"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"What is next"</th>
                    <th scope="col">"Last run"</th>
                    <th scope="col" class="num">"People"</th>
                </tr>
            </thead>
            <tbody>{rows.into_iter().map(|row| view! { <Row row/> }).collect_view()}</tbody>
        </Scroll>
    }
}

#[component]
fn Row(row: CustomerRow) -> impl IntoView {
    let page = format!("/c/{}", row.slug);
    let (tone, word) = match (row.attention, &row.provider, &row.last_run) {
        (true, ..) => (Tone::Problem, "Needs attention"),
        (false, None, _) | (false, _, None) => (Tone::Yours, "Being set up"),
        (false, Some(_), Some(_)) => (Tone::Ready, "In order"),
    };
    let last = match row.last_run {
        Some(run) => view! {
            <a href=format!("{page}/runs/{}", run.number)>{format!("{} {}", run.kind.label(), run.number)}</a>
            <br/>
            <StateWord tone=run_tone(run.state) word=run.state.label()/>
            " "
            <span class="why"><TimeOf when=run.when/></span>
        }
        .into_any(),
        None => view! { <span class="soft">"None yet"</span> }.into_any(),
    };
    let people = format!("{page}/people");
    view! {
        <tr>
            <th scope="row">
                <a href=page>{row.name}</a>
                <br/>
                <span class="why">{row.provider.map_or("No provider yet", domain::Provider::label)}</span>
            </th>
            <td><StateWord tone word/></td>
            <td>{row.next}</td>
            <td>{last}</td>
            <td class="num"><a href=people>{thousands(row.people)}</a></td>
        </tr>
    }
}
