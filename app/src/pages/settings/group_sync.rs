//! Group sync: directory groups whose members are put into groups of People (U-01, U-10, U-11).

use domain::GroupId;
use domain::deployment::Step;
use domain::settings::{GroupMapping, GroupMode};
use domain::views::{
    GroupChoice, GroupCollision, GroupStanding, GroupSyncView, GroupsView, OtherMembers, SettingsView,
};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Before;

use super::live::{Counted, WhichGroup};
use super::parts::{CannotStart, NotConnected, Outcome, ReadOnly, SAVED, Stamp};
use super::search::GroupSearch;
use crate::api::settings::{
    AddGroupMapping, ChangeGroupMapping, CountGroups, CreatePeopleGroup, NEW_GROUP, RemoveGroupMapping,
    TypedGroupMapping, show_group_sync,
};
use crate::api::{ApiError, Flash, take_flash};
use crate::components::{
    Answer, EmptyState, Field, Loaded, PageHeader, Panel, Refused, Submit, WhyRefused, customer, plural,
};
use crate::pages::steps::{BeforeEdit, StepFoot, step_line};

/// What was kept of the form that creates a group.
type Kept = Option<Flash<String, ()>>;
/// What came of a group mapping: nothing to ask, or two groups of one name (U-09).
type Mapping = Flash<TypedGroupMapping, Option<GroupCollision>>;

/// `/c/{customer}/group-sync`
#[component]
pub fn GroupSyncPage() -> impl IntoView {
    let slug = customer().slug;
    let found = async move {
        let kept: Kept = take_flash(CreatePeopleGroup::PATH).await;
        let mapped: Option<Mapping> = take_flash(AddGroupMapping::PATH).await;
        let view = show_group_sync(slug).await;
        view.map(|view| (view, kept, mapped))
    };
    view! {
        <div class="column">
            <PageHeader title="Group sync" crumb=step_line(Step::GroupSync)
                lede="Members of a directory group are put into a group of People. This decides who is in which group, not who is synchronised. Roles are never synchronised."/>
            <Answer of=ChangeGroupMapping::PATH done=SAVED/>
            <Answer of=RemoveGroupMapping::PATH/>
            <Answer of=CountGroups::PATH/>
            <Loaded data=found draw=|(view, kept, mapped)| match view {
                Some(view) => view! { <GroupSync view kept mapped/> }.into_any(),
                None => view! { <NotConnected/> }.into_any(),
            }/>
            <StepFoot step=Step::GroupSync/>
        </div>
    }
}

#[component]
fn GroupSync(view: GroupSyncView, kept: Kept, mapped: Option<Mapping>) -> impl IntoView {
    let GroupSyncView {
        settings,
        groups: live,
        others,
    } = view;
    let until = settings.shut_until(Step::GroupSync);
    let can_edit = settings.may_edit(Step::GroupSync);
    let is_reader = !settings.can_edit;
    let SettingsView {
        version,
        groups,
        people_groups,
        ..
    } = settings;
    let choices = people_groups.clone();
    let asked = mapped.as_ref().and_then(|mapped| asked(mapped, &people_groups));
    let refused = mapped.as_ref().and_then(Flash::refused).cloned();
    let error = mapped
        .filter(|_| asked.is_none())
        .and_then(|mapped| mapped.result.err());
    let add = move |group: &GroupChoice| {
        let typed = refused
            .as_ref()
            .filter(|typed| typed.object_id.as_str() == group.object_id);
        add_form(group, version, &choices, typed)
    };
    let mapped = Mapped {
        rows: groups,
        people_groups: people_groups.clone(),
        live,
        others,
        version,
        can_edit,
    };
    view! {
        {is_reader.then(|| view! { <ReadOnly/> })}
        <CannotStart until/>
        {can_edit.then(|| view! { <BeforeEdit before=Before::Settings/> })}
        {error.map(|error| view! { <Refused error/> })}
        {asked.map(|asked| view! { <Collision asked version/> })}
        {mapped_panel(mapped)}
        {can_edit.then(|| view! {
            <GroupSearch title="Map another directory group" path="group-sync" draw=add/>
        })}
        <PeopleGroups groups=people_groups can_edit kept/>
    }
}

/// The question of two groups of one name, and why an answer to it was refused.
struct Asked {
    collision: GroupCollision,
    /// The other name that was typed.
    new_name: String,
    error: Option<ApiError>,
}

