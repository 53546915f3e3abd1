//! The rehearsal: what the first sync after the migration would do to everybody, worst first, and who is accepted by name.

use domain::migration::RehearsalOutcome;
use domain::views::{MigrationPlanView, Page, RehearsalView, RehearsedRow};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::migration::{RehearseMigration, TypedWaiver, WaiveRehearsed, WithdrawWaiver, list_rehearsed};
use crate::api::take_flash;
use crate::components::{
    AFTER, Banner, Field, Filters, Loaded, Panel, Submit, Tile, Tiles, TimeOf, Tone, Verdict, address, after,
    awaited, customer, listed, param, plural, query,
};
use crate::pages::runs::RefreshWithoutScripts;

/// Worst first.
const ORDER: [RehearsalOutcome; 4] = [
    RehearsalOutcome::Lost,
    RehearsalOutcome::Duplicated,
    RehearsalOutcome::New,
    RehearsalOutcome::Continues,
];

#[component]
pub(super) fn Rehearsal(plan: MigrationPlanView, can_rehearse: bool) -> impl IntoView {
    let number = plan.number;
    let body = match plan.rehearsal {
        Some(rehearsal) => view! { <Result rehearsal plan=number can_rehearse/> }.into_any(),
        None if plan.is_rehearsing => view! {
            <Verdict tone=Tone::Waiting>"The first sync is being rehearsed."</Verdict>
            <div data-reload=""></div>
            <RefreshWithoutScripts/>
        }
        .into_any(),
        None => view! {
            {plan.rehearsal_failed.then(|| view! {
                <Banner tone=Tone::Problem><p>"The rehearsal broke off, on our side. Nothing was changed. Rehearse again; if it breaks off again, tell whoever runs this console."</p></Banner>
            })}
            <p>"The rehearsal works out what the first sync would do to everybody once this plan is carried out: who goes on with their account, who would get a second one, who would lose access. Nothing is written."</p>
            {can_rehearse.then(|| view! { <Rehearse number label="Rehearse" class="main"/> })}
        }
        .into_any(),
    };
    view! {
        <Panel title="Rehearsal" id="rehearsal"><div class="in parts">{body}</div></Panel>
    }
}

#[component]
fn Rehearse(number: i64, label: &'static str, class: &'static str) -> impl IntoView {
    view! {
        <form method="post" action=RehearseMigration::PATH class="actions">
            <input type="hidden" name="customer" value=customer().slug/>
            <input type="hidden" name="plan" value=number/>
            <Submit label busy="Rehearsing…" class/>
        </form>
    }
}

#[component]
fn Result(rehearsal: RehearsalView, plan: i64, can_rehearse: bool) -> impl IntoView {
    let shown = param(&query(), "outcome");
    let counts = rehearsal.counts;
    let tiles = ORDER
        .iter()
        .map(|outcome| {
            let number = match outcome {
                RehearsalOutcome::Lost => counts.lost,
                RehearsalOutcome::Duplicated => counts.duplicated,
                RehearsalOutcome::New => counts.new,
                RehearsalOutcome::Continues => counts.continues,
            };
            let tone = if outcome.blocks() && number > 0 {
                Tone::Problem
            } else {
                Tone::Neutral
            };
            let current = shown == outcome.code();
            view! { <Tile number word=outcome.label() href=href(*outcome) tone current/> }
        })
        .collect_view();
    let tone = if rehearsal.unwaived > 0 {
        Tone::Problem
    } else {
        Tone::Ready
    };
    let open = (rehearsal.unwaived > 0).then(|| {
        let people = plural(rehearsal.unwaived, "person", "people");
        view! {
            <p>{format!("{people} would be duplicated or lose access. Correct the user mapping, or accept it for each of them by name.")}</p>
        }
    });
    let list =
        RehearsalOutcome::from_code(&shown).map(|outcome| view! { <People plan outcome can_rehearse/> });
    view! {
        <Verdict tone>{rehearsal.sentence.clone()}</Verdict>
        {rehearsal.is_stale.then(|| view! {
            <Banner tone=Tone::Waiting><p>"Something changed since: People, the directory, or the settings. Rehearse again."</p></Banner>
        })}
        {open}
        <Tiles label="People by what becomes of them">{tiles}</Tiles>
        <p class="soft">"Rehearsed "<TimeOf when=rehearsal.when.clone()/>"."</p>
        {can_rehearse.then(|| view! { <Rehearse number=plan label="Rehearse again" class=""/> })}
        {list}
    }
}

