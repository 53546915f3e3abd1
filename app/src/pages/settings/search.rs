//! Searching the live directory for a group, by a GET form.

use domain::UserError;
use domain::views::GroupChoice;
use leptos::prelude::*;

use crate::api::ApiError;
use crate::api::settings::find_groups;
use crate::components::loaded::awaited;
use crate::components::{Field, Panel, Refused, customer, param, query};

/// What was found; `None` before anything was searched for.
type Found = Result<Option<Result<Vec<GroupChoice>, UserError>>, ApiError>;

/// A panel with a search field and what was found; `draw` makes the action beside a group. `path` is the page's own
/// address below the customer.
#[component]
pub fn GroupSearch<F>(title: &'static str, path: &'static str, draw: F) -> impl IntoView
where
    F: Fn(&GroupChoice) -> AnyView + Send + 'static,
{
    let customer = customer();
    let search = param(&query(), "q").trim().to_owned();
    let action = format!("{}#find", customer.path(path));
    let wanted = search.clone();
    let found = async move {
        if wanted.is_empty() {
            Ok(None)
        } else {
            find_groups(customer.slug, wanted).await.map(Some)
        }
    };
    let found = awaited(found, move |found| found_view(found, draw));
    view! {
        <Panel title=title id="find">
            <search class="above-table">
                <form method="get" action=action class="filters">
                    <Field key="q" label="Name of the group" kind="search" value=search
                        help="The beginning of the name, as it is in the directory now."/>
                    <div class="actions"><button type="submit" class="button">"Search"</button></div>
                </form>
            </search>
            {found}
        </Panel>
    }
}

fn found_view<F>(found: Found, draw: F) -> AnyView
where
    F: Fn(&GroupChoice) -> AnyView,
{
    match found {
        Err(error) => view! { <div class="in"><Refused error/></div> }.into_any(),
        Ok(None) => ().into_any(),
        Ok(Some(Err(error))) => view! { <div class="in"><Refused error=error.into()/></div> }.into_any(),
        Ok(Some(Ok(groups))) if groups.is_empty() => {
            view! { <p class="in soft" role="status">"No group of the directory has this name."</p> }
                .into_any()
        }
        Ok(Some(Ok(groups))) => {
            let rows = groups
                .iter()
                .map(|group| view! { <li><Who group=group.clone()/>{draw(group)}</li> })
                .collect_view();
            view! { <ul class="picks" role="list" aria-label="Groups found">{rows}</ul> }.into_any()
        }
    }
}

/// Which group it is: two groups may have the same name, so kind, address and id stand beside it (U-07, U-08).
#[component]
fn Who(group: GroupChoice) -> impl IntoView {
    let kind = match group.mail {
        Some(mail) => format!("{} · {mail}", group.kind),
        None => group.kind,
    };
    view! {
        <div class="pick">
            <b>{group.name}</b>
            <span class="why">{kind}" · "<code>{group.object_id}</code></span>
            {group.warning.map(|warning| view! { <span class="caution">{warning}</span> })}
        </div>
    }
}
