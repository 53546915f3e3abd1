//! `/groups` and one group.

use super::graph::{Answer, Context, Outcome, Refusal};
use super::properties::seconds;
use super::users::{check_names, collection_context, link, start};
use crate::Kind;
use crate::directory::{Directory, Group, GroupForm, Member};
use crate::filter::Datum;
use crate::wire::json::Writer;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// The properties of a group, in the order the vendor's samples have.
pub(super) const PROPERTIES: [&str; 32] = [
    "id",
    "deletedDateTime",
    "classification",
    "createdDateTime",
    "creationOptions",
    "description",
    "displayName",
    "expirationDateTime",
    "groupTypes",
    "isAssignableToRole",
    "mail",
    "mailEnabled",
    "mailNickname",
    "membershipRule",
    "membershipRuleProcessingState",
    "onPremisesDomainName",
    "onPremisesLastSyncDateTime",
    "onPremisesNetBiosName",
    "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier",
    "onPremisesSyncEnabled",
    "preferredDataLocation",
    "preferredLanguage",
    "proxyAddresses",
    "renewedDateTime",
    "resourceBehaviorOptions",
    "resourceProvisioningOptions",
    "securityEnabled",
    "securityIdentifier",
    "theme",
    "uniqueName",
    "visibility",
];

/// A group's property.
pub(super) fn property(group: &Group, name: &str) -> Value {
    let form = group.form;
    let rule = match form {
        GroupForm::Dynamic(rule) => Some(rule),
        _ => None,
    };
    match name {
        "id" => json!(group.id),
        "createdDateTime" | "renewedDateTime" => json!(seconds(group.created)),
        "description" => json!(group.description),
        "displayName" => json!(group.name),
        "groupTypes" => match form {
            GroupForm::Unified => json!(["Unified"]),
            GroupForm::Dynamic(_) => json!(["DynamicMembership"]),
            _ => json!([]),
        },
        "isAssignableToRole" => {
            if group.role_assignable {
                json!(true)
            } else {
                Value::Null
            }
        }
        "mail" => json!(group.mail()),
        "mailEnabled" => json!(group.mail().is_some()),
        "mailNickname" => json!(group.nickname()),
        "membershipRule" => json!(rule),
        "membershipRuleProcessingState" => json!(rule.map(|_| "On")),
        "onPremisesSyncEnabled" => json!(group.synced),
        "onPremisesSamAccountName" => json!(group.synced.map(|_| group.nickname())),
        "proxyAddresses" => json!(
            group
                .mail()
                .map(|mail| format!("SMTP:{mail}"))
                .into_iter()
                .collect::<Vec<_>>()
        ),
        "securityEnabled" => json!(form != GroupForm::Unified),
        "visibility" if group.hidden => json!("HiddenMembership"),
        "visibility" if form == GroupForm::Unified => json!("Private"),
        "creationOptions" | "resourceBehaviorOptions" | "resourceProvisioningOptions" => json!([]),
        _ => Value::Null,
    }
}

/// The names of a `$select`, or all.
pub(super) fn selected(select: Option<&[String]>) -> Result<Vec<String>, Refusal> {
    let Some(names) = select else {
        return Ok(PROPERTIES.iter().map(|&name| name.to_owned()).collect());
    };
    let mut all = Vec::with_capacity(names.len() + 1);
    for name in names {
        let known = PROPERTIES.contains(&name.as_str())
            || matches!(
                name.as_str(),
                "onPremisesProvisioningErrors"
                    | "serviceProvisioningErrors"
                    | "hideFromAddressLists"
                    | "hideFromOutlookClients"
                    | "assignedLabels"
                    | "assignedLicenses"
                    | "isSubscribedByMail"
                    | "members"
                    | "owners"
                    | "memberOf"
                    | "infoCatalogs"
                    | "isManagementRestricted"
                    | "writebackConfiguration"
            );
        if !known {
            let message = format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.group'."
            );
            return Err(Refusal::new(400, "BadRequest", message));
        }
        all.push(name.clone());
    }
    if !names.iter().any(|name| name == "id") {
        all.push("id".to_owned());
    }
    Ok(all)
}

/// A group with these properties. In delta answers null ones were never set and are left out.
pub(super) fn object(group: &Group, names: &[String], delta: bool) -> Map<String, Value> {
    names
        .iter()
        .filter(|name| !matches!(name.as_str(), "members" | "owners" | "memberOf"))
        .map(|name| (name.clone(), property(group, name)))
        .filter(|(_, value)| !(delta && value.is_null()))
        .collect()
}

fn datum(group: &Group, path: &str) -> Datum<'static> {
    match property(group, path) {
        Value::Bool(value) => Datum::Bool(value),
        Value::String(text) => Datum::Text(Cow::Owned(text)),
        Value::Array(items) => Datum::List(
            items
                .iter()
                .filter_map(|item| item.as_str().map(str::to_owned))
                .collect(),
        ),
        _ => Datum::None,
    }
}

