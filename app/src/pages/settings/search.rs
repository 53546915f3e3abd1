//! Searching the live directory for a group, by a GET form.

use domain::UserError;
use domain::views::GroupChoice;
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

use super::parts::Saves;
use crate::api::ApiError;
use crate::api::settings::find_groups;
use crate::components::links::param;
use crate::components::{Field, Loading, Panel, Refused, customer};

/// A panel with a search field and what was found; `draw` makes the action beside a group. `path` is the page's own
/// address below the customer.
#[component]
pub fn GroupSearch<F>(title: &'static str, path: &'static str, saves: Saves, draw: F) -> impl IntoView
where
    F: Fn(&GroupChoice) -> AnyView + Clone + Send + Sync + 'static,
{
    let customer = customer();
    let query = use_query_map();
    let search = Memo::new(move |_| param(&query.read(), "q").trim().to_owned());
    let found = Resource::new(
        move || (customer.slug.get(), search.get(), saves.get()),
        |(slug, search, _)| async move {
            if search.is_empty() {
                Ok(None)
            } else {
                find_groups(slug, search).await.map(Some)
            }
        },
    );
    view! {
        <Panel title=title id="find">
            <search class="above-table">
                <Form method="get" action=customer.path(path) attr:class="filters" noscroll=true>
                    {move || view! {
                        <Field key="q" label="Name of the group" kind="search" value=search.get()
                            help="The beginning of the name, as it is in the directory now."/>
                    }}
                    <div class="actions"><button type="submit" class="button">"Search"</button></div>
                </Form>
            </search>
            <Transition fallback=|| view! { <Loading/> }>
                {move || {
                    let draw = draw.clone();
                    Suspend::new(async move { found_view(found.await, draw) })
                }}
            </Transition>
        </Panel>
    }
}

fn found_view<F>(found: Result<Option<Result<Vec<GroupChoice>, UserError>>, ApiError>, draw: F) -> AnyView
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
