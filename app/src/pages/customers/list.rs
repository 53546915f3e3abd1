use domain::appointment::Need;
use domain::deployment::Responsibility;
use domain::views::{AppointmentLine, BoardFilter, BoardShow, CustomerRow};
use leptos::prelude::*;

use crate::components::{
    Download, EmptyState, Filters, Option_, Panel, Scroll, SelectField, StateWord, TimeOf, Tone, Verdict,
    plural, query, run_tone, thousands, with_query,
};

/// The verdict, the filters and the board.
#[component]
pub(super) fn Board(rows: Vec<CustomerRow>, filter: BoardFilter) -> impl IntoView {
    let total = count(rows.iter());
    let narrowed = filter != BoardFilter::default();
    let verdict = (!narrowed && total > 0).then(|| view! { <Headline rows=rows.clone()/> });
    let note = move || {
        view! {
            {plural(total, "deployment", "deployments")} " · "
            <Download path="/customers" what="customers" filters=&["search", "show"]/>
        }
    };
    let found = if rows.is_empty() {
        view! { <Nobody narrowed/> }.into_any()
    } else {
        view! { <Table rows/> }.into_any()
    };
    view! {
        {verdict}
        <Panel id="customers" title="All deployments" note>
            <Narrow filter/>
            {found}
        </Panel>
    }
}

fn count<'a>(rows: impl Iterator<Item = &'a CustomerRow>) -> u64 {
    u64::try_from(rows.count()).unwrap_or(u64::MAX)
}

#[component]
fn Narrow(filter: BoardFilter) -> impl IntoView {
    let narrowed = filter != BoardFilter::default();
    let show = Option_::filter(
        "All",
        BoardShow::ALL.iter().map(|show| (show.code(), label(*show))),
    );
    view! {
        <Filters path="/" narrowed>
            <div class="field">
                <label for="search">"Customer"</label>
                <input id="search" type="search" name="search" value=filter.search autocomplete="off"/>
            </div>
            <SelectField key="show" label="Show" options=show value=filter.show.map_or("", BoardShow::code)/>
        </Filters>
    }
}

const fn label(show: BoardShow) -> &'static str {
    match show {
        BoardShow::Ours => "Our turn",
        BoardShow::Theirs => "The customer's turn",
        BoardShow::Attention => "Needs attention",
        BoardShow::Done => "Finished",
    }
}

/// What needs somebody, in one sentence.
#[component]
fn Headline(rows: Vec<CustomerRow>) -> impl IntoView {
    let ours = count(rows.iter().filter(|row| row.is_ours()));
    let unwell = count(rows.iter().filter(|row| !row.health.is_empty()));
    let attention = plural(unwell, "deployment needs", "deployments need");
    let (tone, text) = match (unwell, ours) {
        (0, 0) => (Tone::Ready, "Nothing waits for us.".to_owned()),
        (0, ours) => {
            let waiting = plural(ours, "deployment is", "deployments are");
            (Tone::Yours, format!("{waiting} waiting for us."))
        }
        (_, 0) => (Tone::Problem, format!("{attention} attention.")),
        (_, ours) => {
            let waiting = plural(ours, "is", "are");
            (
                Tone::Problem,
                format!("{attention} attention; {waiting} waiting for us."),
            )
        }
    };
    view! { <Verdict tone>{text}</Verdict> }
}

#[component]
fn Nobody(narrowed: bool) -> impl IntoView {
    if narrowed {
        view! { <EmptyState title="No deployment fits these filters" detail="Try a part of the name, or show all.">
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
        <div class="stack"><Scroll label="Deployments">
            <thead>
                <tr>
                    <th scope="col">"Customer"</th>
                    <th scope="col">"Whose turn"</th>
                    <th scope="col" class="num">"Steps"</th>
                    <th scope="col">"Health"</th>
                    <th scope="col">"Last run"</th>
                    <th scope="col" class="num">"People"</th>
                </tr>
            </thead>
            <tbody>{rows.into_iter().map(|row| view! { <Row row/> }).collect_view()}</tbody>
        </Scroll></div>
    }
}

/// The appointment of a row, in brief.
#[component]
fn NextTime(line: AppointmentLine, page: String) -> impl IntoView {
    let href = format!("{page}/{}#appointment", line.step.code());
    let text = format!("{}, {}", line.kind.title(), line.short);
    let mark = line.needs.map(|need| {
        let word = match need {
            Need::Answer => "Answer",
            Need::ProposeAgain => "Propose again",
            Need::RecordIt => "Record it",
        };
        view! { <StateWord tone=Tone::Yours word/>" " }
    });
    view! { <div>{mark}<a class="why" href=href>{text}</a></div> }
}

#[component]
fn Row(row: CustomerRow) -> impl IntoView {
    let page = format!("/c/{}", row.slug);
    let (tone, word) = match row.turn {
        Some(Responsibility::Staff) => (Tone::Yours, "Our turn"),
        Some(Responsibility::Joint) => (Tone::Yours, "Together"),
        Some(Responsibility::Customer) => (Tone::Waiting, "Their turn"),
        None => (Tone::Ready, "Done"),
    };
    let health = if row.health.is_empty() {
        view! { <StateWord tone=Tone::Ready word="Well"/> }.into_any()
    } else {
        let items = row
            .health
            .into_iter()
            .map(|sentence| view! { <li>{sentence}</li> })
            .collect_view();
        view! { <ul class="health" role="list">{items}</ul> }.into_any()
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
    let facts = format!("{}#facts", with_query("/", &query(), &[("open", &row.slug)]));
    view! {
        <tr>
            <th scope="row">
                <a href=page.clone()>{row.name.clone()}</a>
                <br/>
                <span class="why">{row.provider.map_or("No provider yet", domain::Provider::label)}</span>
                <br/>
                <span><a class="why" href=facts>"Details"<span class="visually-hidden">{format!(" of {}", row.name)}</span></a></span>
            </th>
            <td>
                <StateWord tone word/><br/><span class="why">{row.next}</span>
                {row.theirs_too.map(|next| view! {
                    <div><StateWord tone=Tone::Waiting word="Their turn, too"/><br/><span class="why">{next}</span></div>
                })}
                {row.appointment.map(|line| view! { <NextTime line page=page.clone()/> })}
            </td>
            <td class="num" data-label="Steps">{format!("{} of {}", row.done, row.of)}</td>
            <td data-label="Health">{health}</td>
            <td>{last}</td>
            <td class="num" data-label="People"><a href=people>{thousands(row.people)}</a></td>
        </tr>
    }
}
