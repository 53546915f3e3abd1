//! Group sync: directory groups whose members are put into groups of People (U-01, U-10, U-11).

use domain::GroupId;
use domain::settings::{GroupMapping, GroupMode};
use domain::views::{GroupChoice, SettingsView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::limits::Outcome;
use super::parts::{NotConnected, ReadOnly, Saves, Stamp};
use super::search::GroupSearch;
use crate::api::settings::{AddGroupMapping, ChangeGroupMapping, CreatePeopleGroup, RemoveGroupMapping};
use crate::api::{Flash, outcome, take_flash};
use crate::components::{Answer, EmptyState, Field, Loaded, PageHeader, Panel, Submit, customer, plural};

/// The forms of the page.
#[derive(Clone, Copy)]
struct Forms {
    add: ServerAction<AddGroupMapping>,
    change: ServerAction<ChangeGroupMapping>,
    remove: ServerAction<RemoveGroupMapping>,
    create: ServerAction<CreatePeopleGroup>,
    /// What came of creating a group without scripts. Taken once, by the page: its parts may be drawn twice.
    created: Resource<Option<Flash<String, ()>>>,
    saves: Saves,
}

/// `/c/{customer}/group-sync`
#[component]
pub fn GroupSyncPage() -> impl IntoView {
    let saves = Saves::new();
    let forms = Forms {
        add: ServerAction::new(),
        change: ServerAction::new(),
        remove: ServerAction::new(),
        create: ServerAction::new(),
        created: Resource::new(|| (), |()| take_flash::<String, ()>(CreatePeopleGroup::PATH)),
        saves,
    };
    saves.watch(forms.add);
    saves.watch(forms.change);
    saves.watch(forms.remove);
    saves.watch(forms.create);
    let settings = saves.settings();
    view! {
        <div class="column">
            <PageHeader title="Group sync"
                lede="Members of a directory group are put into a group of People. This decides who is in which group, not who is synchronised."/>
            <Answer action=forms.add/>
            <Answer action=forms.change done="Saved. The next run uses it."/>
            <Answer action=forms.remove/>
            <Loaded resource=settings draw=move |settings| match settings {
                Some(settings) => view! { <GroupSync settings forms/> }.into_any(),
                None => view! { <NotConnected/> }.into_any(),
            }/>
        </div>
    }
}

#[component]
fn GroupSync(settings: SettingsView, forms: Forms) -> impl IntoView {
    let SettingsView {
        version,
        groups,
        people_groups,
        can_edit,
        ..
    } = settings;
    let choices = people_groups.clone();
    let has_groups = !people_groups.is_empty();
    let add = move |group: &GroupChoice| add_form(group, version, &choices, forms);
    view! {
        {(!can_edit).then(|| view! { <ReadOnly/> })}
        <Mapped groups people_groups=people_groups.clone() version can_edit forms/>
        {(can_edit && has_groups).then(|| view! {
            <GroupSearch title="Map another directory group" path="group-sync" saves=forms.saves draw=add/>
        })}
        <PeopleGroups groups=people_groups can_edit forms/>
    }
}

/// What is mapped, each with what happens to other members.
#[component]
fn Mapped(
    groups: Vec<GroupMapping>,
    people_groups: Vec<(GroupId, String)>,
    version: i64,
    can_edit: bool,
    forms: Forms,
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
            view! { <MappedRow row group=group.unwrap_or_else(|| "a deleted group".to_owned()) version can_edit forms/> }
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
fn MappedRow(row: GroupMapping, group: String, version: i64, can_edit: bool, forms: Forms) -> impl IntoView {
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
                    <ActionForm action=forms.change>
                        <Stamp version/>
                        <input type="hidden" name="object_id" value=object/>
                        <input type="hidden" name="group" value=target/>
                        <label class="visually-hidden" for=select.clone()>{other}</label>
                        <select id=select name="mode">{mode_options(row.mode)}</select>
                        <button type="submit" class="button" aria-label=save>"Save"</button>
                    </ActionForm>
                    <ActionForm action=forms.remove>
                        <Stamp version/>
                        <input type="hidden" name="object_id" value=object_again/>
                        <input type="hidden" name="group" value=target_again/>
                        <button type="submit" class="button quiet" aria-label=remove>"Remove"</button>
                    </ActionForm>
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

fn add_form(group: &GroupChoice, version: i64, choices: &[(GroupId, String)], forms: Forms) -> AnyView {
    let (id, name) = (group.object_id.clone(), group.name.clone());
    let (target, mode) = (format!("to-{id}"), format!("how-{id}"));
    let options = choices
        .iter()
        .map(|(id, name)| view! { <option value=id.to_string()>{name.clone()}</option> })
        .collect_view();
    view! {
        <ActionForm action=forms.add>
            <Stamp version/>
            <input type="hidden" name="object_id" value=id/>
            <input type="hidden" name="name" value=name.clone()/>
            <label class="visually-hidden" for=target.clone()>{format!("People group for {name}")}</label>
            <select id=target name="group">{options}</select>
            <label class="visually-hidden" for=mode.clone()>{format!("Other members, {name}")}</label>
            <select id=mode name="mode">{mode_options(GroupMode::Additive)}</select>
            <button type="submit" class="button" aria-label=format!("Map {name}")>"Map"</button>
        </ActionForm>
    }
    .into_any()
}

/// The groups of People, and a new one.
#[component]
fn PeopleGroups(groups: Vec<(GroupId, String)>, can_edit: bool, forms: Forms) -> impl IntoView {
    let customer = customer();
    let is_empty = groups.is_empty();
    let names = groups
        .into_iter()
        .map(|(_, name)| view! { <li>{name}</li> })
        .collect_view();
    let pending = forms.create.pending();
    view! {
        <Panel title="Groups of People" id="people-groups">
            <div class="in settings-form">
                {if is_empty {
                    view! { <p class="soft">"People has no group yet. Create one to map directory groups to it."</p> }.into_any()
                } else {
                    view! { <ul class="chips" role="list">{names}</ul> }.into_any()
                }}
                {can_edit.then(|| view! {
                    <Transition>
                        {move || Suspend::new(async move {
                            let flash = forms.created.await;
                            let refused = flash.as_ref().filter(|flash| flash.result.is_err());
                            let typed = refused.map(|flash| flash.values.clone()).unwrap_or_default();
                            let outcome = outcome(forms.create, flash.map(|flash| flash.result));
                            let error = Signal::derive(move || outcome.get().and_then(Result::err));
                            // A success shows itself: the group is in the list above.
                            let refusal = Signal::derive(move || outcome.get().filter(Result::is_err));
                            view! {
                                <Outcome outcome=refusal/>
                                <ActionForm action=forms.create attr:class="filters">
                                    <input type="hidden" name="customer" value=move || customer.slug.get()/>
                                    <Field key="name" label="New group of People" value=typed error=error/>
                                    <div class="actions"><Submit label="Create group" busy="Creating…" pending/></div>
                                </ActionForm>
                            }
                        })}
                    </Transition>
                })}
            </div>
        </Panel>
    }
}
