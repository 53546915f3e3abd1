//! Graph's front door: tokens, permissions, routes, headers.

use super::errors::{graph_error, with_graph_headers};
use super::query::Query;
use super::{batch, delta, group_delta, groups, members, users};
use crate::Kind;
use crate::tables::company::{DOMAIN, INITIAL_DOMAIN};
use crate::wire::{Call, Reply};
use crate::world::{Holder, World};
use http::{Method, StatusCode};
use serde_json::{Value, json};

/// The content type of Graph's JSON.
const JSON: &str =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/// A refusal: status, code, message.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal {
            status,
            code,
            message: message.into(),
        }
    }

    /// Whether this is 410: the caller must start over.
    pub(super) fn is_gone(&self) -> bool {
        self.status == 410
    }

    /// 400 `Request_BadRequest`.
    pub(super) fn bad(message: impl Into<String>) -> Refusal {
        Refusal::new(400, "Request_BadRequest", message)
    }

    /// 400 `Request_UnsupportedQuery`.
    pub(super) fn unsupported(message: impl Into<String>) -> Refusal {
        Refusal::new(400, "Request_UnsupportedQuery", message)
    }

    /// 403 `Authorization_RequestDenied`.
    pub(super) fn denied() -> Refusal {
        Refusal::new(
            403,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    }

    /// 404 `Request_ResourceNotFound`.
    pub(super) fn no_resource(id: &str) -> Refusal {
        let message = format!(
            "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
        );
        Refusal::new(404, "Request_ResourceNotFound", message)
    }
}

/// What a handler yields.
#[derive(Debug)]
pub(super) enum Answer {
    /// JSON, already written.
    Json(Vec<u8>),
    /// A bare number (`/$count`).
    Count(usize),
    /// A whole answer.
    Reply(Reply),
}

pub(super) type Outcome = Result<Answer, Refusal>;

/// A request to Graph with its caller's permissions.
pub(super) struct Context<'a> {
    pub(super) world: &'a World,
    pub(super) call: &'a Call,
    pub(super) query: Query,
    pub(super) holder: Holder,
    permissions: Vec<String>,
}

