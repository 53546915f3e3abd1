//! `/api/v1/users`.

use super::access::Caller;
use super::errors::{bad_search, not_found, validation};
use super::paging::{limit, with_links};
use crate::Kind;
use crate::directory::{Directory, Member};
use crate::filter::{Datum, Expr, Literal, Op, parse_okta};
use crate::people::{Attr, Generator, Manager, Record, Status};
use crate::wire::json::Writer;
use crate::wire::{Call, Reply};
use crate::world::World;
use chrono::{DateTime, SecondsFormat, Utc};
use http::StatusCode;
use std::borrow::Cow;

/// `YYYY-MM-DDTHH:mm:ss.SSSZ`.
pub(super) fn time(value: DateTime<Utc>) -> String {
    value.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What a person's JSON leaves out.
#[derive(Debug, Clone, Default)]
pub(super) struct Shape {
    /// `okta-response=omitCredentials` in the content type.
    omit_credentials: bool,
    /// `okta-response=omitCredentialsLinks`.
    omit_links: bool,
    /// `fields=id,profile:(firstName,city)`.
    fields: Option<Fields>,
}

#[derive(Debug, Clone, Default)]
struct Fields {
    top: Vec<String>,
    profile: Vec<String>,
}

impl Shape {
    pub(super) fn of(call: &Call) -> Shape {
        let wish = call.header("content-type").unwrap_or_default();
        Shape {
            omit_credentials: wish.contains("omitCredentials"),
            omit_links: wish.contains("omitCredentialsLinks"),
            fields: call.query_value("fields").map(|text| fields(&text)),
        }
    }

    fn top(&self, name: &str) -> bool {
        self.fields
            .as_ref()
            .is_none_or(|fields| fields.top.iter().any(|field| field == name))
    }

    fn profile(&self, name: &str) -> bool {
        self.fields.as_ref().is_none_or(|fields| {
            fields.profile.is_empty() || fields.profile.iter().any(|field| field == name)
        })
    }
}

fn fields(text: &str) -> Fields {
    let mut fields = Fields::default();
    let (outer, inner) = match text.split_once("profile:(") {
        None => (text.to_owned(), ""),
        Some((before, rest)) => {
            let (inner, after) = rest.split_once(')').unwrap_or((rest, ""));
            (format!("{before}profile{after}"), inner)
        }
    };
    let split = |text: &str| {
        text.split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect::<Vec<_>>()
    };
    fields.top = split(&outer);
    fields.profile = split(inner);
    fields
}

/// What a list asks for.
enum Wish {
    /// The plain list: everybody but the deactivated.
    Plain,
    /// `filter` or `search`.
    Fitting(Box<Expr>),
    /// `q`: a beginning of a name or the mail.
    Starting(String),
}

/// `GET /api/v1/users`.
pub(super) fn list(world: &World, call: &Call, caller: &Caller) -> Reply {
    let wish = match wish(call) {
        Ok(wish) => wish,
        Err(cause) => return bad_search(world, &cause),
    };
    let default = if matches!(wish, Wish::Starting(_)) {
        10
    } else {
        200
    };
    let Some(limit) = limit(world, call, default, 10_000) else {
        return validation(world, "limit", "limit: The value must be a positive number.");
    };
    let directory = world.tenant(Kind::Okta).read();
    let from = match call.query_value("after").filter(|after| !after.is_empty()) {
        None => 0,
        // The cursor is the last user's id, as in life.
        Some(after) => match directory.by_id(&after) {
            Some(index) => index + 1,
            None => return validation(world, "after", "after: The cursor is invalid or has expired."),
        },
    };
    let mut positions = matching(&directory, caller, &wish, from);
    let page: Vec<usize> = if call.quirks.empty_page {
        Vec::new()
    } else {
        positions.by_ref().take(limit).collect()
    };
    let more = !matches!(wish, Wish::Starting(_)) && positions.next().is_some();
    let cursor = if call.quirks.empty_page {
        // A next link to the page that was asked for.
        Some(call.query_value("after").unwrap_or_default())
    } else {
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
    with_links(world, call, reply, limit, cursor.as_deref())
}

fn wish(call: &Call) -> Result<Wish, String> {
    if let Some(text) = call.query_value("search") {
        let expr = parse_okta(&text)?;
        check(&expr, false)?;
        return Ok(Wish::Fitting(Box::new(expr)));
    }
    if let Some(text) = call.query_value("filter") {
        let expr = parse_okta(&text)?;
        check(&expr, true)?;
        return Ok(Wish::Fitting(Box::new(expr)));
    }
    Ok(match call.query_value("q").filter(|text| !text.is_empty()) {
        Some(text) => Wish::Starting(text.to_lowercase()),
        None => Wish::Plain,
    })
}

/// `filter` knows few properties, and only `eq` but for `lastUpdated`; `search` knows no `ne`.
fn check(expr: &Expr, filter: bool) -> Result<(), String> {
    let mut problem = None;
    expr.each_leaf(&mut |leaf| {
        let (Some(path), Expr::Compare { op, .. } | Expr::Any { op, .. }) = (leaf.path(), leaf) else {
            return;
        };
        let known = matches!(
            path,
            "status"
                | "lastUpdated"
                | "id"
                | "profile.login"
                | "profile.email"
                | "profile.firstName"
                | "profile.lastName"
        );
        let ordered = matches!(op, Op::Gt | Op::Ge | Op::Lt | Op::Le);
        if *op == Op::Ne || *op == Op::Ends {
            problem = Some(format!("Unsupported operator on {path}."));
        } else if filter && (!known || !(*op == Op::Eq || (path == "lastUpdated" && ordered))) {
            problem = Some(format!(
                "Invalid property name or operator in the filter: {path}."
            ));
        }
    });
    problem.map_or(Ok(()), Err)
}

/// Positions from one on that fit and that the caller sees.
fn matching<'a>(
    directory: &'a Directory,
    caller: &'a Caller,
    wish: &'a Wish,
    from: usize,
) -> Box<dyn Iterator<Item = usize> + 'a> {
    let seen = move |index: &usize| directory.is_present(*index) && caller.sees(directory, *index);
    let all = (from..directory.positions()).filter(seen);
    match wish {
        Wish::Plain => Box::new(all.filter(|index| is_listed(directory, *index))),
        Wish::Starting(text) => Box::new(all.filter(move |index| {
            let person = directory.person(*index);
            let fits = |attr| {
                person
                    .text(attr)
                    .is_some_and(|value: &str| value.to_lowercase().starts_with(text.as_str()))
            };
            person.status != Status::Deprovisioned
                && (fits(Attr::GIVEN_NAME) || fits(Attr::SURNAME) || fits(Attr::MAIL))
        })),
        Wish::Fitting(expr) => {
            let fits = move |index: &usize| {
                let person = directory.person(*index);
                expr.holds(&|path| value(directory, &person, path))
            };
            if let Some(keys) = expr.candidates(&["id", "profile.login"]) {
                let mut some: Vec<usize> = keys
                    .iter()
                    .filter_map(|key| directory.find(key))
                    .filter(|index| *index >= from)
                    .collect();
                some.sort_unstable();
                some.dedup();
                return Box::new(some.into_iter().filter(seen).filter(fits));
            }
            if only_recent(expr) {
                // Nobody who was never changed is that young: only the changed ones are looked at.
                let some = directory
                    .changed_positions()
                    .into_iter()
                    .filter(move |index| *index >= from);
                return Box::new(some.filter(seen).filter(fits));
            }
            Box::new(all.filter(fits))
        }
    }
}

