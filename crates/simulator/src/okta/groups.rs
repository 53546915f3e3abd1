//! `/api/v1/groups`. Groups hold users only.

use super::access::Caller;
use super::errors::{bad_search, not_found, validation};
use super::paging::{limit, with_links};
use super::users::{Shape, time, write_user};
use crate::Kind;
use crate::directory::{Directory, Group, GroupForm};
use crate::filter::{Datum, parse_okta};
use crate::wire::json::Writer;
use crate::wire::{Call, Reply};
use crate::world::World;
use http::StatusCode;
use serde_json::{Value, json};
use std::borrow::Cow;

fn kind(group: &Group) -> &'static str {
    match group.form {
        GroupForm::BuiltIn => "BUILT_IN",
        GroupForm::App => "APP_GROUP",
        _ => "OKTA_GROUP",
    }
}

/// A group's JSON. Groups imported from Active Directory have another object class and profile.
pub(super) fn object(world: &World, group: &Group) -> Value {
    let imported = group.form == GroupForm::App;
    let class = if imported {
        "okta:windows_security_principal"
    } else {
        "okta:user_group"
    };
    let mut profile = json!({"name": group.name, "description": group.description});
    if imported {
        profile["dn"] = json!(format!("CN={},OU=Groups,DC=contoso,DC=local", group.name));
        profile["samAccountName"] = json!(group.name);
        profile["windowsDomainQualifiedName"] = json!(format!("CONTOSO\\{}", group.name));
        profile["groupType"] = json!("Security");
        profile["groupScope"] = json!("Global");
        profile["externalId"] = json!(crate::keys::base64url(crate::keys::sha256(group.id.as_bytes())));
    }
    let own = format!("{}/api/v1/groups/{}", world.okta_base, group.id);
    json!({
        "id": group.id,
        "created": time(group.created),
        "lastUpdated": time(group.updated),
        "lastMembershipUpdated": time(group.members_updated),
        "objectClass": [class],
        "type": kind(group),
        "profile": profile,
        "_links": {"users": {"href": format!("{own}/users")}, "apps": {"href": format!("{own}/apps")}},
    })
}

fn value(group: &Group, path: &str) -> Datum<'static> {
    let text = |text: &str| Datum::Text(Cow::Owned(text.to_owned()));
    match path {
        "id" => text(&group.id),
        "type" => text(kind(group)),
        "lastUpdated" => text(&time(group.updated)),
        "lastMembershipUpdated" => text(&time(group.members_updated)),
        "created" => text(&time(group.created)),
        "profile.name" => text(&group.name),
        "profile.description" => group.description.as_deref().map_or(Datum::None, text),
        _ => Datum::None,
    }
}

/// How many users a group has.
fn users_count(directory: &Directory, group: &Group) -> usize {
    directory.walk(&[group.index], 0).count()
}

/// `GET /api/v1/groups`.
pub(super) fn list(world: &World, call: &Call, caller: &Caller) -> Reply {
    let text = call.query_value("search").or_else(|| call.query_value("filter"));
    let filter = match text.map(|text| parse_okta(&text)).transpose() {
        Ok(filter) => filter,
        Err(cause) => return bad_search(world, &cause),
    };
    let starting = call.query_value("q").map(|text| text.to_lowercase());
    let Some(limit) = limit(world, call, 10_000, 10_000) else {
        return validation(world, "limit", "limit: The value must be a positive number.");
    };
    let directory = world.tenant(Kind::Okta).read();
    let from = match call.query_value("after").filter(|after| !after.is_empty()) {
        None => 0,
        Some(after) => match directory.groups.iter().position(|group| group.id == after) {
            Some(index) => index + 1,
            None => return validation(world, "after", "after: The cursor is invalid or has expired."),
        },
    };
    let mut found = directory
        .groups
        .iter()
        .skip(from)
        .filter(|group| group.present && caller.sees_group(&group.id))
        // Everyone is hidden from those who administer certain groups only.
        .filter(|group| caller.sees_all() || group.form != GroupForm::BuiltIn)
        .filter(|group| {
            filter
                .as_ref()
                .is_none_or(|filter| filter.holds(&|path| value(group, path)))
        })
        .filter(|group| {
            starting
                .as_ref()
                .is_none_or(|text| group.name.to_lowercase().starts_with(text.as_str()))
        });
    let page: Vec<&Group> = if call.quirks.empty_page {
        Vec::new()
    } else {
        found.by_ref().take(limit).collect()
    };
    let more = found.next().is_some();
    let next = if call.quirks.empty_page {
        Some(call.query_value("after").unwrap_or_default())
    } else {
        page.last().filter(|_| more).map(|group| group.id.clone())
    };
    let all = objects(world, call, &directory, &page);
    let reply = Reply::new(StatusCode::OK, "application/json", Value::Array(all).to_string());
    with_links(world, call, reply, limit, next.as_deref())
}