impl Context<'_> {
    /// Whether the caller has one of these permissions.
    pub(super) fn may(&self, any: &[&str]) -> bool {
        self.permissions
            .iter()
            .any(|permission| any.contains(&permission.as_str()))
    }

    /// Whether the caller may read all users.
    pub(super) fn may_read_users(&self) -> bool {
        self.may(&[
            "User.Read.All",
            "User.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ])
    }

    /// Whether the caller may read groups and their members.
    pub(super) fn may_read_groups(&self) -> bool {
        self.may(&[
            "GroupMember.Read.All",
            "GroupMember.ReadWrite.All",
            "Group.Read.All",
            "Group.ReadWrite.All",
            "Directory.Read.All",
            "Directory.ReadWrite.All",
        ])
    }

    /// Whether hidden memberships are shown (C-10).
    pub(super) fn may_read_hidden(&self) -> bool {
        self.may(&["Member.Read.Hidden"])
    }

    /// The largest page the server gives: the asked one, unless the control interface made pages shorter.
    pub(super) fn page_size(&self, asked: usize) -> usize {
        self.world
            .tenant(Kind::Entra)
            .access()
            .page_limit
            .map_or(asked, |limit| limit.min(asked))
    }

    /// Base of the addresses in answers, with the version.
    pub(super) fn base(&self) -> String {
        let version = if self.call.path.starts_with("/beta") {
            "beta"
        } else {
            "v1.0"
        };
        format!("{}/{version}", self.world.entra_base)
    }
}

/// Refuses with 403 what is not allowed.
pub(super) fn require(allowed: bool) -> Result<(), Refusal> {
    if allowed { Ok(()) } else { Err(Refusal::denied()) }
}

/// Answers a request to Graph.
pub(super) fn handle(world: &World, call: &Call) -> Reply {
    let request_id = world.request_guid();
    let client_id = call
        .header("client-request-id")
        .map_or_else(|| request_id.clone(), str::to_owned);
    let outcome = authenticate(world, call).and_then(|(holder, permissions)| {
        let query = Query::parse(call)?;
        route(&Context {
            world,
            call,
            query,
            holder,
            permissions,
        })
    });
    match outcome {
        Ok(Answer::Json(body)) => finish(
            call,
            Reply::new(StatusCode::OK, JSON, body),
            &request_id,
            &client_id,
        ),
        Ok(Answer::Count(count)) => finish(
            call,
            Reply::new(StatusCode::OK, "text/plain", count.to_string()),
            &request_id,
            &client_id,
        ),
        Ok(Answer::Reply(reply)) => finish(call, reply, &request_id, &client_id),
        Err(refusal) => {
            let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
            let reply = graph_error(world, call, status, refusal.code, &refusal.message);
            if refusal.status == 401 {
                challenge(world, reply)
            } else {
                reply
            }
        }
    }
}

fn challenge(world: &World, reply: Reply) -> Reply {
    let value = format!(
        "Bearer realm=\"\", authorization_uri=\"{}/common/oauth2/authorize\", client_id=\"00000003-0000-0000-c000-000000000000\"",
        world.entra_base
    );
    reply.with("www-authenticate", value)
}

fn finish(call: &Call, reply: Reply, request_id: &str, client_id: &str) -> Reply {
    with_graph_headers(reply, request_id, client_id)
        .with("odata-version", "4.0")
        .with("cache-control", "no-cache")
        .with("x-ms-resource-unit", resource_units(call).to_string())
}

/// Cost of a request in resource units (throttling limits, identity and access).
fn resource_units(call: &Call) -> i32 {
    let pairs = call.query_pairs();
    let value = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    let segments = call.segments();
    let base = match segments.get(1).map(String::as_str) {
        Some("users") if segments.len() == 2 => 2,
        Some("groups") if call.path.contains("/transitiveMembers") => 5,
        Some("groups") if call.path.contains("/members") => 3,
        _ => 1,
    };
    let small = value("$top")
        .and_then(|top| top.parse::<u32>().ok())
        .is_some_and(|top| top < 20);
    let cost = base - i32::from(value("$select").is_some()) + i32::from(value("$expand").is_some())
        - i32::from(small);
    cost.max(1)
}

fn authenticate(world: &World, call: &Call) -> Result<(Holder, Vec<String>), Refusal> {
    let refused = |message: &str| Refusal::new(401, "InvalidAuthenticationToken", message);
    let header = call.header("authorization").unwrap_or_default();
    let text = match header.split_once(' ') {
        Some((scheme, text)) if scheme.eq_ignore_ascii_case("bearer") => text.trim(),
        _ => "",
    };
    if text.is_empty() {
        return Err(refused("Access token is empty."));
    }
    if text.split('.').count() != 3 {
        return Err(refused("CompactToken parsing failed with error code: 80049217"));
    }
    let access = world.tenant(Kind::Entra).access();
    let token = access
        .tokens
        .get(text)
        .filter(|token| token.expires > world.clock.now())
        .ok_or_else(|| refused("Access token has expired or is not yet valid."))?;
    // A revoked permission ends at once here; in life the token would keep it until it expires. A granted
    // one comes with the next token only, as in life.
    let permissions = match token.holder {
        Holder::Application => token.permissions.intersection(&access.grants).cloned().collect(),
        Holder::Person(_) => token.permissions.iter().cloned().collect(),
    };
    Ok((token.holder.clone(), permissions))
}

fn route(context: &Context<'_>) -> Outcome {
    let segments = context.call.segments();
    let parts: Vec<&str> = segments.iter().skip(1).map(String::as_str).collect();
    if context.call.method == Method::POST {
        return match parts.as_slice() {
            ["$batch"] => batch::batch(context),
            [
                "users",
                id,
                "getMemberObjects" | "microsoft.graph.getMemberObjects",
            ] => users::member_objects(context, id),
            ["users" | "groups", ..] => Err(Refusal::denied()),
            _ => Err(no_segment(&parts)),
        };
    }
    if context.call.method != Method::GET {
        return Err(Refusal::denied());
    }
    match parts.as_slice() {
        ["users", rest @ ..] => users_route(context, rest),
        ["groups", rest @ ..] => groups_route(context, rest),
        ["me", ..] => me(context),
        ["organization"] => organization(context),
        ["directoryObjects", id] => users::directory_object(context, id),
        ["directory", "deletedItems", "microsoft.graph.user" | "graph.user"] => users::deleted(context),
        _ => match parts.first().and_then(|first| key_in_parentheses(first)) {
            Some(("users", key)) => users_route(context, &prepend(&key, &parts[1..])),
            Some(("groups", key)) => groups_route(context, &prepend(&key, &parts[1..])),
            _ => Err(no_segment(&parts)),
        },
    }
}

fn prepend<'a>(first: &'a str, rest: &[&'a str]) -> Vec<&'a str> {
    std::iter::once(first).chain(rest.iter().copied()).collect()
}

/// `users('id')` is the same as `users/id`.
fn key_in_parentheses(segment: &str) -> Option<(&str, String)> {
    let (name, key) = segment.strip_suffix("')")?.split_once("('")?;
    Some((name, key.replace("''", "'")))
}

fn no_segment(parts: &[&str]) -> Refusal {
    let segment = parts.first().copied().unwrap_or_default();
    Refusal::new(
        400,
        "BadRequest",
        format!("Resource not found for the segment '{segment}'."),
    )
}

fn users_route(context: &Context<'_>, rest: &[&str]) -> Outcome {
    require(context.may_read_users())?;
    match rest {
        [] => users::list(context),
        ["$count"] => users::count(context),
        ["delta" | "delta()" | "microsoft.graph.delta()" | "microsoft.graph.delta"] => delta::users(context),
        [id] => users::one(context, id),
        [id, "manager"] => users::manager(context, id),
        [id, "directReports"] => users::direct_reports(context, id),
        [id, "memberOf"] => users::member_of(context, id, false),
        [id, "transitiveMemberOf"] => users::member_of(context, id, true),
        [id, "photo", "$value"] | [id, "photos", _, "$value"] => users::photo_bytes(context, id),
        [id, "photo"] | [id, "photos", _] => users::photo(context, id),
        [_, other, ..] => Err(no_segment(&[other])),
    }
}

fn groups_route(context: &Context<'_>, rest: &[&str]) -> Outcome {
    require(context.may_read_groups())?;
    match rest {
        [] => groups::list(context),
        ["$count"] => groups::count(context),
        ["delta" | "delta()" | "microsoft.graph.delta()" | "microsoft.graph.delta"] => {
            group_delta::groups(context)
        }
        [id] => groups::one(context, id),
        [id, "members", tail @ ..] => members::members(context, id, false, tail),
        [id, "transitiveMembers", tail @ ..] => members::members(context, id, true, tail),
        [id, "memberOf" | "transitiveMemberOf"] => groups::member_of(context, id),
        [id, "owners"] => groups::owners(context, id),
        // Application permissions cannot read groups' photos (profile photo page).
        [_, "photo", ..] => Err(Refusal::denied()),
        [_, other, ..] => Err(no_segment(&[other])),
    }
}

fn me(context: &Context<'_>) -> Outcome {
    match context.holder {
        Holder::Application => Err(Refusal::new(
            400,
            "BadRequest",
            "/me request is only valid with delegated authentication flow.",
        )),
        Holder::Person(index) => {
            let id = context.world.tenant(Kind::Entra).read().generator.id(index);
            users::one(context, &id)
        }
    }
}

fn organization(context: &Context<'_>) -> Outcome {
    require(context.may(&[
        "Organization.Read.All",
        "Directory.Read.All",
        "Directory.ReadWrite.All",
    ]))?;
    let domain = |name: &str, initial: bool| json!({"capabilities": "Email, OfficeCommunicationsOnline", "isDefault": !initial, "isInitial": initial, "name": name, "type": "Managed"});
    let body: Value = json!({
        "@odata.context": format!("{}/$metadata#organization", context.base()),
        "value": [{
            "id": context.world.tenant_id(),
            "displayName": "Contoso",
            "countryLetterCode": "GB",
            "tenantType": "AAD",
            "verifiedDomains": [domain(DOMAIN, false), domain(INITIAL_DOMAIN, true)],
        }],
    });
    Ok(Answer::Json(body.to_string().into_bytes()))
}