/// What is to be decided: what has just been found, or again what was asked before.
fn asked(mapped: &Mapping, groups: &[(GroupId, String)]) -> Option<Asked> {
    let typed = &mapped.values;
    let collision = if let Ok(found) = &mapped.result {
        found.clone()?
    } else {
        let same = groups.iter().find(|(id, _)| id.to_string() == typed.same);
        let (group, name) = same?.clone();
        GroupCollision {
            group,
            name,
            object_id: typed.object_id.clone(),
            mode: typed.mode,
        }
    };
    Some(Asked {
        collision,
        new_name: mapped
            .refused()
            .map(|typed| typed.new_name.clone())
            .unwrap_or_default(),
        error: mapped.result.clone().err(),
    })
}

/// U-09: a group of this name is there. It is never taken silently: a person says whether it is the one.
#[component]
fn Collision(asked: Asked, version: i64) -> impl IntoView {
    let Asked {
        collision,
        new_name,
        error,
    } = asked;
    let GroupCollision {
        group,
        name,
        object_id,
        mode,
    } = collision;
    let separate = if new_name.is_empty() {
        format!("{name} (directory)")
    } else {
        new_name
    };
    let object = object_id.as_str().to_owned();
    let same_object = object.clone();
    view! {
        <Panel title=format!("People has a group “{name}” already") id="collision">
            <div class="in settings-form">
                <WhyRefused error=error.clone()/>
                <p role="status">"Nothing was mapped yet. Is it the same group? If so it is adopted with its permissions, and its members are treated as the group mapping says. If not, a separate group is made under another name."</p>
                <form method="post" action=AddGroupMapping::PATH class="actions">
                    <Stamp version/>
                    <input type="hidden" name="object_id" value=object/>
                    <input type="hidden" name="group" value=group.to_string()/>
                    <input type="hidden" name="same" value=group.to_string()/>
                    <input type="hidden" name="mode" value=mode.code()/>
                    <Submit label=format!("Adopt “{name}”") busy="Mapping…"/>
                </form>
                <form method="post" action=AddGroupMapping::PATH class="filters">
                    <Stamp version/>
                    <input type="hidden" name="object_id" value=same_object/>
                    <input type="hidden" name="group" value=NEW_GROUP/>
                    <input type="hidden" name="same" value=group.to_string()/>
                    <input type="hidden" name="mode" value=mode.code()/>
                    <Field key="new_name" label="Name of the separate group" value=separate error/>
                    <div class="actions"><Submit label="Make a separate group" busy="Mapping…"/></div>
                </form>
            </div>
        </Panel>
    }
}

/// What the panel of mapped groups is drawn from.
struct Mapped {
    rows: Vec<GroupMapping>,
    people_groups: Vec<(GroupId, String)>,
    live: GroupsView,
    others: Vec<OtherMembers>,
    version: i64,
    can_edit: bool,
}

/// What is mapped, each with what happens to other members.
fn mapped_panel(mapped: Mapped) -> impl IntoView {
    let Mapped {
        rows,
        people_groups,
        live,
        others,
        version,
        can_edit,
    } = mapped;
    let note = plural(
        u64::try_from(rows.len()).unwrap_or(u64::MAX),
        "group mapping",
        "group mappings",
    );
    let is_empty = rows.is_empty();
    let rows = rows
        .into_iter()
        .map(|row| {
            let group = people_groups
                .iter()
                .find(|(id, _)| *id == row.group)
                .map(|(_, name)| name.clone());
            let group = group.unwrap_or_else(|| "a deleted group".to_owned());
            let from = live
                .groups
                .iter()
                .find(|found| found.object_id == row.object_id.as_str())
                .cloned();
            let others = others.iter().find(|others| others.group == row.group).cloned();
            view! { <MappedRow row group from others version can_edit/> }
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
                view! {
                    <ul class="picks" role="list">{rows}</ul>
                    <p class="in soft">"When a group mapping is removed, or its directory group disappears, the People group stays with its permissions and its members. Groups are never deleted."</p>
                    <Counted live can_edit/>
                }
                .into_any()
            }}
        </Panel>
    }
}

