//! Usernames that the migration freed, kept from newcomers for a while.

use domain::views::{Page, ReservedRow};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::migration::{ReleaseUsername, list_reserved_usernames};
use crate::components::{
    AFTER, Field, Filters, Loaded, Panel, Submit, address, after, customer, listed, param, query,
};

#[component]
pub(super) fn Reserved(can_release: bool) -> impl IntoView {
    let search = param(&query(), "search");
    let reserved = list_reserved_usernames(customer().slug, search.clone(), after());
    let narrowed = !search.is_empty();
    view! {
        <Panel title="Reserved usernames" id="reserved">
            <p class="in">"Nobody has these usernames any more. Whoever comes with one is held, and is not taken for the person who had it, until the time is over."</p>
            <Filters path=address(&customer().path("migration"), [("reserved", "1")]) narrowed=narrowed anchor="#reserved">
                <input type="hidden" name="reserved" value="1"/>
                <Field key="search" label="Username or name" kind="search" value=search/>
            </Filters>
            <Loaded data=reserved draw=move |page| rows(page, can_release)/>
        </Panel>
    }
}

fn rows(page: Page<ReservedRow>, can_release: bool) -> AnyView {
    let columns = ["Username", "Whose it was", "Reserved until"];
    listed(
        page,
        (AFTER, "#reserved"),
        ("Usernames kept from newcomers", columns),
        "No username is reserved.",
        |row| view! { <Row row can_release/> },
    )
}

#[component]
fn Row(row: ReservedRow, can_release: bool) -> impl IntoView {
    let href = customer().path(&format!("people/{}", row.account));
    let release = can_release.then(|| {
        view! {
            <form method="post" action=ReleaseUsername::PATH class="actions">
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="username" value=row.username.clone()/>
                <Submit label="Give free" busy="Giving free…" class="quiet" of=format!(": {}", row.username)/>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row" data-label="Username"><span class="name"><bdi>{row.username}</bdi></span></th>
            <td data-label="Whose it was"><a href=href><bdi>{row.name}</bdi></a><br/><span class="why name"><bdi>{row.now}</bdi></span></td>
            <td data-label="Reserved until">{row.until}{release}</td>
        </tr>
    }
}
