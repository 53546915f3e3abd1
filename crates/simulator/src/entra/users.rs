//! `/users` and what hangs below one user.

use super::graph::{Answer, Context, Outcome, Refusal, require};
use super::properties::{BadProperty, DEFAULTS, Property, filter_value};
use super::query::{ExpandManager, next_link, seal, unseal};
use crate::Kind;
use crate::directory::{Directory, Member};
use crate::people::{Life, Manager, Record};
use crate::wire::Reply;
use crate::wire::json::Writer;
use http::StatusCode;
use serde_json::json;
use std::borrow::Cow;

/// What a list's `$skiptoken` holds.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct PageToken {
    /// Which filling of the directory it belongs to.
    pub(super) g: u64,
    /// Next position.
    pub(super) p: usize,
}

/// The refusal of a bad `$select`.
pub(super) fn refuse(bad: BadProperty) -> Refusal {
    match bad {
        BadProperty::Unknown(name) => Refusal::new(
            400,
            "BadRequest",
            format!(
                "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.user'."
            ),
        ),
        BadProperty::NotImplemented(name) => Refusal::new(
            501,
            "NotImplemented",
            format!("The property '{name}' is not supported in a collection query."),
        ),
    }
}

/// Where a list goes on.
pub(super) fn start(context: &Context<'_>, generation: u64) -> Result<usize, Refusal> {
    match &context.query.skip_token {
        None => Ok(0),
        Some(token) => unseal::<PageToken>(token)
            .filter(|token| token.g == generation)
            .map(|token| token.p)
            .ok_or_else(|| Refusal::new(400, "Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be included in your request.")),
    }
}

/// `GET /users`.
pub(super) fn list(context: &Context<'_>) -> Outcome {
    let directory = context.world.tenant(Kind::Entra).read();
    let properties = Property::selected(context.query.select.as_deref(), true).map_err(refuse)?;
    let from = start(context, directory.generation())?;
    let size = context.page_size(context.query.page());
    let (page, next) = page_of(context, &directory, from, size)?;
    let mut writer = Writer::with_capacity(size * 512);
    writer.open();
    writer.pair("@odata.context", &collection_context(context, "users"));
    if context.query.advanced() && context.query.skip_token.is_none() {
        let count = matching(context, &directory, 0)?.count();
        writer.pair_raw("@odata.count", &count.to_string());
    }
    if let Some(next) = next {
        writer.pair("@odata.nextLink", &link(context, directory.generation(), next));
    }
    writer.key("value");
    writer.open_list();
    let rounds = if context.call.quirks.duplicates { 2 } else { 1 };
    for _ in 0..rounds {
        for index in &page {
            let record = directory.person(*index);
            writer.open();
            write_user(
                &mut writer,
                &directory,
                &record,
                &properties,
                context.query.expand.as_ref(),
            );
            writer.close();
        }
    }
    writer.close_list();
    writer.close();
    Ok(Answer::Json(writer.finish()))
}

/// The next link of a list.
pub(super) fn link(context: &Context<'_>, generation: u64, position: usize) -> String {
    next_link(
        &context.world.entra_base,
        context.call,
        &seal(&PageToken {
            g: generation,
            p: position,
        }),
    )
}

/// `…/$metadata#users(id,displayName)`.
pub(super) fn collection_context(context: &Context<'_>, set: &str) -> String {
    let select = context
        .query
        .select
        .as_ref()
        .map(|names| format!("({})", names.join(",")))
        .unwrap_or_default();
    format!("{}/$metadata#{set}{select}", context.base())
}

/// Positions of the present people that fit `$filter` and `$search`, from one on.
fn matching<'a>(
    context: &'a Context<'_>,
    directory: &'a Directory,
    from: usize,
) -> Result<Box<dyn Iterator<Item = usize> + 'a>, Refusal> {
    let present = move |index: &usize| directory.is_present(*index);
    let search = context.query.search.as_deref().map(search_words).transpose()?;
    check_names(context, "user", &|name| Property::named(name, false).is_ok())?;
    let Some(filter) = &context.query.filter else {
        let all = (from..directory.positions()).filter(present);
        return Ok(match search {
            None => Box::new(all),
            Some(words) => Box::new(all.filter(move |index| found(&directory.person(*index), &words))),
        });
    };
    let fits = move |index: &usize| {
        let record = directory.person(*index);
        filter.holds(&|path| filter_value(&record, path).into_static())
            && search.as_ref().is_none_or(|words| found(&record, words))
    };
    let Some(keys) = filter.candidates(&["id", "userPrincipalName"]) else {
        return Ok(Box::new(
            (from..directory.positions()).filter(present).filter(fits),
        ));
    };
    let mut some: Vec<usize> = keys
        .iter()
        .filter_map(|key| directory.find(key))
        .filter(|index| *index >= from)
        .collect();
    some.sort_unstable();
    some.dedup();
    Ok(Box::new(some.into_iter().filter(fits)))
}

