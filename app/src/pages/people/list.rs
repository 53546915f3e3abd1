//! The list of people.

use domain::people::AccountState;
use domain::views::{Page, PeopleFilter, PersonRow};
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

use crate::api::people::list_people;
use crate::components::links::param;
use crate::components::{
    Download, EmptyState, Field, Loaded, Option_, PageHeader, Pager, Panel, Scroll, SelectField, StateWord,
    account_tone, customer,
};

/// `/c/{customer}/people`
#[component]
pub fn PeoplePage() -> impl IntoView {
    let customer = customer();
    let query = use_query_map();
    let key = Memo::new(move |_| {
        let query = query.read();
        let filter = PeopleFilter {
            search: param(&query, "search"),
            state: AccountState::from_code(&param(&query, "state")),
            directory: param(&query, "directory"),
        };
        (
            filter,
            Some(param(&query, "after")).filter(|after| !after.is_empty()),
        )
    });
    let people = Resource::new(
        move || (customer.slug.get(), key.get()),
        |(slug, (filter, after))| list_people(slug, filter, after),
    );
    view! {
        <div class="column wide">
            <PageHeader title="People"
                lede="The accounts of the intranet. Local accounts and other directories' accounts are never touched by the sync."/>
            <Panel title="Accounts" id="accounts" note=move || {
                view! { <Download path=customer.path("people") what="people" filters=&["search", "state", "directory"]/> }
            }>
                <Filters/>
                <Loaded resource=people draw=move |page| {
                    let (filter, after) = key.get_untracked();
                    let is_everybody = filter == PeopleFilter::default() && after.is_none();
                    view! { <PeopleList page is_everybody/> }
                }/>
            </Panel>
        </div>
    }
}

#[component]
fn Filters() -> impl IntoView {
    let query = use_query_map();
    let of = move |key: &'static str| Memo::new(move |_| param(&query.read(), key));
    let (search, state, directory) = (of("search"), of("state"), of("directory"));
    let states = || {
        let state = |state: &AccountState| Option_::new(state.code(), state.label());
        std::iter::once(Option_::new("", "Any state"))
            .chain(AccountState::ALL.iter().map(state))
            .collect::<Vec<_>>()
    };
    let directories = || {
        vec![
            Option_::new("", "Every directory"),
            Option_::new("synced", "Synchronised"),
            Option_::new("local", "Local"),
        ]
    };
    let path = customer().path("people");
    let is_narrowed =
        move || !(search.read().is_empty() && state.read().is_empty() && directory.read().is_empty());
    view! {
        <search class="above-table">
            <Form method="get" action=path.clone() attr:class="filters">
                {move || view! {
                    <Field key="search" label="Name, username or e-mail" kind="search" value=search.get()/>
                }}
                {move || view! { <SelectField key="state" label="State" options=states() value=state.get()/> }}
                {move || view! {
                    <SelectField key="directory" label="Directory" options=directories() value=directory.get()/>
                }}
                <div class="actions">
                    <button type="submit" class="button">"Show"</button>
                    {move || is_narrowed().then(|| view! { <a class="button quiet" href=path.clone()>"Show all"</a> })}
                </div>
            </Form>
        </search>
    }
}

#[component]
fn PeopleList(page: Page<PersonRow>, is_everybody: bool) -> impl IntoView {
    if page.rows.is_empty() {
        return if is_everybody {
            view! {
                <EmptyState title="Nobody is here yet"
                    detail="People arrive with the first sync. A test sync shows who that would be, and writes nothing.">
                    <a class="button main" href=customer().path("test-sync")>"Go to the test sync"</a>
                </EmptyState>
            }
            .into_any()
        } else {
            view! { <p class="nothing">"Nobody fits these filters."</p><div class="below-table"><Pager next=page.next/></div> }
                .into_any()
        };
    }
    let rows = page
        .rows
        .into_iter()
        .map(|person| view! { <Row person/> })
        .collect_view();
    view! {
        <div class="stack">
            <Scroll label="People">
                <thead>
                    <tr>
                        <th scope="col">"Person"</th>
                        <th scope="col">"Username"</th>
                        <th scope="col">"E-mail"</th>
                        <th scope="col">"Directory"</th>
                        <th scope="col">"State"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Scroll>
        </div>
        <div class="below-table"><Pager next=page.next/></div>
    }
    .into_any()
}

#[component]
fn Row(person: PersonRow) -> impl IntoView {
    let href = customer().path(&format!("people/{}", person.id));
    let work: Vec<String> = [person.job_title, person.department]
        .into_iter()
        .flatten()
        .collect();
    let name = if person.name.is_empty() {
        person.username.clone()
    } else {
        person.name
    };
    view! {
        <tr>
            <th scope="row">
                <a href=href>{name}</a>
                {person.is_administrator.then(|| view! { <span class="tag">"administrator"</span> })}
                <br/><span class="why">{work.join(", ")}</span>
            </th>
            <td class="name" data-label="Username">{person.username}</td>
            <td data-label="E-mail">{person.email}</td>
            <td data-label="Directory">{person.directory}</td>
            <td><StateWord tone=account_tone(person.state) word=person.state.label()/></td>
        </tr>
    }
}