/// Whether the person is in the plain list; does not make people it need not make.
pub(super) fn is_listed(directory: &Directory, index: usize) -> bool {
    match directory.changed(index) {
        Some(record) => record.status != Status::Deprovisioned,
        None if !directory.generator.traits(index).disabled => true,
        None => directory.person(index).status != Status::Deprovisioned,
    }
}

/// Whether the expression demands a `lastUpdated` later than that of everybody who was never changed.
fn only_recent(expr: &Expr) -> bool {
    match expr {
        Expr::Compare {
            path,
            op: Op::Gt | Op::Ge,
            value: Literal::Text(text),
        } if path == "lastUpdated" => {
            DateTime::parse_from_rfc3339(text).is_ok_and(|limit| limit > Generator::newest())
        }
        Expr::And(left, right) => only_recent(left) || only_recent(right),
        Expr::Or(left, right) => only_recent(left) && only_recent(right),
        _ => false,
    }
}

/// The value under a filter's path.
fn value(directory: &Directory, person: &Record, path: &str) -> Datum<'static> {
    let text = |text: String| Datum::Text(Cow::Owned(text));
    match path {
        "id" => text(person.id.clone()),
        "status" => text(person.status.as_str().to_owned()),
        "created" | "activated" => text(time(person.created)),
        "lastUpdated" => text(time(person.updated)),
        "statusChanged" => text(time(person.status_changed)),
        "type.id" => text(super::meta::type_id(directory)),
        "profile.login" => text(person.principal.clone()),
        _ => {
            let name = path.strip_prefix("profile.").unwrap_or(path);
            let known = Attr::okta(name)
                .and_then(|attr| person.text(attr))
                .map(str::to_owned);
            let custom = || match person.extra.get(name) {
                Some(serde_json::Value::String(value)) => Some(value.clone()),
                Some(serde_json::Value::Null) | None => None,
                Some(other) => Some(other.to_string()),
            };
            known.or_else(custom).map_or(Datum::None, text)
        }
    }
}

