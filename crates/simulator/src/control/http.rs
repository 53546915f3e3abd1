//! The control interface over HTTP: `GET /control` is a page, `GET /control/…` yields JSON, `POST /control/…`
//! changes something. Bodies are JSON or forms; a form's answer leads back to the page.

use super::{Control, ControlError, NewPerson};
use crate::faults::{Fault, FaultId};
use crate::wire::{Call, Reply};
use crate::{Kind, Status};
use chrono::Duration;
use http::{Method, StatusCode};
use serde_json::{Map, Value, json};

/// Answers a request to `/control` or below.
pub(crate) fn handle(control: &Control, call: &Call) -> Reply {
    let segments = call.segments();
    let parts: Vec<&str> = segments.iter().skip(1).map(String::as_str).collect();
    if call.method == Method::GET {
        return read(control, call, &parts);
    }
    let (body, form) = body(call);
    let kind = match body.get("kind").and_then(Value::as_str) {
        Some("entra") => Kind::Entra,
        Some("okta") => Kind::Okta,
        _ => call.kind,
    };
    let action = parts.first().copied().unwrap_or_default();
    match act(control, kind, action, &Value::Object(body)) {
        Ok(_) if form => {
            let back = call
                .header("referer")
                .filter(|referer| referer.contains("/control"))
                .unwrap_or("/control");
            Reply::see_other(back)
        }
        Ok(answer) => Reply::json(StatusCode::OK, &answer),
        Err(Problem { status, text }) => Reply::json(status, &json!({ "error": text })),
    }
}

/// The body as an object, and whether it was a form.
fn body(call: &Call) -> (Map<String, Value>, bool) {
    let is_form = call
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if is_form {
        let pairs = call
            .form()
            .into_iter()
            .map(|(key, value)| (key, Value::String(value)));
        return (pairs.collect(), true);
    }
    match serde_json::from_slice(&call.body) {
        Ok(Value::Object(map)) => (map, false),
        _ => (Map::new(), false),
    }
}

#[derive(Debug)]
struct Problem {
    status: StatusCode,
    text: String,
}

impl From<ControlError> for Problem {
    fn from(error: ControlError) -> Problem {
        let status = match error {
            ControlError::NoPerson { .. } | ControlError::NoGroup { .. } => StatusCode::NOT_FOUND,
            ControlError::PrincipalTaken { .. } => StatusCode::CONFLICT,
            ControlError::BadValue { .. } => StatusCode::BAD_REQUEST,
        };
        Problem {
            status,
            text: error.to_string(),
        }
    }
}

fn bad(text: impl Into<String>) -> Problem {
    Problem {
        status: StatusCode::BAD_REQUEST,
        text: text.into(),
    }
}

