//! Security groups: who is synchronised (U-01).

use domain::Provider;
use domain::deployment::Step;
use domain::settings::Scope;
use domain::views::{GroupChoice, GroupsView, InScope, SettingsView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Before;

use super::live::{Counted, WhichGroup};
use super::parts::{CannotStart, NotConnected, ReadOnly, SAVED, Stamp};
use super::search::GroupSearch;
use crate::api::settings::{AddScopeGroup, CountGroups, RemoveScopeGroup, SaveScopeOptions, show_groups};
use crate::components::{
    Answer, CheckField, EmptyState, Loaded, PageHeader, Panel, Submit, TimeOf, customer, plural, thousands,
};
use crate::pages::steps::{BeforeEdit, StepFoot, step_line};

/// `/c/{customer}/groups`
#[component]
pub fn SecurityGroupsPage() -> impl IntoView {
    view! {
        <div class="column">
            <PageHeader title="Security groups" crumb=step_line(Step::SecurityGroups)
                lede="Members of these directory groups are synchronised, and nobody else. Who leaves them all is blocked, never deleted."/>
            <Answer of=AddScopeGroup::PATH/>
            <Answer of=RemoveScopeGroup::PATH/>
            <Answer of=SaveScopeOptions::PATH done=SAVED/>
            <Answer of=CountGroups::PATH/>
            <Loaded data=show_groups(customer().slug) draw=|found| match found {
                Some((settings, live)) => view! { <Groups settings live/> }.into_any(),
                None => view! { <NotConnected/> }.into_any(),
            }/>
            <StepFoot step=Step::SecurityGroups/>
        </div>
    }
}

#[component]
fn Groups(settings: SettingsView, live: GroupsView) -> impl IntoView {
    let until = settings.shut_until(Step::SecurityGroups);
    let can_edit = settings.may_edit(Step::SecurityGroups);
    let is_reader = !settings.can_edit;
    let SettingsView {
        provider,
        version,
        scope,
        ..
    } = settings;
    let Scope {
        groups,
        nested,
        include_guests,
    } = scope;
    let chosen: Vec<String> = groups.into_iter().map(|group| group.object_id.0).collect();
    let taken = chosen.clone();
    let add = move |group: &GroupChoice| add_form(group, taken.contains(&group.object_id), version);
    view! {
        {is_reader.then(|| view! { <ReadOnly/> })}
        <CannotStart until/>
        {can_edit.then(|| view! { <BeforeEdit before=Before::Settings/> })}
        <Chosen chosen live version can_edit/>
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

/// The groups chosen so far: the id decides, the name is the one the directory has for it now (U-02).
#[component]
fn Chosen(chosen: Vec<String>, live: GroupsView, version: i64, can_edit: bool) -> impl IntoView {
    let note = plural(u64::try_from(chosen.len()).unwrap_or(u64::MAX), "group", "groups");
    let is_empty = chosen.is_empty();
    let in_scope = live.in_scope.clone().filter(|_| !is_empty);
    let rows = live
        .groups
        .iter()
        .filter(|group| chosen.contains(&group.object_id))
        .map(|group| {
            let label = format!("Remove {}", group.name);
            let id = group.object_id.clone();
            view! {
                <li>
                    <WhichGroup group=group.clone()/>
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
                view! {
                    <ul class="picks" role="list">{rows}</ul>
                    {in_scope.map(|in_scope| view! { <People in_scope/> })}
                    <Counted live can_edit/>
                }
                .into_any()
            }}
        </Panel>
    }
}

/// How many people the groups hold together, each once.
#[component]
fn People(in_scope: InScope) -> impl IntoView {
    let words = format!(
        "In scope: {} of {} people read, everybody counted once (",
        thousands(in_scope.people),
        thousands(in_scope.of)
    );
    let after = if in_scope.is_outdated {
        "). The groups have changed since; the next test sync or preview counts anew."
    } else {
        ")."
    };
    view! { <p class="in">{words}<TimeOf when=in_scope.when/>{after}</p> }
}

fn add_form(group: &GroupChoice, is_chosen: bool, version: i64) -> AnyView {
    if is_chosen {
        return view! { <span class="soft">"Chosen"</span> }.into_any();
    }
    let label = format!("Add {}", group.name);
    let id = group.object_id.clone();
    view! {
        <form method="post" action=AddScopeGroup::PATH>
            <Stamp version/>
            <input type="hidden" name="object_id" value=id/>
            <button type="submit" class="button" aria-label=label>"Add"</button>
        </form>
    }
    .into_any()
}
