//! Accounts of a directory that the intranet followed before: a file comes in here, and what became of it is shown.

mod directories;
mod form;
mod result;

use domain::Permission;
use domain::views::PeopleFileView;
use leptos::prelude::*;

use crate::api::people_file::show_people_file;
use crate::components::{Allowed, Loaded, PageHeader, Panel, address, customer};

pub use directories::OldDirectories;

use form::Form;
use result::Newest;

/// `/c/{customer}/old-accounts`
#[component]
pub fn OldAccountsPage() -> impl IntoView {
    view! {
        <div class="column">
            <PageHeader title="Accounts of the old directory"
                lede="What the intranet followed before User Sync. Its accounts are migrated, so People has to know them."
                crumb=move || view! { <a href=customer().path("existing")>"Existing user directory?"</a> }/>
            <Loaded data=show_people_file(customer().slug) draw=|view| view! { <Body view/> }/>
        </div>
    }
}

#[component]
fn Body(view: PeopleFileView) -> impl IntoView {
    let PeopleFileView {
        can_edit,
        directories,
        latest,
    } = view;
    let is_working = latest.as_ref().is_some_and(result::is_working);
    let old = directories.clone();
    view! {
        <OldDirectories old/>
        {latest.map(|latest| view! { <Newest latest/> })}
        {(can_edit && !is_working).then(|| view! { <Form directories/> })}
        <Allowed permission=Permission::Export><Export/></Allowed>
    }
}

/// People in the columns that the form above reads.
#[component]
fn Export() -> impl IntoView {
    let path = customer().path("old-accounts/people.csv");
    let old = address(&path, [("directory", "before")]);
    view! {
        <Panel title="Take accounts away" id="export">
            <div class="in">
                <p>"People as a CSV file, in the columns that are read here, blocked accounts too. Uploaded again as it is, it changes nothing."</p>
                <ul>
                    <li><a href=old download>"Accounts of the old directories"</a></li>
                    <li><a href=path download>"Everybody"</a></li>
                </ul>
            </div>
        </Panel>
    }
}
