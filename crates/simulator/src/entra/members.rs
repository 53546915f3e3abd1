//! `/groups/{id}/members` and `/transitiveMembers`, their casts and counts.

use super::graph::{Answer, Context, Outcome, Refusal};
use super::groups;
use super::properties::{DEFAULTS, Property};
use super::users::{link, refuse, start, write_user};
use crate::Kind;
use crate::directory::{Directory, Member, Slice};
use crate::wire::json::Writer;
use serde_json::{Value, json};

/// What a cast keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cast {
    All,
    Users,
    Groups,
    Nothing,
}

/// Members, direct or nested; `tail` is what follows in the path: a cast, `$count`, or both.
pub(super) fn members(context: &Context<'_>, id: &str, nested: bool, tail: &[&str]) -> Outcome {
    let directory = context.world.tenant(Kind::Entra).read();
    let group = directory.group(id).ok_or_else(|| Refusal::no_resource(id))?;
    let (cast, counts) = match tail {
        [] => (Cast::All, false),
        ["$count"] => (Cast::All, true),
        [name] => (cast(name), false),
        [name, "$count"] => (cast(name), true),
        _ => return Err(Refusal::bad("Resource not found for the segment.")),
    };
    if cast != Cast::All && !(context.query.eventual && (counts || context.query.count)) {
        return Err(Refusal::unsupported(
            "The specified cast is only supported with $count=true and the header 'ConsistencyLevel: eventual'.",
        ));
    }
    if counts && !context.query.eventual {
        return Err(Refusal::bad("$count is not currently supported."));
    }
    let groups = if nested {
        directory.closure(group.index)
    } else {
        vec![group.index]
    };
    // Hidden memberships look empty without Member.Read.Hidden (C-10).
    let hidden = group.hidden && !context.may_read_hidden();
    if counts {
        return Ok(Answer::Count(if hidden {
            0
        } else {
            count(&directory, &groups, cast)
        }));
    }
    let from = start(context, directory.generation())?;
    let size = context.page_size(context.query.page());
    let slice = if hidden || cast == Cast::Nothing {
        Slice {
            members: Vec::new(),
            next: None,
        }
    } else if context.call.quirks.empty_page {
        Slice {
            members: Vec::new(),
            next: Some(from),
        }
    } else {
        directory.slice(&groups, from, size)
    };
    let total = context.query.advanced() && context.query.skip_token.is_none();
    let total = total.then(|| {
        if hidden {
            0
        } else {
            count(&directory, &groups, cast)
        }
    });
    page(context, &directory, &slice, cast, total)
}

fn cast(name: &str) -> Cast {
    match name {
        "microsoft.graph.user" | "graph.user" => Cast::Users,
        "microsoft.graph.group" | "graph.group" => Cast::Groups,
        _ => Cast::Nothing,
    }
}

fn keeps(cast: Cast, member: Member) -> bool {
    match cast {
        Cast::All => true,
        Cast::Users => matches!(member, Member::Person(_)),
        Cast::Groups => matches!(member, Member::Group(_)),
        Cast::Nothing => false,
    }
}

fn count(directory: &Directory, groups: &[usize], cast: Cast) -> usize {
    let all = directory.slice(groups, 0, usize::MAX).members;
    all.into_iter().filter(|member| keeps(cast, *member)).count()
}

fn page(
    context: &Context<'_>,
    directory: &Directory,
    slice: &Slice,
    cast: Cast,
    total: Option<usize>,
) -> Outcome {
    let properties = Property::selected(context.query.select.as_deref(), true);
    // A property of groups only is no error on members, but users do not have it.
    let properties = match (properties, context.query.select.as_deref()) {
        (Ok(properties), _) => properties,
        (Err(bad), Some(names))
            if names
                .iter()
                .any(|name| groups::PROPERTIES.contains(&name.as_str())) =>
        {
            let users: Vec<String> = names
                .iter()
                .filter(|name| Property::named(name, true).is_ok())
                .cloned()
                .collect();
            if users.is_empty() {
                return Err(refuse(bad));
            }
            Property::selected(Some(&users), true).map_err(refuse)?
        }
        (Err(bad), _) => return Err(refuse(bad)),
    };
    let set = match cast {
        Cast::Users => "users",
        Cast::Groups => "groups",
        Cast::All | Cast::Nothing => "directoryObjects",
    };
    let mut writer = Writer::with_capacity(slice.members.len() * 512 + 256);
    writer.open();
    writer.pair("@odata.context", &super::users::collection_context(context, set));
    if let Some(total) = total {
        writer.pair_raw("@odata.count", &total.to_string());
    }
    if let Some(next) = slice.next {
        writer.pair("@odata.nextLink", &link(context, directory.generation(), next));
    }
    writer.key("value");
    writer.open_list();
    let rounds = if context.call.quirks.duplicates { 2 } else { 1 };
    for member in (0..rounds)
        .flat_map(|_| &slice.members)
        .filter(|member| keeps(cast, **member))
    {
        write_member(
            context,
            &mut writer,
            directory,
            *member,
            &properties,
            cast == Cast::All,
        );
    }
    writer.close_list();
    writer.close();
    Ok(Answer::Json(writer.finish()))
}

fn write_member(
    context: &Context<'_>,
    writer: &mut Writer,
    directory: &Directory,
    member: Member,
    properties: &[Property],
    typed: bool,
) {
    match member {
        Member::Person(index) if context.may_read_users() => {
            writer.open();
            if typed {
                writer.pair("@odata.type", "#microsoft.graph.user");
            }
            write_user(writer, directory, &directory.person(index), properties, None);
            writer.close();
        }
        Member::Person(index) => {
            let id = directory.generator.id(index);
            write_limited(context, writer, "#microsoft.graph.user", &id);
        }
        Member::Group(index) => {
            let group = &directory.groups[index];
            let names = groups::selected(context.query.select.as_deref())
                .unwrap_or_else(|_| vec!["id".to_owned(), "displayName".to_owned()]);
            let mut object = groups::object(group, &names, false);
            if typed {
                object.insert("@odata.type".to_owned(), json!("#microsoft.graph.group"));
            }
            writer.raw(&Value::Object(object).to_string());
        }
        Member::Other(index) => {
            let other = &directory.others[index];
            let kind = format!("#microsoft.graph.{}", other.kind);
            let allowed = context.may(&["Directory.Read.All"])
                || match other.kind {
                    "device" => context.may(&["Device.Read.All"]),
                    "orgContact" => context.may(&["OrgContact.Read.All"]),
                    _ => context.may(&["Application.Read.All"]),
                };
            if allowed {
                writer.open();
                writer.pair("@odata.type", &kind);
                writer.pair("id", &other.id);
                writer.pair("displayName", other.name);
                writer.close();
            } else {
                write_limited(context, writer, &kind, &other.id);
            }
        }
    }
}

/// A member of a type the caller may not read: type and id, everything else null (limited information page; C-11).
fn write_limited(context: &Context<'_>, writer: &mut Writer, kind: &str, id: &str) {
    writer.open();
    writer.pair("@odata.type", kind);
    writer.pair("id", id);
    let names: Vec<&str> = match &context.query.select {
        Some(names) => names.iter().map(String::as_str).collect(),
        None => DEFAULTS.to_vec(),
    };
    for name in names.into_iter().filter(|name| *name != "id") {
        writer.pair_raw(
            name,
            if matches!(name, "businessPhones" | "proxyAddresses") {
                "[]"
            } else {
                "null"
            },
        );
    }
    writer.close();
}
