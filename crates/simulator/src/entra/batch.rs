//! `POST /$batch`: up to 20 requests in one.

use super::graph::{Answer, Context, Outcome, Refusal};
use crate::Kind;
use crate::wire::{Call, Quirks, Reply};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Most requests in a batch (json-batching page).
const MOST: usize = 20;

#[derive(Debug, Deserialize)]
struct Batch {
    requests: Vec<Part>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    id: Value,
    method: String,
    url: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Option<Value>,
    #[serde(default)]
    depends_on: Vec<String>,
}

/// Answers a batch: 200 although parts fail, the parts in another order than asked.
pub(super) fn batch(context: &Context<'_>) -> Outcome {
    let batch: Batch = serde_json::from_slice(&context.call.body)
        .map_err(|_| Refusal::new(400, "BadRequest", "Invalid batch payload format."))?;
    if batch.requests.len() > MOST {
        let message = format!("Number of batch request steps exceeds the maximum value of {MOST}.");
        return Err(Refusal::new(400, "BadRequest", message));
    }
    let mut seen = BTreeSet::new();
    let mut statuses: BTreeMap<String, u16> = BTreeMap::new();
    let mut responses = Vec::new();
    for part in &batch.requests {
        let id = part
            .id
            .as_str()
            .map_or_else(|| part.id.to_string(), str::to_owned);
        if !seen.insert(id.clone()) {
            return Err(Refusal::new(
                400,
                "BadRequest",
                "The request id must be unique within the batch.",
            ));
        }
        let failed = part
            .depends_on
            .iter()
            .any(|wanted| statuses.get(wanted).is_none_or(|status| *status >= 400));
        let reply = if failed {
            failed_dependency()
        } else {
            run(context, part)
        };
        statuses.insert(id.clone(), reply.status.as_u16());
        responses.push(response(&id, &reply));
    }
    // Clients must match by id: the order is free.
    responses.reverse();
    Ok(Answer::Json(
        json!({ "responses": responses }).to_string().into_bytes(),
    ))
}

fn failed_dependency() -> Reply {
    let body =
        json!({"error": {"code": "FailedDependency", "message": "A dependency of this request failed."}});
    Reply::json(StatusCode::FAILED_DEPENDENCY, &body)
}

fn run(context: &Context<'_>, part: &Part) -> Reply {
    let version = if context.call.path.starts_with("/beta") {
        "/beta"
    } else {
        "/v1.0"
    };
    let url = format!("{version}/{}", part.url.trim_start_matches('/'));
    let (path, query) = url.split_once('?').unwrap_or((url.as_str(), ""));
    let mut headers = HeaderMap::new();
    if let Some(value) = context.call.headers.get("authorization") {
        headers.insert("authorization", value.clone());
    }
    for (name, value) in &part.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    let call = Call {
        kind: Kind::Entra,
        method: part.method.parse().unwrap_or(Method::GET),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: Bytes::from(part.body.as_ref().map(Value::to_string).unwrap_or_default()),
        quirks: Quirks::default(),
    };
    if call.path.ends_with("/$batch") {
        let body = json!({"error": {"code": "BadRequest", "message": "A batch cannot hold a batch."}});
        return Reply::json(StatusCode::BAD_REQUEST, &body);
    }
    context.world.dispatch(call).0
}

fn response(id: &str, reply: &Reply) -> Value {
    let mut headers = Map::new();
    for (name, value) in &reply.headers {
        let shown = match *name {
            "content-type" => "Content-Type",
            "retry-after" => "Retry-After",
            "location" => "Location",
            "odata-version" => "OData-Version",
            "cache-control" => "Cache-Control",
            _ => continue,
        };
        headers.insert(shown.to_owned(), Value::String(value.clone()));
    }
    let body = serde_json::from_slice(&reply.body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&reply.body).into_owned()));
    json!({"id": id, "status": reply.status.as_u16(), "headers": headers, "body": body})
}