/// The page's groups, with their counts where asked for.
fn objects(world: &World, call: &Call, directory: &Directory, page: &[&Group]) -> Vec<Value> {
    let stats = call
        .query_value("expand")
        .is_some_and(|expand| expand.contains("stats"));
    let rounds = if call.quirks.duplicates { 2 } else { 1 };
    (0..rounds)
        .flat_map(|_| page)
        .map(|group| {
            let mut body = object(world, group);
            if stats {
                let count = users_count(directory, group);
                body["_embedded"] =
                    json!({"stats": {"usersCount": count, "appsCount": 0, "groupPushMappingsCount": 0, "hasAdminPrivilege": false}});
            }
            body
        })
        .collect()
}

/// `GET /api/v1/groups/{id}`.
pub(super) fn one(world: &World, caller: &Caller, id: &str) -> Reply {
    let directory = world.tenant(Kind::Okta).read();
    match directory.group(id).filter(|group| caller.sees_group(&group.id)) {
        Some(group) => Reply::json(StatusCode::OK, &object(world, group)),
        None => not_found(world, &format!("{id} (UserGroup)")),
    }
}

/// `GET /api/v1/groups/{id}/users`: default and most 1,000.
pub(super) fn members(world: &World, call: &Call, caller: &Caller, id: &str) -> Reply {
    let directory = world.tenant(Kind::Okta).read();
    let Some(group) = directory.group(id).filter(|group| caller.sees_group(&group.id)) else {
        return not_found(world, &format!("{id} (UserGroup)"));
    };
    let Some(limit) = limit(world, call, 1_000, 1_000) else {
        return validation(world, "limit", "limit: The value must be a positive number.");
    };
    let from = match call.query_value("after").filter(|after| !after.is_empty()) {
        None => 0,
        Some(after) => match directory.by_id(&after) {
            Some(index) => index + 1,
            None => return validation(world, "after", "after: The cursor is invalid or has expired."),
        },
    };
    let mut walk = directory.walk(&[group.index], from);
    let page: Vec<usize> = if call.quirks.empty_page {
        Vec::new()
    } else {
        walk.by_ref().take(limit).collect()
    };
    let next = if call.quirks.empty_page {
        Some(call.query_value("after").unwrap_or_default())
    } else {
        let more = walk.next().is_some();
        page.last()
            .filter(|_| more)
            .map(|index| directory.generator.id(*index))
    };
    let shape = Shape::of(call);
    let mut writer = Writer::with_capacity(page.len() * 1_024 + 2);
    writer.open_list();
    let rounds = if call.quirks.duplicates { 2 } else { 1 };
    for index in (0..rounds).flat_map(|_| &page) {
        write_user(world, &mut writer, &directory, &directory.person(*index), &shape);
    }
    writer.close_list();
    let reply = Reply::new(StatusCode::OK, "application/json", writer.finish());
    with_links(world, call, reply, limit, next.as_deref())
}