/// The positions of one page and where the next one starts.
fn page_of(
    context: &Context<'_>,
    directory: &Directory,
    from: usize,
    size: usize,
) -> Result<(Vec<usize>, Option<usize>), Refusal> {
    if context.call.quirks.empty_page {
        return Ok((Vec::new(), Some(from)));
    }
    let Some(order) = &context.query.order_by else {
        let mut positions = matching(context, directory, from)?;
        return Ok((positions.by_ref().take(size).collect(), positions.next()));
    };
    // In an ordered list the cursor counts entries, not positions.
    let sorted = ordered(directory, matching(context, directory, 0)?, order)?;
    let page = sorted.iter().copied().skip(from).take(size).collect();
    Ok((page, (sorted.len() > from + size).then_some(from + size)))
}

/// Sorts people by `$orderby=property [asc|desc]`.
fn ordered(
    directory: &Directory,
    positions: impl Iterator<Item = usize>,
    order: &str,
) -> Result<Vec<usize>, Refusal> {
    let mut words = order.split_whitespace();
    let name = words.next().unwrap_or_default();
    if !matches!(name, "displayName" | "userPrincipalName" | "createdDateTime") {
        return Err(Refusal::unsupported("Unsupported sort property for 'User'."));
    }
    let key = |index: usize| match filter_value(&directory.person(index), name) {
        crate::filter::Datum::Text(text) => text.to_lowercase(),
        _ => String::new(),
    };
    let mut keyed: Vec<(String, usize)> = positions.map(|index| (key(index), index)).collect();
    keyed.sort();
    if words.next() == Some("desc") {
        keyed.reverse();
    }
    Ok(keyed.into_iter().map(|(_, index)| index).collect())
}

/// Refuses a `$filter` on a property the type does not have.
pub(super) fn check_names(
    context: &Context<'_>,
    kind: &str,
    known: &dyn Fn(&str) -> bool,
) -> Result<(), Refusal> {
    let mut unknown = None;
    if let Some(filter) = &context.query.filter {
        filter.each_leaf(&mut |leaf| {
            let root = leaf.path().and_then(|path| path.split('/').next());
            if let Some(root) = root.filter(|root| !known(root)) {
                unknown = Some(root.to_owned());
            }
        });
    }
    match unknown {
        None => Ok(()),
        Some(name) => Err(Refusal::new(
            400,
            "BadRequest",
            format!(
                "Invalid filter clause: Could not find a property named '{name}' on type 'microsoft.graph.{kind}'."
            ),
        )),
    }
}

/// `"displayName:ann" OR "mail:ann"`: property and words, any of them.
fn search_words(text: &str) -> Result<Vec<(String, String)>, Refusal> {
    text.split(" OR ")
        .map(|clause| {
            clause
                .trim()
                .trim_matches('"')
                .split_once(':')
                .map(|(name, words)| (name.to_owned(), words.to_lowercase()))
                .ok_or_else(|| {
                    Refusal::bad(format!(
                        "Syntax error: character '{text}' is not valid at position 0."
                    ))
                })
        })
        .collect()
}

fn found(record: &Record, clauses: &[(String, String)]) -> bool {
    clauses
        .iter()
        .any(|(name, words)| match filter_value(record, name) {
            crate::filter::Datum::Text(text) => text
                .to_lowercase()
                .split_whitespace()
                .any(|word| word.starts_with(words)),
            _ => false,
        })
}

/// Writes a user's properties and the expanded manager.
pub(super) fn write_user(
    writer: &mut Writer,
    directory: &Directory,
    record: &Record,
    properties: &[Property],
    expand: Option<&ExpandManager>,
) {
    for property in properties {
        property.write(writer, record, false);
    }
    if let Some(expand) = expand {
        write_manager(
            writer,
            directory,
            record,
            expand,
            expand.levels,
            &mut vec![record.index],
        );
    }
}