fn matching(context: &Context<'_>, directory: &Directory, from: usize) -> Result<Vec<usize>, Refusal> {
    let known = |name: &str| {
        PROPERTIES.contains(&name) || matches!(name, "assignedLicenses" | "hasMembersWithLicenseErrors")
    };
    check_names(context, "group", &known)?;
    let words = context.query.search.as_deref().map(|text| {
        let clause = text.trim_matches('"');
        clause
            .split_once(':')
            .map_or(clause, |(_, words)| words)
            .to_lowercase()
    });
    let fits = |group: &&Group| {
        context
            .query
            .filter
            .as_ref()
            .is_none_or(|filter| filter.holds(&|path| datum(group, path)))
            && words.as_ref().is_none_or(|words| {
                group
                    .name
                    .to_lowercase()
                    .split_whitespace()
                    .any(|word| word.starts_with(words.as_str()))
            })
    };
    Ok(directory
        .groups
        .iter()
        .skip(from)
        .filter(|group| group.present)
        .filter(fits)
        .map(|group| group.index)
        .collect())
}

/// `GET /groups`.
pub(super) fn list(context: &Context<'_>) -> Outcome {
    let directory = context.world.tenant(Kind::Entra).read();
    let from = start(context, directory.generation())?;
    let size = context.page_size(context.query.page());
    let found = matching(context, &directory, from)?;
    let (page, next) = if context.call.quirks.empty_page {
        (&[][..], Some(from))
    } else {
        (&found[..size.min(found.len())], found.get(size).copied())
    };
    let names = selected(context.query.select.as_deref())?;
    let mut writer = Writer::with_capacity(size * 512);
    writer.open();
    writer.pair("@odata.context", &collection_context(context, "groups"));
    if context.query.advanced() && context.query.skip_token.is_none() {
        writer.pair_raw("@odata.count", &found.len().to_string());
    }
    if let Some(next) = next {
        writer.pair("@odata.nextLink", &link(context, directory.generation(), next));
    }
    writer.key("value");
    writer.open_list();
    let rounds = if context.call.quirks.duplicates { 2 } else { 1 };
    for index in (0..rounds).flat_map(|_| page) {
        writer.raw(&Value::Object(object(&directory.groups[*index], &names, false)).to_string());
    }
    writer.close_list();
    writer.close();
    Ok(Answer::Json(writer.finish()))
}

/// A collection of these groups.
pub(super) fn write_groups(
    context: &Context<'_>,
    directory: &Directory,
    groups: &[usize],
    set: &str,
    typed: bool,
) -> Outcome {
    let names = selected(context.query.select.as_deref())?;
    let value: Vec<Value> = groups
        .iter()
        .map(|index| {
            let mut map = object(&directory.groups[*index], &names, false);
            if typed {
                map.insert("@odata.type".to_owned(), json!("#microsoft.graph.group"));
            }
            Value::Object(map)
        })
        .collect();
    let body = json!({"@odata.context": collection_context(context, set), "value": value});
    Ok(Answer::Json(body.to_string().into_bytes()))
}

/// `GET /groups/$count`.
pub(super) fn count(context: &Context<'_>) -> Outcome {
    if !context.query.eventual {
        return Err(Refusal::bad("$count is not currently supported."));
    }
    let directory = context.world.tenant(Kind::Entra).read();
    Ok(Answer::Count(matching(context, &directory, 0)?.len()))
}

/// `GET /groups/{id}`.
pub(super) fn one(context: &Context<'_>, id: &str) -> Outcome {
    let directory = context.world.tenant(Kind::Entra).read();
    let group = directory.group(id).ok_or_else(|| Refusal::no_resource(id))?;
    let names = selected(context.query.select.as_deref())?;
    let mut body = object(group, &names, false);
    let entity = format!("{}/$entity", collection_context(context, "groups"));
    body.insert("@odata.context".to_owned(), Value::String(entity));
    Ok(Answer::Json(Value::Object(body).to_string().into_bytes()))
}

/// `GET /groups/{id}/memberOf`.
pub(super) fn member_of(context: &Context<'_>, id: &str) -> Outcome {
    let directory = context.world.tenant(Kind::Entra).read();
    let group = directory.group(id).ok_or_else(|| Refusal::no_resource(id))?;
    let groups = directory.groups_of(Member::Group(group.index));
    write_groups(context, &directory, &groups, "directoryObjects", true)
}

/// `GET /groups/{id}/owners`: nobody owns a group here.
pub(super) fn owners(context: &Context<'_>, id: &str) -> Outcome {
    let directory = context.world.tenant(Kind::Entra).read();
    directory.group(id).ok_or_else(|| Refusal::no_resource(id))?;
    write_groups(context, &directory, &[], "directoryObjects", true)
}