fn href(outcome: RehearsalOutcome) -> String {
    let address = address(&customer().path("migration"), [("outcome", outcome.code())]);
    format!("{address}#people")
}

#[component]
fn People(plan: i64, outcome: RehearsalOutcome, can_rehearse: bool) -> impl IntoView {
    let search = param(&query(), "who");
    let rows = list_rehearsed(customer().slug, (plan, outcome), search.clone(), after());
    let is_narrowed = !search.is_empty();
    view! {
        <section id="people" aria-labelledby="people-head">
            <h3 id="people-head">{outcome.label()}</h3>
            <Filters path=address(&customer().path("migration"), [("outcome", outcome.code())]) narrowed=is_narrowed anchor="#people">
                <input type="hidden" name="outcome" value=outcome.code()/>
                <Field key="who" label="Name or username" kind="search" value=search/>
            </Filters>
            <Loaded data=rows draw=move |page| view! { <Rows page can_rehearse/> }/>
        </section>
    }
}

#[component]
fn Rows(page: Page<RehearsedRow>, can_rehearse: bool) -> impl IntoView {
    awaited(take_flash::<TypedWaiver, ()>(WaiveRehearsed::PATH), move |kept| {
        let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
        let typed = kept.and_then(|kept| kept.refused().cloned()).unwrap_or_default();
        listed(
            page.clone(),
            (AFTER, "#people"),
            ("People of the rehearsal", ["Person", "Why", "Accepted"]),
            "Nobody.",
            |row| {
                let is_it = row.outcome.code() == typed.0 && row.subject == typed.1;
                let reason = if is_it { typed.2.clone() } else { String::new() };
                let error = error.clone().filter(|_| is_it);
                view! { <Row row can_rehearse reason error/> }
            },
        )
    })
}

#[component]
fn Row(
    row: RehearsedRow,
    can_rehearse: bool,
    reason: String,
    error: Option<crate::api::ApiError>,
) -> impl IntoView {
    let name = match row.account.clone() {
        Some(account) => {
            let href = customer().path(&format!("people/{account}"));
            view! { <a href=href><bdi>{row.name.clone()}</bdi></a> }.into_any()
        }
        None => view! { <bdi>{row.name.clone()}</bdi> }.into_any(),
    };
    let accepted = if row.outcome.blocks() {
        view! { <Waiver row=row.clone() can_rehearse reason error/> }.into_any()
    } else {
        view! { <span class="soft">"Not needed"</span> }.into_any()
    };
    view! {
        <tr>
            <th scope="row" data-label="Person">{name}<br/><span class="why name"><bdi>{row.username}</bdi></span></th>
            <td data-label="Why"><bdi>{row.reason}</bdi></td>
            <td data-label="Accepted">{accepted}</td>
        </tr>
    }
}

#[component]
fn Waiver(
    row: RehearsedRow,
    can_rehearse: bool,
    reason: String,
    error: Option<crate::api::ApiError>,
) -> impl IntoView {
    let hidden = view! {
        <input type="hidden" name="customer" value=customer().slug/>
        <input type="hidden" name="outcome" value=row.outcome.code()/>
        <input type="hidden" name="person" value=row.subject.clone()/>
    };
    let of = format!(": {}", row.name);
    match row.waiver {
        Some((why, by)) => view! {
            <p><bdi>{why}</bdi> <span class="soft">{format!(" ({by})")}</span></p>
            {can_rehearse.then(|| view! {
                <form method="post" action=WithdrawWaiver::PATH class="actions">
                    {hidden}
                    <Submit label="Accept no more" busy="Noting…" class="quiet" of/>
                </form>
            })}
        }
        .into_any(),
        None if can_rehearse => {
            let key = format!("reason-{}", row.subject);
            view! {
                <form method="post" action=WaiveRehearsed::PATH class="row">
                    {hidden}
                    <Field key name="reason" label="Why it is all right" value=reason/>
                    {error.map(|error| view! { <p class="error" role="alert">{error.of_field("reason").unwrap_or_else(|| error.to_string())}</p> })}
                    <div class="actions"><Submit label="Accept" busy="Noting…" of/></div>
                </form>
            }
            .into_any()
        }
        None => view! { <span class="soft">"No"</span> }.into_any(),
    }
}
