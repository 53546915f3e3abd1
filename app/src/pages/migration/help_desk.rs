//! For the help desk: who is called what, and how they sign in. To be printed, or taken away as a file.

use domain::views::{HelpDeskRow, MigrationView, Page};
use leptos::prelude::*;

use crate::api::migration::{list_help_desk, show_migration};
use crate::components::{AFTER, Download, EmptyState, Loaded, PageHeader, Panel, after, customer, listed};

/// `/c/{customer}/migration/help-desk`
#[component]
pub fn HelpDeskPage() -> impl IntoView {
    view! {
        <div class="column wide">
            <PageHeader title="Old and new usernames"
                lede="For the help desk: what everybody was called, what they are called now, and how they sign in."
                crumb=move || view! { <a href=customer().path("migration")>"Directory migration"</a> }/>
            <Loaded data=show_migration(customer().slug) draw=|view| view! { <List view/> }/>
        </div>
    }
}

#[component]
fn List(view: MigrationView) -> impl IntoView {
    let plan = view
        .done
        .map(|run| run.plan)
        .or(view.plan.map(|plan| plan.number));
    let Some(plan) = plan else {
        return view! {
            <EmptyState title="There is no plan yet" detail="The list is there as soon as the deployment team has made a plan of the migration."/>
        }
        .into_any();
    };
    let people = list_help_desk(customer().slug, plan, after());
    let file = customer().path(&format!("migration/{plan}/help-desk"));
    view! {
        <Panel title="Usernames" id="usernames" note=move || view! { <Download path=file.clone() what="old and new usernames"/> }>
            <Loaded data=people draw=rows/>
        </Panel>
    }
    .into_any()
}

fn rows(page: Page<HelpDeskRow>) -> AnyView {
    let columns = ["Name", "Old username", "New username", "How to sign in", "When"];
    listed(
        page,
        (AFTER, "#usernames"),
        ("People with their old and new usernames", columns),
        "The plan is about nobody.",
        |row| {
            view! {
                <tr>
                    <th scope="row" data-label="Name"><bdi>{row.name}</bdi></th>
                    <td class="name" data-label="Old username"><bdi>{row.old_username}</bdi></td>
                    <td class="name" data-label="New username"><bdi>{row.new_username}</bdi></td>
                    <td data-label="How to sign in">{row.how}</td>
                    <td data-label="When">{row.when}</td>
                </tr>
            }
        },
    )
}
