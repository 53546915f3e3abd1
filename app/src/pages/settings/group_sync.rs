//! Group sync: directory groups whose members are put into groups of People (U-01, U-10, U-11).

use domain::GroupId;
use domain::deployment::Step;
use domain::settings::{GroupMapping, GroupMode};
use domain::views::{GroupChoice, SettingsView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Before;

use super::parts::{NotConnected, Outcome, ReadOnly, SAVED, Stamp};
use super::search::GroupSearch;
use crate::api::settings::{
    AddGroupMapping, ChangeGroupMapping, CreatePeopleGroup, RemoveGroupMapping, show_settings,
};
use crate::api::{Flash, take_flash};
use crate::components::{Answer, EmptyState, Field, Loaded, PageHeader, Panel, Submit, customer, plural};
use crate::pages::steps::{BeforeEdit, StepFoot};

/// What was kept of the form that creates a group.
type Kept = Option<Flash<String, ()>>;

/// `/c/{customer}/group-sync`
#[component]
pub fn GroupSyncPage() -> impl IntoView {
    let slug = customer().slug;
    let settings = async move {
        let kept: Kept = take_flash(CreatePeopleGroup::PATH).await;
        show_settings(slug).await.map(|settings| (settings, kept))
    };
    view! {
        <div class="column">
            <PageHeader title="Group sync"
                lede="Members of a directory group are put into a group of People. This decides who is in which group, not who is synchronised."/>
            <Answer of=AddGroupMapping::PATH/>
            <Answer of=ChangeGroupMapping::PATH done=SAVED/>
            <Answer of=RemoveGroupMapping::PATH/>
            <Loaded data=settings draw=|(settings, kept)| match settings {
                Some(settings) => view! { <GroupSync settings kept/> }.into_any(),
                None => view! { <NotConnected/> }.into_any(),
            }/>
            <StepFoot step=Step::GroupSync/>
        </div>
    }
}

#[component]
fn GroupSync(settings: SettingsView, kept: Kept) -> impl IntoView {
    let SettingsView {
        version,
        groups,
        people_groups,
        can_edit,
        ..
    } = settings;
    let choices = people_groups.clone();
    let has_groups = !people_groups.is_empty();
    let add = move |group: &GroupChoice| add_form(group, version, &choices);
    view! {
        {(!can_edit).then(|| view! { <ReadOnly/> })}
        {can_edit.then(|| view! { <BeforeEdit before=Before::Settings/> })}
        <Mapped groups people_groups=people_groups.clone() version can_edit/>
        {(can_edit && has_groups).then(|| view! {
            <GroupSearch title="Map another directory group" path="group-sync" draw=add/>
        })}
        <PeopleGroups groups=people_groups can_edit kept/>
    }
}

/// What is mapped, each with what happens to other members.
#[component]
fn Mapped(
    groups: Vec<GroupMapping>,
    people_groups: Vec<(GroupId, String)>,
    version: i64,
    can_edit: bool,
) -> impl IntoView {
    let note = plural(
        u64::try_from(groups.len()).unwrap_or(u64::MAX),
        "mapping",
        "mappings",
    );
    let is_empty = groups.is_empty();
    let rows = groups
        .into_iter()
        .map(|row| {
            let group = people_groups.iter().find(|(id, _)| *id == row.group).map(|(_, name)| name.clone());
            view! { <MappedRow row group=group.unwrap_or_else(|| "a deleted group".to_owned()) version can_edit/> }
        })
        .collect_view();
    view! {
        <Panel title="Mapped groups" id="mapped" note=move || note.clone()>
            {if is_empty {
                view! {
                    <EmptyState title="No group is mapped"
                        detail="That is fine: people are synchronised all the same. Map a group when its members should be in a group of the intranet."/>
                }
                .into_any()
            } else {
                view! { <ul class="picks" role="list">{rows}</ul> }.into_any()
            }}
        </Panel>
    }
}

#[component]
fn MappedRow(row: GroupMapping, group: String, version: i64, can_edit: bool) -> impl IntoView {
    let said = format!("{} to {group}", row.name);
    let (other, save, remove) = (
        format!("Other members, {said}"),
        format!("Save, {said}"),
        format!("Remove, {said}"),
    );
    let effect = mode_words(row.mode);
    let ids = move || (row.object_id.as_str().to_owned(), row.group.to_string());
    let (object, target) = ids();
    let (object_again, target_again) = ids();
    let select = format!("mode-{object}-{target}");
    view! {
        <li>
            <div class="pick">
                <b>{row.name.clone()}</b><span class="soft">" to "</span><b>{group}</b>
                <span class="why">{effect}</span>
            </div>
            {can_edit.then(|| view! {
                <div class="actions">
                    <form method="post" action=ChangeGroupMapping::PATH>
                        <Stamp version/>
                        <input type="hidden" name="object_id" value=object/>
                        <input type="hidden" name="group" value=target/>
                        <label class="visually-hidden" for=select.clone()>{other}</label>
                        <select id=select name="mode">{mode_options(row.mode)}</select>
                        <button type="submit" class="button" aria-label=save>"Save"</button>
                    </form>
                    <form method="post" action=RemoveGroupMapping::PATH>
                        <Stamp version/>
                        <input type="hidden" name="object_id" value=object_again/>
                        <input type="hidden" name="group" value=target_again/>
                        <button type="submit" class="button quiet" aria-label=remove>"Remove"</button>
                    </form>
                </div>
            })}
        </li>
    }
}

/// What the mode does, as a consequence.
const fn mode_words(mode: GroupMode) -> &'static str {
    match mode {
        GroupMode::Additive => "Only adds. Other members of the People group stay.",
        GroupMode::Authoritative => "The directory decides. Other members are taken out of the People group.",
    }
}

