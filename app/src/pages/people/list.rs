//! The list of people.

use domain::Permission;
use domain::people::AccountState;
use domain::views::{Page, PeopleFilter, PersonRow};
use leptos::prelude::*;

use super::add::AddAccount;
use crate::api::people::list_people;
use crate::components::{
    AFTER, Allowed, Download, EmptyState, Field, Filters, Loaded, Option_, PageHeader, Panel, SelectField,
    StateWord, account_tone, after, customer, listed, param, query,
};

/// `/c/{customer}/people`
#[component]
pub fn PeoplePage() -> impl IntoView {
    let customer = customer();
    let query = query();
    let filter = PeopleFilter {
        search: param(&query, "search"),
        state: AccountState::from_code(&param(&query, "state")),
        directory: param(&query, "directory"),
    };
    let people = list_people(customer.slug.clone(), filter.clone(), after());
    let is_narrowed = filter != PeopleFilter::default();
    let is_everybody = !is_narrowed && after().is_none();
    let path = customer.path("people");
    let list = path.clone();
    let states = Option_::filter(
        "Any state",
        AccountState::ALL
            .iter()
            .map(|state| (state.code(), state.label())),
    );
    let directories = Option_::filter(
        "Every directory",
        [
            ("synced", "Synchronised"),
            ("local", "Local"),
            ("before", "Directory from before"),
        ],
    );
    view! {
        <div class="column wide">
            <PageHeader title="People"
                lede="The accounts of the intranet. Local accounts and other directories’ accounts are never touched by the sync."/>
            <Panel title="Accounts" id="accounts" note=move || {
                view! { <Download path=list.clone() what="people" filters=&["search", "state", "directory"]/> }
            }>
                <Filters path narrowed=is_narrowed>
                    <Field key="search" label="Name, username or e-mail" kind="search" value=filter.search/>
                    <SelectField key="state" label="State" options=states value=param(&query, "state")/>
                    <SelectField key="directory" label="Directory" options=directories value=filter.directory/>
                </Filters>
                <Loaded data=people draw=move |page| view! { <PeopleList page is_everybody/> }/>
            </Panel>
            <Allowed permission=Permission::EditSettings><AddAccount/></Allowed>
        </div>
    }
}

#[component]
fn PeopleList(page: Page<PersonRow>, is_everybody: bool) -> impl IntoView {
    if page.rows.is_empty() && is_everybody {
        return view! {
            <EmptyState title="Nobody is here yet"
                detail="People arrive with the first sync. A test sync shows who that would be, and writes nothing.">
                <a class="button main" href=customer().path("test-sync")>"Go to the test sync"</a>
            </EmptyState>
        }
        .into_any();
    }
    let columns = ["Person", "Username", "E-mail", "Directory", "State"];
    listed(
        page,
        (AFTER, "#accounts"),
        ("People", columns),
        "Nobody fits these filters.",
        |person| view! { <Row person/> },
    )
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
                <a href=href><bdi>{name}</bdi></a>
                {person.is_administrator.then(|| view! { <span class="tag">"administrator"</span> })}
                <br/><span class="why">{work.join(", ")}</span>
            </th>
            <td class="name" data-label="Username"><bdi>{person.username}</bdi></td>
            <td data-label="E-mail">{person.email}</td>
            <td data-label="Directory">{person.directory}</td>
            <td><StateWord tone=account_tone(person.state) word=person.state.label()/></td>
        </tr>
    }
}
