//! Several users in one call: `$batch` (provider-apis 1.6).
//!
//! A delta entry cannot be trusted to be whole: properties that were never set are absent, and the manager comes only
//! when it changed. So the delta says *who* changed, and those are read again, with the same `$select` as in a full
//! read. One shape, one meaning of null.

use std::collections::HashMap;
use std::time::Duration;

use bytes::Bytes;
use domain::ObjectId;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use super::selection::Selection;
use super::wire::{self, BatchPart, BatchWire, UserWire};
use super::{Entra, refusal};
use crate::error::{ProviderError, Reading};
use crate::fetch::encoded;
use crate::http::{Answer, Body, Call};
use crate::read::UserEntry;

/// The most that Graph takes.
const PARTS: usize = 20;

impl Entra {
    /// These users as they are now. One that does not exist any more is [`UserEntry::Removed`].
    pub(super) async fn read_again(
        &self,
        ids: &[ObjectId],
        selection: &Selection,
    ) -> Result<Vec<UserEntry>, ProviderError> {
        let mut entries = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(PARTS) {
            self.read_chunk(chunk, selection, &mut entries).await?;
        }
        Ok(entries)
    }

    /// One batch, and again those of its parts that were throttled: each part is counted by itself.
    async fn read_chunk(
        &self,
        ids: &[ObjectId],
        selection: &Selection,
        entries: &mut Vec<UserEntry>,
    ) -> Result<(), ProviderError> {
        let mut open: HashMap<String, &ObjectId> = ids
            .iter()
            .enumerate()
            .map(|(index, id)| (index.to_string(), id))
            .collect();
        let mut attempt = 1;
        loop {
            let call = Call::post(
                "batch",
                self.fetch.url("$batch", ""),
                Body::Json(body(&open, selection)),
            );
            let (batch, answer): (BatchWire, Answer) = self.fetch.json(&call, Reading::Users).await?;
            let mut wait = Duration::ZERO;
            for part in batch.responses {
                let Some(id) = open.get(&part.id).copied() else {
                    continue;
                };
                let part = Part::new(part, &answer.host);
                if is_transient(part.answer.status) {
                    wait = wait.max(self.fetch.transport.wait_after(&part.answer.headers, attempt));
                    continue;
                }
                open.remove(&part.id);
                entries.push(part.entry(id, selection)?);
            }
            if open.is_empty() {
                return Ok(());
            }
            let limits = self.fetch.transport.limits();
            if attempt >= limits.attempts || wait > limits.longest_wait {
                let code = "batch".to_owned();
                return Err(ProviderError::Throttled {
                    code,
                    wait: Some(wait),
                });
            }
            tokio::time::sleep(wait.max(limits.floor)).await;
            attempt += 1;
        }
    }
}

fn is_transient(status: StatusCode) -> bool {
    status.as_u16() == 429 || status.is_server_error()
}

fn body(open: &HashMap<String, &ObjectId>, selection: &Selection) -> Bytes {
    let requests: Vec<_> = open
        .iter()
        .map(|(number, id)| {
            let url = format!(
                "/users/{}?{}",
                encoded(id.as_str()),
                super::reader::user_query(selection)
            );
            json!({"id": number, "method": "GET", "url": url})
        })
        .collect();
    json!({ "requests": requests }).to_string().into()
}

/// A part of a batch, as if it had been an answer of its own.
struct Part {
    id: String,
    answer: Answer,
    body: serde_json::Value,
}

impl Part {
    fn new(part: BatchPart, host: &str) -> Self {
        let headers: HeaderMap = part
            .headers
            .iter()
            .filter_map(|(name, value)| {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                Some((
                    HeaderName::try_from(name).ok()?,
                    HeaderValue::try_from(text).ok()?,
                ))
            })
            .collect();
        let answer = Answer {
            host: host.to_owned(),
            status: StatusCode::from_u16(part.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            headers,
            body: part.body.to_string().into(),
        };
        Self {
            id: part.id,
            answer,
            body: part.body,
        }
    }

    fn entry(self, id: &ObjectId, selection: &Selection) -> Result<UserEntry, ProviderError> {
        if self.answer.status == StatusCode::NOT_FOUND {
            return Ok(UserEntry::Removed {
                object_id: id.clone(),
                final_: false,
            });
        }
        if !self.answer.status.is_success() {
            return Err(refusal(&self.answer, Reading::Users));
        }
        let user: UserWire = serde_json::from_value(self.body).map_err(|_| ProviderError::Unexpected {
            host: self.answer.host,
            status: self.answer.status.as_u16(),
            what: "a part of a batch is no user",
        })?;
        Ok(UserEntry::Present(wire::user(id.clone(), &user, selection)))
    }
}