fn mode_options(chosen: GroupMode) -> impl IntoView + use<> {
    let label = |mode: GroupMode| match mode {
        GroupMode::Additive => "only add members",
        GroupMode::Authoritative => "the directory decides",
    };
    GroupMode::ALL
        .iter()
        .map(|mode| view! { <option value=mode.code() selected=*mode == chosen>{label(*mode)}</option> })
        .collect_view()
}

fn add_form(group: &GroupChoice, version: i64, choices: &[(GroupId, String)]) -> AnyView {
    let (id, name) = (group.object_id.clone(), group.name.clone());
    let (target, mode) = (format!("to-{id}"), format!("how-{id}"));
    let options = choices
        .iter()
        .map(|(id, name)| view! { <option value=id.to_string()>{name.clone()}</option> })
        .collect_view();
    view! {
        <form method="post" action=AddGroupMapping::PATH>
            <Stamp version/>
            <input type="hidden" name="object_id" value=id/>
            <input type="hidden" name="name" value=name.clone()/>
            <label class="visually-hidden" for=target.clone()>{format!("People group for {name}")}</label>
            <select id=target name="group">{options}</select>
            <label class="visually-hidden" for=mode.clone()>{format!("Other members, {name}")}</label>
            <select id=mode name="mode">{mode_options(GroupMode::Additive)}</select>
            <button type="submit" class="button" aria-label=format!("Map {name}")>"Map"</button>
        </form>
    }
    .into_any()
}

/// The groups of People, and a new one.
#[component]
fn PeopleGroups(groups: Vec<(GroupId, String)>, can_edit: bool, kept: Kept) -> impl IntoView {
    let is_empty = groups.is_empty();
    let names = groups
        .into_iter()
        .map(|(_, name)| view! { <li>{name}</li> })
        .collect_view();
    view! {
        <Panel title="Groups of People" id="people-groups">
            <div class="in settings-form">
                {if is_empty {
                    view! { <p class="soft">"People has no group yet. Create one to map directory groups to it."</p> }.into_any()
                } else {
                    view! { <ul class="chips" role="list">{names}</ul> }.into_any()
                }}
                {can_edit.then(|| view! { <NewGroup kept/> })}
            </div>
        </Panel>
    }
}

/// A success shows itself: the group is in the list.
#[component]
fn NewGroup(kept: Kept) -> impl IntoView {
    let typed = kept
        .as_ref()
        .and_then(Flash::refused)
        .cloned()
        .unwrap_or_default();
    let error = kept.and_then(|kept| kept.result.err());
    view! {
        <Outcome came=error.clone().map(Err)/>
        <form method="post" action=CreatePeopleGroup::PATH class="filters">
            <input type="hidden" name="customer" value=customer().slug/>
            <Field key="name" label="New group of People" value=typed error/>
            <div class="actions"><Submit label="Create group" busy="Creating…"/></div>
        </form>
    }
}