fn read(control: &Control, call: &Call, parts: &[&str]) -> Reply {
    let kind = match call.query_value("kind").as_deref() {
        Some("entra") => Kind::Entra,
        Some("okta") => Kind::Okta,
        _ => call.kind,
    };
    let number = |name: &str, default: usize| {
        call.query_value(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    let found = |value: Option<Value>| match value {
        Some(value) => Reply::json(StatusCode::OK, &value),
        None => Reply::json(StatusCode::NOT_FOUND, &json!({"error": "not found"})),
    };
    match parts {
        [] => super::page::page(control, call, kind),
        ["endpoints"] => found(Some(json!({
            "entra": control.world.entra_endpoint(),
            "okta": control.world.okta_endpoint(),
        }))),
        ["people"] => {
            let from: usize = number("from", 0);
            let people = control.people(kind, from..from.saturating_add(number("count", 100)));
            found(Some(json!({"count": control.count(kind), "people": people})))
        }
        ["people", key] => found(control.find(kind, key).map(|person| json!(person))),
        ["groups"] => found(Some(json!({"groups": control.groups(kind)}))),
        ["groups", key] => found(control.group(kind, key).map(|group| json!(group))),
        ["requests"] => found(Some(json!({"requests": control.requests()}))),
        ["faults"] => found(Some(json!({"faults": control.faults()}))),
        ["now"] => found(Some(json!({"now": control.now()}))),
        _ => found(None),
    }
}

fn act(control: &Control, kind: Kind, action: &str, body: &Value) -> Result<Value, Problem> {
    let optional = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let text = |name: &str| optional(name).ok_or_else(|| bad(format!("the field {name:?} is missing")));
    match action {
        "person" => {
            let mut fields = body.clone();
            if let Some(fields) = fields.as_object_mut() {
                fields.remove("kind");
                fields.retain(|_, value| value.as_str() != Some(""));
            }
            let person: NewPerson = serde_json::from_value(fields).map_err(|error| bad(error.to_string()))?;
            if person.principal_name.is_empty() {
                return Err(bad("the field \"principal_name\" is missing"));
            }
            return Ok(json!({"id": control.add_person(kind, person)?}));
        }
        "rename" => control.rename(kind, text("id")?, text("principal_name")?)?,
        "update" => control.update(kind, text("id")?, text("attribute")?, optional("value"))?,
        "disable" => control.disable(kind, text("id")?)?,
        "enable" => control.enable(kind, text("id")?)?,
        "delete" => control.delete(kind, text("id")?)?,
        "purge" => control.purge(kind, text("id")?)?,
        "restore" => control.restore(kind, text("id")?)?,
        "recreate" => return Ok(json!({"id": control.recreate(kind, text("id")?)?})),
        "status" => {
            let status: Status =
                serde_json::from_value(json!(text("status")?)).map_err(|error| bad(error.to_string()))?;
            control.set_status(text("id")?, status)?;
        }
        "add-to-group" => control.add_to_group(kind, text("group")?, text("member")?)?,
        "remove-from-group" => control.remove_from_group(kind, text("group")?, text("member")?)?,
        "group" => return Ok(json!({"id": control.add_group(kind, text("name")?)})),
        "rename-group" => control.rename_group(kind, text("group")?, text("name")?)?,
        "delete-group" => control.delete_group(kind, text("group")?)?,
        _ => return access(control, kind, action, body),
    }
    Ok(json!({"ok": true}))
}

/// Actions on credentials, permissions, faults and the clock.
fn access(control: &Control, kind: Kind, action: &str, body: &Value) -> Result<Value, Problem> {
    let text = |name: &str| {
        body.get(name)
            .and_then(Value::as_str)
            .ok_or_else(|| bad(format!("the field {name:?} is missing")))
    };
    let flag = || match body.get("value") {
        Some(Value::Bool(value)) => Ok(*value),
        Some(Value::String(value)) => value
            .parse()
            .map_err(|_| bad("the field \"value\" must be true or false")),
        _ => Err(bad("the field \"value\" must be true or false")),
    };
    let number = |name: &str| {
        let value = body.get(name);
        value
            .and_then(Value::as_i64)
            .or_else(|| value.and_then(Value::as_str).and_then(|text| text.parse().ok()))
    };
    match action {
        "grant-permission" => control.grant_permission(kind, text("permission")?),
        "revoke-permission" => control.revoke_permission(kind, text("permission")?),
        "rotate-secret" => return Ok(json!({"secret": control.rotate_secret(kind)})),
        "add-secret" => return Ok(json!({"secret": control.add_secret(kind)})),
        "expire-secret" => control.expire_secret(kind),
        "remove-certificate" => control.remove_certificate(kind),
        "app-enabled" => control.set_app_enabled(kind, flag()?),
        "app-installed" => control.set_app_installed(kind, flag()?),
        "admin-role" => control.set_admin_role(flag()?),
        "limit-page-size" => {
            control.limit_page_size(kind, number("size").and_then(|size| usize::try_from(size).ok()));
        }
        "limit-to-groups" => {
            let groups = body.get("groups").and_then(Value::as_array).map(|items| {
                items
                    .iter()
                    .filter_map(|item| item.as_str().map(str::to_owned))
                    .collect()
            });
            control.limit_to_groups(groups);
        }
        "hide-members" => control.hide_members(text("group")?, flag()?)?,
        "forget-tokens" => control.forget_tokens(kind),
        "advance" => {
            let seconds = number("seconds").ok_or_else(|| bad("the field \"seconds\" is missing"))?;
            control.advance(Duration::try_seconds(seconds).ok_or_else(|| bad("too many seconds"))?);
        }
        _ => return trouble(control, kind, action, body),
    }
    Ok(json!({"ok": true}))
}

/// Actions on faults and the record.
fn trouble(control: &Control, kind: Kind, action: &str, body: &Value) -> Result<Value, Problem> {
    match action {
        "fault" => {
            let mut fields = body.clone();
            if let Some(fields) = fields.as_object_mut() {
                fields.entry("kind").or_insert_with(|| json!(kind));
            }
            let fault: Fault = serde_json::from_value(fields).map_err(|error| bad(error.to_string()))?;
            return Ok(json!({"fault": control.fault(fault)}));
        }
        "remove-fault" => {
            let id = body
                .get("fault")
                .and_then(Value::as_u64)
                .ok_or_else(|| bad("the field \"fault\" is missing"))?;
            return Ok(json!({"removed": control.remove_fault(FaultId(id))}));
        }
        "clear-faults" => control.clear_faults(),
        "clear-requests" => control.clear_requests(),
        _ => {
            return Err(Problem {
                status: StatusCode::NOT_FOUND,
                text: format!("no such action: {action}"),
            });
        }
    }
    Ok(json!({"ok": true}))
}
