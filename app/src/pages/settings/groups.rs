//! Security groups: who is synchronised (U-01).

use domain::Provider;
use domain::deployment::Step;
use domain::settings::{Scope, ScopeGroup};
use domain::views::{GroupChoice, SettingsView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Before;

use super::parts::{NotConnected, ReadOnly, SAVED, Stamp};
use super::search::GroupSearch;
use crate::api::settings::{AddScopeGroup, RemoveScopeGroup, SaveScopeOptions, show_settings};
use crate::components::{
    Answer, CheckField, EmptyState, Loaded, PageHeader, Panel, Submit, customer, plural,
};
use crate::pages::steps::{BeforeEdit, StepFoot};

/// `/c/{customer}/groups`
#[component]
pub fn SecurityGroupsPage() -> impl IntoView {
    view! {
        <div class="column">
            <PageHeader title="Security groups"
                lede="Members of these directory groups are synchronised, and nobody else. Who leaves them all is blocked, never deleted."/>
            <Answer of=AddScopeGroup::PATH/>
            <Answer of=RemoveScopeGroup::PATH/>
            <Answer of=SaveScopeOptions::PATH done=SAVED/>
            <Loaded data=show_settings(customer().slug) draw=|settings| match settings {
                Some(settings) => view! { <Groups settings/> }.into_any(),
                None => view! { <NotConnected/> }.into_any(),
            }/>
            <StepFoot step=Step::SecurityGroups/>
        </div>
    }
}

#[component]
fn Groups(settings: SettingsView) -> impl IntoView {
    let SettingsView {
        provider,
        version,
        scope,
        can_edit,
        ..
    } = settings;
    let Scope {
        groups,
        nested,
        include_guests,
    } = scope;
    let chosen: Vec<String> = groups
        .iter()
        .map(|group| group.object_id.as_str().to_owned())
        .collect();
    let add = move |group: &GroupChoice| add_form(group, chosen.contains(&group.object_id), version);
    view! {
        {(!can_edit).then(|| view! { <ReadOnly/> })}
        {can_edit.then(|| view! { <BeforeEdit before=Before::Settings/> })}
        <Chosen groups version can_edit/>
        {can_edit.then(|| view! {
            <GroupSearch title="Find a group in the directory" path="groups" draw=add/>
        })}
        // Okta's groups hold people only, and its people have no guests among them.
        {(provider == Provider::Entra).then(|| view! { <Options version nested include_guests can_edit/> })}
    }
}

/// Whom the chosen groups bring along (U-04, I-12).
#[component]
fn Options(version: i64, nested: bool, include_guests: bool, can_edit: bool) -> impl IntoView {
    view! {
        <Panel title="Who counts as a member" id="options">
            <form method="post" action=SaveScopeOptions::PATH class="in">
                <fieldset class="settings-form" disabled=!can_edit>
                    <legend class="visually-hidden">"Who counts as a member"</legend>
                    <Stamp version/>
                    <CheckField key="nested" label="Include members of nested groups" checked=nested
                        help="Groups inside these groups count too, at any depth; everybody is counted once."/>
                    <CheckField key="include_guests" label="Include guests" checked=include_guests
                        help="Guests are people of other organisations. Their username is made from their e-mail address."/>
                    {can_edit.then(|| view! {
                        <div class="actions"><Submit label="Save" busy="Saving…" class="main"/></div>
                    })}
                </fieldset>
            </form>
        </Panel>
    }
}

/// The groups chosen so far, by the name they had when they were chosen; the id decides (U-02).
#[component]
fn Chosen(groups: Vec<ScopeGroup>, version: i64, can_edit: bool) -> impl IntoView {
    let note = plural(u64::try_from(groups.len()).unwrap_or(u64::MAX), "group", "groups");
    let is_empty = groups.is_empty();
    let rows = groups
        .into_iter()
        .map(|group| {
            let label = format!("Remove {}", group.name);
            let id = group.object_id.as_str().to_owned();
            view! {
                <li>
                    <div class="pick"><b>{group.name}</b><span class="why"><code>{id.clone()}</code></span></div>
                    {can_edit.then(|| view! {
                        <form method="post" action=RemoveScopeGroup::PATH>
                            <Stamp version/>
                            <input type="hidden" name="object_id" value=id/>
                            <button type="submit" class="button quiet" aria-label=label>"Remove"</button>
                        </form>
                    })}
                </li>
            }
        })
        .collect_view();
    view! {
        <Panel title="Synchronised groups" id="chosen" note=move || note.clone()>
            {if is_empty {
                view! {
                    <EmptyState title="Nobody is synchronised yet"
                        detail="Choose at least one security group below. Never everybody by default: service, room and test accounts stay out."/>
                }
                .into_any()
            } else {
                view! { <ul class="picks" role="list">{rows}</ul> }.into_any()
            }}
        </Panel>
    }
}

fn add_form(group: &GroupChoice, is_chosen: bool, version: i64) -> AnyView {
    if is_chosen {
        return view! { <span class="soft">"Chosen"</span> }.into_any();
    }
    let label = format!("Add {}", group.name);
    let (id, name) = (group.object_id.clone(), group.name.clone());
    view! {
        <form method="post" action=AddScopeGroup::PATH>
            <Stamp version/>
            <input type="hidden" name="object_id" value=id/>
            <input type="hidden" name="name" value=name/>
            <button type="submit" class="button" aria-label=label>"Add"</button>
        </form>
    }
    .into_any()
}