fn find(directory: &Directory, caller: &Caller, key: &str) -> Option<usize> {
    directory.find(key).filter(|index| caller.sees(directory, *index))
}

/// `GET /api/v1/users/{id or login}`.
pub(super) fn one(world: &World, call: &Call, caller: &Caller, key: &str) -> Reply {
    let directory = world.tenant(Kind::Okta).read();
    // `me` is the administrator whose token it is.
    let index = if key == "me" {
        Some(10)
    } else {
        find(&directory, caller, key)
    };
    let Some(index) = index.filter(|index| directory.is_present(*index)) else {
        return not_found(world, &format!("{key} (User)"));
    };
    let mut writer = Writer::with_capacity(2_048);
    write_user(
        world,
        &mut writer,
        &directory,
        &directory.person(index),
        &Shape::of(call),
    );
    Reply::new(StatusCode::OK, "application/json", writer.finish())
}

/// `GET /api/v1/users/{id}/groups`.
pub(super) fn groups(world: &World, caller: &Caller, key: &str) -> Reply {
    let directory = world.tenant(Kind::Okta).read();
    let Some(index) = find(&directory, caller, key) else {
        return not_found(world, &format!("{key} (User)"));
    };
    let mut writer = Writer::with_capacity(4_096);
    writer.open_list();
    for group in directory.groups_of(Member::Person(index)) {
        writer.raw(&super::groups::object(world, &directory.groups[group]).to_string());
    }
    writer.close_list();
    Reply::new(StatusCode::OK, "application/json", writer.finish())
}

/// Writes a user; null properties are left out, as Okta may (G-18).
pub(super) fn write_user(
    world: &World,
    writer: &mut Writer,
    directory: &Directory,
    person: &Record,
    shape: &Shape,
) {
    let status = person.status;
    writer.open();
    writer.pair("id", &person.id);
    if shape.top("status") {
        writer.pair("status", status.as_str());
    }
    let activated = (status != Status::Staged).then(|| time(person.created));
    let signed_in = !matches!(status, Status::Staged | Status::Provisioned);
    let times = [
        ("created", Some(time(person.created))),
        ("activated", activated),
        ("statusChanged", Some(time(person.status_changed))),
        (
            "lastLogin",
            signed_in.then(|| time(person.created + chrono::Duration::days(20))),
        ),
        ("lastUpdated", Some(time(person.updated))),
        ("passwordChanged", signed_in.then(|| time(person.created))),
    ];
    for (name, value) in times {
        if shape.top(name) {
            match value {
                Some(value) => writer.pair(name, &value),
                None => writer.pair_raw(name, "null"),
            }
        }
    }
    if shape.top("type") {
        writer.key("type");
        writer.open();
        writer.pair("id", &super::meta::type_id(directory));
        writer.close();
    }
    if shape.top("profile") {
        write_profile(writer, directory, person, shape);
    }
    if !shape.omit_credentials && shape.top("credentials") {
        writer.pair_raw(
            "credentials",
            r#"{"password":{},"provider":{"type":"OKTA","name":"OKTA"}}"#,
        );
    }
    if !shape.omit_links && shape.top("_links") {
        let href = format!("{}/api/v1/users/{}", world.okta_base, person.id);
        writer.key("_links");
        writer.open();
        writer.key("self");
        writer.open();
        writer.pair("href", &href);
        writer.close();
        writer.close();
    }
    writer.close();
}

fn write_profile(writer: &mut Writer, directory: &Directory, person: &Record, shape: &Shape) {
    writer.key("profile");
    writer.open();
    if shape.profile("login") {
        writer.pair("login", &person.principal);
    }
    for attr in Attr::each() {
        let name = attr.okta_name();
        if name.is_empty() || !shape.profile(name) {
            continue;
        }
        if let Some(text) = person.text(attr) {
            writer.pair(name, text);
        } else if matches!(attr, Attr::MOBILE | Attr::OTHER_MAIL) {
            // These two come as null, as in the vendor's samples; the rest is left out.
            writer.pair_raw(name, "null");
        }
    }
    if let Manager::Person(index) = person.manager
        && directory.is_present(index)
    {
        let manager = directory.person(index);
        if shape.profile("managerId") {
            writer.pair("managerId", &manager.principal);
        }
        if shape.profile("manager") {
            writer.pair("manager", manager.shown());
        }
    }
    for (name, value) in person
        .extra
        .iter()
        .filter(|(name, value)| !value.is_null() && shape.profile(name))
    {
        writer.pair_raw(name, &value.to_string());
    }
    writer.close();
}