/// The manager inside the user, and theirs inside them; a cycle ends where it closes.
fn write_manager(
    writer: &mut Writer,
    directory: &Directory,
    record: &Record,
    expand: &ExpandManager,
    levels: usize,
    seen: &mut Vec<usize>,
) {
    match record.manager {
        Manager::Person(index) if directory.is_present(index) => {
            let manager = directory.person(index);
            writer.key("manager");
            writer.open();
            writer.pair("@odata.type", "#microsoft.graph.user");
            let names: Cow<'_, [String]> = match &expand.select {
                Some(names) => Cow::Borrowed(names),
                None => Cow::Owned(DEFAULTS.iter().map(|&name| name.to_owned()).collect()),
            };
            for property in Property::selected(Some(names.as_ref()), false).unwrap_or_default() {
                property.write(writer, &manager, false);
            }
            if levels > 1 && !seen.contains(&index) {
                seen.push(index);
                write_manager(writer, directory, &manager, expand, levels - 1, seen);
            }
            writer.close();
        }
        Manager::Contact => {
            if let Some(contact) = directory.others.get(crate::directory::CONTACT) {
                writer.key("manager");
                writer.open();
                writer.pair("@odata.type", "#microsoft.graph.orgContact");
                writer.pair("id", &contact.id);
                writer.pair("displayName", contact.name);
                writer.close();
            }
        }
        Manager::Person(_) | Manager::None => {}
    }
}

/// `GET /users/$count`: text, with the advanced header only.
pub(super) fn count(context: &Context<'_>) -> Outcome {
    if !context.query.eventual {
        return Err(Refusal::bad("$count is not currently supported."));
    }
    let directory = context.world.tenant(Kind::Entra).read();
    let count = matching(context, &directory, 0)?.count();
    Ok(Answer::Count(count))
}

pub(super) fn find(directory: &Directory, key: &str) -> Result<usize, Refusal> {
    directory.find(key).ok_or_else(|| Refusal::no_resource(key))
}

/// `GET /users/{id or userPrincipalName}`.
pub(super) fn one(context: &Context<'_>, key: &str) -> Outcome {
    let directory = context.world.tenant(Kind::Entra).read();
    let record = directory.person(find(&directory, key)?);
    entity(context, &directory, &record)
}

fn entity(context: &Context<'_>, directory: &Directory, record: &Record) -> Outcome {
    let properties = Property::selected(context.query.select.as_deref(), false).map_err(refuse)?;
    let mut writer = Writer::with_capacity(1_024);
    writer.open();
    writer.pair(
        "@odata.context",
        &format!("{}/$entity", collection_context(context, "users")),
    );
    write_user(
        &mut writer,
        directory,
        record,
        &properties,
        context.query.expand.as_ref(),
    );
    writer.close();
    Ok(Answer::Json(writer.finish()))
}

/// `GET /directoryObjects/{id}`.
pub(super) fn directory_object(context: &Context<'_>, id: &str) -> Outcome {
    require(context.may(&["Directory.Read.All", "Directory.ReadWrite.All"]))?;
    let directory = context.world.tenant(Kind::Entra).read();
    match directory.by_id(id).filter(|index| directory.is_present(*index)) {
        Some(index) => entity(context, &directory, &directory.person(index)),
        None => super::groups::one(context, id),
    }
}

/// `GET /users/{id}/manager`: 404 if there is none.
pub(super) fn manager(context: &Context<'_>, key: &str) -> Outcome {
    let directory = context.world.tenant(Kind::Entra).read();
    let record = directory.person(find(&directory, key)?);
    match record.manager {
        Manager::Person(index) if directory.is_present(index) => {
            let properties = Property::selected(context.query.select.as_deref(), false).map_err(refuse)?;
            let mut writer = Writer::with_capacity(1_024);
            writer.open();
            writer.pair(
                "@odata.context",
                &format!("{}/$metadata#directoryObjects/$entity", context.base()),
            );
            writer.pair("@odata.type", "#microsoft.graph.user");
            write_user(
                &mut writer,
                &directory,
                &directory.person(index),
                &properties,
                None,
            );
            writer.close();
            Ok(Answer::Json(writer.finish()))
        }
        Manager::Contact => {
            let contact = directory
                .others
                .get(crate::directory::CONTACT)
                .ok_or_else(|| Refusal::no_resource("manager"))?;
            let body = json!({
                "@odata.context": format!("{}/$metadata#directoryObjects/$entity", context.base()),
                "@odata.type": "#microsoft.graph.orgContact",
                "id": contact.id,
                "displayName": contact.name,
            });
            Ok(Answer::Json(body.to_string().into_bytes()))
        }
        Manager::Person(_) | Manager::None => Err(Refusal::no_resource("manager")),
    }
}