#[component]
fn MappedRow(
    row: GroupMapping,
    group: String,
    from: Option<GroupStanding>,
    others: Option<OtherMembers>,
    version: i64,
    can_edit: bool,
) -> impl IntoView {
    let said = format!("{} to {group}", row.name);
    let (other, save, remove) = (
        format!("Other members, {said}"),
        format!("Save, {said}"),
        format!("Remove, {said}"),
    );
    let effect = mode_words(row.mode);
    let others = others.and_then(|others| others_words(&others, row.mode));
    let ids = move || (row.object_id.as_str().to_owned(), row.group.to_string());
    let (object, target) = ids();
    let (object_again, target_again) = ids();
    let select = format!("mode-{object}-{target}");
    let from = from.map(
        |from| view! { <WhichGroup group=from><span class="soft">" to "</span><b>{group}</b></WhichGroup> },
    );
    view! {
        <li>
            <div>
                {from}
                <div class="pick">
                    <span class="why">{effect}</span>
                    {others.map(|words| view! { <span class="why">{words}</span> })}
                </div>
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
        GroupMode::Additive => "Follows the directory group. Members added by hand in People stay.",
        GroupMode::Authoritative => "The directory decides. Other members are taken out of the People group.",
    }
}

/// Who the directory does not have, and what becomes of them (U-10); nothing when there is nobody.
fn others_words(others: &OtherMembers, mode: GroupMode) -> Option<String> {
    let count = match others.count {
        None => {
            return Some(
                "Who else is in the People group shows once the directory group was read.".to_owned(),
            );
        }
        Some(0) => return None,
        Some(count) => count,
    };
    let is_cut = u64::try_from(others.names.len()).is_ok_and(|named| named < count);
    let names = format!("{}{}", others.names.join(", "), if is_cut { ", …" } else { "" });
    let who = plural(
        count,
        "member is not in the directory group",
        "members are not in the directory group",
    );
    Some(match mode {
        GroupMode::Additive => {
            format!("{who}: {names}. Those whom the sync has put there are taken out; the others stay.")
        }
        GroupMode::Authoritative => format!("{who} and will be taken out by the next run: {names}."),
    })
}

fn mode_options(chosen: GroupMode) -> impl IntoView + use<> {
    let label = |mode: GroupMode| match mode {
        GroupMode::Additive => "keep members added by hand",
        GroupMode::Authoritative => "the directory decides",
    };
    GroupMode::ALL
        .iter()
        .map(|mode| view! { <option value=mode.code() selected=*mode == chosen>{label(*mode)}</option> })
        .collect_view()
}

/// The form beside a group that was found; `typed` is what was refused of it.
fn add_form(
    group: &GroupChoice,
    version: i64,
    choices: &[(GroupId, String)],
    typed: Option<&TypedGroupMapping>,
) -> AnyView {
    let (id, name) = (group.object_id.clone(), group.name.clone());
    let (target, mode) = (format!("to-{id}"), format!("how-{id}"));
    let new = format!("a new group, “{name}”");
    let options = choices
        .iter()
        .map(|(id, name)| {
            let id = id.to_string();
            let selected = typed.is_some_and(|typed| typed.group == id);
            view! { <option value=id selected=selected>{name.clone()}</option> }
        })
        .collect_view();
    let chosen = typed.map_or(GroupMode::Additive, |typed| typed.mode);
    view! {
        <form method="post" action=AddGroupMapping::PATH>
            <Stamp version/>
            <input type="hidden" name="object_id" value=id/>
            <label class="visually-hidden" for=target.clone()>{format!("People group for {name}")}</label>
            <select id=target name="group"><option value=NEW_GROUP>{new}</option>{options}</select>
            <label class="visually-hidden" for=mode.clone()>{format!("Other members, {name}")}</label>
            <select id=mode name="mode">{mode_options(chosen)}</select>
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
                    view! { <p class="soft">"People has no group yet. Mapping a directory group can make one of its name; or create one here."</p> }.into_any()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u_10_who_would_be_taken_out_is_said_first() {
        let others = |count, names: &[&str]| OtherMembers {
            group: "019a0000-0000-7000-8000-000000000009".parse().expect("an id"),
            count,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let words = |others: &OtherMembers, mode| others_words(others, mode);
        assert_eq!(words(&others(Some(0), &[]), GroupMode::Authoritative), None);
        assert_eq!(
            words(&others(Some(3), &["Ann", "Bob"]), GroupMode::Authoritative).as_deref(),
            Some(
                "3 members are not in the directory group and will be taken out by the next run: Ann, Bob, …."
            )
        );
        let additive = words(&others(Some(1), &["Ann"]), GroupMode::Additive).expect("words");
        assert!(
            additive.starts_with("1 member is not in the directory group: Ann. Those whom"),
            "{additive}"
        );
        let unread = words(&others(None, &[]), GroupMode::Additive).expect("words");
        assert!(unread.contains("once the directory group was read"), "{unread}");
    }
}