/// `GET /users/{id}/directReports`.
pub(super) fn direct_reports(context: &Context<'_>, key: &str) -> Outcome {
    let directory = context.world.tenant(Kind::Entra).read();
    let index = find(&directory, key)?;
    let properties = Property::selected(context.query.select.as_deref(), false).map_err(refuse)?;
    let mut writer = Writer::with_capacity(4_096);
    writer.open();
    writer.pair(
        "@odata.context",
        &format!("{}/$metadata#directoryObjects", context.base()),
    );
    writer.key("value");
    writer.open_list();
    for report in (0..directory.positions()).filter(|report| directory.is_present(*report)) {
        let manager = match directory.changed(report) {
            Some(record) => record.manager,
            None => directory.generator.manager(report),
        };
        if manager == Manager::Person(index) {
            writer.open();
            writer.pair("@odata.type", "#microsoft.graph.user");
            write_user(
                &mut writer,
                &directory,
                &directory.person(report),
                &properties,
                None,
            );
            writer.close();
        }
    }
    writer.close_list();
    writer.close();
    Ok(Answer::Json(writer.finish()))
}

/// `GET /users/{id}/memberOf` and `/transitiveMemberOf`.
pub(super) fn member_of(context: &Context<'_>, key: &str, nested: bool) -> Outcome {
    require(context.may_read_groups())?;
    let directory = context.world.tenant(Kind::Entra).read();
    let member = Member::Person(find(&directory, key)?);
    let mut groups = if nested {
        directory.all_groups_of(member)
    } else {
        directory.groups_of(member)
    };
    // Hidden memberships are left out without Member.Read.Hidden (C-10).
    groups.retain(|index| !directory.groups[*index].hidden || context.may_read_hidden());
    super::groups::write_groups(context, &directory, &groups, "directoryObjects", true)
}

/// `POST /users/{id}/getMemberObjects`: ids of all groups, nested ones too.
pub(super) fn member_objects(context: &Context<'_>, key: &str) -> Outcome {
    require(context.may_read_users() && context.may_read_groups())?;
    let directory = context.world.tenant(Kind::Entra).read();
    let member = Member::Person(find(&directory, key)?);
    let ids: Vec<&str> = directory
        .all_groups_of(member)
        .into_iter()
        .map(|index| directory.groups[index].id.as_str())
        .collect();
    let body = json!({"@odata.context": format!("{}/$metadata#Collection(Edm.String)", context.base()), "value": ids});
    Ok(Answer::Json(body.to_string().into_bytes()))
}

/// Nobody has a photo: 404.
pub(super) fn photo_bytes(context: &Context<'_>, key: &str) -> Outcome {
    find(&context.world.tenant(Kind::Entra).read(), key)?;
    Err(Refusal::new(404, "ImageNotFound", "The photo wasn't found."))
}

/// The metadata of "no photo" is 200 with a one-pixel picture (profile photo page).
pub(super) fn photo(context: &Context<'_>, key: &str) -> Outcome {
    find(&context.world.tenant(Kind::Entra).read(), key)?;
    let body = json!({
        "@odata.context": format!("{}/$metadata#users('{key}')/photo/$entity", context.base()),
        "@odata.mediaContentType": "image/gif",
        "id": "1x1",
        "width": 1,
        "height": 1,
    });
    Ok(Answer::Reply(Reply::json(StatusCode::OK, &body)))
}

/// `GET /directory/deletedItems/microsoft.graph.user`.
pub(super) fn deleted(context: &Context<'_>) -> Outcome {
    require(context.may_read_users())?;
    let directory = context.world.tenant(Kind::Entra).read();
    let properties = Property::selected(context.query.select.as_deref(), true).map_err(refuse)?;
    let mut writer = Writer::with_capacity(4_096);
    writer.open();
    writer.pair("@odata.context", &collection_context(context, "directoryObjects"));
    writer.key("value");
    writer.open_list();
    for index in directory.changed_positions() {
        let record = directory.person(index);
        if matches!(record.life, Life::SoftDeleted(_)) {
            writer.open();
            write_user(&mut writer, &directory, &record, &properties, None);
            writer.close();
        }
    }
    writer.close_list();
    writer.close();
    Ok(Answer::Json(writer.finish()))
}
