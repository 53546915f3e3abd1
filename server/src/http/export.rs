//! Any list as CSV or JSON: streamed page by page, so that a million people need no more memory than fifty. Cells are
//! written so that no spreadsheet takes a name for a formula (F-32).

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::path::Path;

use ::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use ::http::{HeaderValue, StatusCode};
use axum::body::Body;
use axum::extract::{FromRequestParts, Path as Parts, Query, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::UserError;
use domain::sync::FieldChange;
use domain::views::{
    ChangeFilter, ChangeRow, CustomerRow, FoundPerson, Page, PeopleFilter, PersonRow, RunFilter, RunRow,
};
use futures::stream;
use serde::{Deserialize, Serialize};
use services::ServiceError;

use super::signed_in::{Reference, SignedIn, refusal};
use crate::errors::chain;
use crate::router::AppState;

/// How the list is written: the end of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Json,
}

impl<S: Sync> FromRequestParts<S> for Format {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut ::http::request::Parts,
        _state: &S,
    ) -> Result<Self, Self::Rejection> {
        let json = Path::new(parts.uri.path())
            .extension()
            .is_some_and(|extension| extension == "json");
        Ok(if json { Self::Json } else { Self::Csv })
    }
}

/// A row of a list that can be taken away. The JSON form is the view itself.
pub trait Record: Serialize + Send + 'static {
    const HEADER: &'static [&'static str];
    fn cells(&self) -> Vec<String>;
}

/// What a list is narrowed to, as in the address of its page. Unknown codes are refused, not ignored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Narrowed {
    search: String,
    state: String,
    kind: String,
    directory: String,
}

/// `GET /customers.csv`
pub async fn customers(
    State(state): State<AppState>,
    format: Format,
    Query(narrowed): Query<Narrowed>,
    Reference(reference): Reference,
    SignedIn { actor, .. }: SignedIn,
) -> Response {
    let services = state.services;
    let first = async {
        services.begin_export(&actor, None, "customers").await?;
        let rows = services.customers(&actor, &narrowed.search).await?;
        Ok(Page { rows, next: None })
    };
    let no_more = |_: String| async { Ok(Page::<CustomerRow>::empty()) };
    download(format, "customers", &reference, first.await, no_more)
}

/// `GET /c/{customer}/people.csv`
pub async fn people(
    State(state): State<AppState>,
    format: Format,
    Parts(slug): Parts<String>,
    Query(narrowed): Query<Narrowed>,
    Reference(reference): Reference,
    SignedIn { actor, .. }: SignedIn,
) -> Response {
    let services = state.services;
    let file = format!("{slug}-people");
    let page = move |after: Option<String>| {
        let (services, actor, slug, narrowed) =
            (services.clone(), actor.clone(), slug.clone(), narrowed.clone());
        async move {
            let filter = PeopleFilter {
                state: code(&narrowed.state)?,
                search: narrowed.search,
                directory: narrowed.directory,
            };
            if after.is_none() {
                services.begin_export(&actor, Some(&slug), "people").await?;
            }
            services
                .export_people(&actor, &slug, &filter, after.as_deref())
                .await
        }
    };
    download(format, &file, &reference, page(None).await, move |after| {
        page(Some(after))
    })
}

/// `GET /c/{customer}/found.csv`
pub async fn found(
    State(state): State<AppState>,
    format: Format,
    Parts(slug): Parts<String>,
    Reference(reference): Reference,
    SignedIn { actor, .. }: SignedIn,
) -> Response {
    let services = state.services;
    let file = format!("{slug}-found");
    let page = move |after: Option<String>| {
        let (services, actor, slug) = (services.clone(), actor.clone(), slug.clone());
        async move {
            if after.is_none() {
                services.begin_export(&actor, Some(&slug), "found").await?;
            }
            services.found(&actor, &slug, after.as_deref()).await
        }
    };
    download(format, &file, &reference, page(None).await, move |after| {
        page(Some(after))
    })
}

/// `GET /c/{customer}/runs.csv`
pub async fn runs(
    State(state): State<AppState>,
    format: Format,
    Parts(slug): Parts<String>,
    Query(narrowed): Query<Narrowed>,
    Reference(reference): Reference,
    SignedIn { actor, .. }: SignedIn,
) -> Response {
    let services = state.services;
    let file = format!("{slug}-runs");
    let page = move |after: Option<String>| {
        let (services, actor, slug, narrowed) =
            (services.clone(), actor.clone(), slug.clone(), narrowed.clone());
        async move {
            let filter = RunFilter {
                kind: code(&narrowed.kind)?,
                state: code(&narrowed.state)?,
            };
            if after.is_none() {
                services.begin_export(&actor, Some(&slug), "runs").await?;
            }
            services
                .export_runs(&actor, &slug, filter, after.as_deref())
                .await
        }
    };
    download(format, &file, &reference, page(None).await, move |after| {
        page(Some(after))
    })
}

/// `GET /c/{customer}/runs/{run}/changes.csv`
pub async fn changes(
    State(state): State<AppState>,
    format: Format,
    Parts((slug, number)): Parts<(String, i64)>,
    Query(narrowed): Query<Narrowed>,
    Reference(reference): Reference,
    SignedIn { actor, .. }: SignedIn,
) -> Response {
    let services = state.services;
    let file = format!("{slug}-run-{number}-changes");
    let page = move |after: Option<String>| {
        let (services, actor, slug, narrowed) =
            (services.clone(), actor.clone(), slug.clone(), narrowed.clone());
        async move {
            let filter = ChangeFilter {
                kind: code(&narrowed.kind)?,
                state: code(&narrowed.state)?,
                search: narrowed.search,
            };
            if after.is_none() {
                services
                    .begin_export(&actor, Some(&slug), &format!("changes of run {number}"))
                    .await?;
            }
            services
                .export_changes(&actor, &slug, number, &filter, after.as_deref())
                .await
        }
    };
    download(format, &file, &reference, page(None).await, move |after| {
        page(Some(after))
    })
}

/// A code out of the address; empty is no filter.
fn code<T: std::str::FromStr>(text: &str) -> Result<Option<T>, ServiceError> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| UserError::NotFound.into())
}

/// The answer: refused before anything is sent, or a stream of the pages. A page that fails later cuts the
/// connection, so that nobody takes half a list for a whole one.
fn download<R, N, F>(
    format: Format,
    file: &str,
    reference: &str,
    first: Result<Page<R>, ServiceError>,
    next: N,
) -> Response
where
    R: Record,
    N: Fn(String) -> F + Send + 'static,
    F: Future<Output = Result<Page<R>, ServiceError>> + Send + 'static,
{
    let first = match first {
        Ok(page) => page,
        Err(error) => return refusal(error, reference),
    };
    let pages = stream::try_unfold((Some(Next::Page(first)), true), move |(coming, beginning)| {
        let read = match coming {
            None => None,
            Some(Next::Page(page)) => Some((Some(page), None)),
            Some(Next::After(after)) => Some((None, Some(next(after)))),
        };
        async move {
            let page = match read {
                None => return Ok(None),
                Some((Some(page), _)) => page,
                Some((None, Some(reading))) => reading.await.map_err(|error| broken(&error))?,
                Some((None, None)) => return Ok(None),
            };
            let last = page.next.is_none();
            let bytes = chunk(format, &page.rows, beginning, last)?;
            Ok::<_, io::Error>(Some((bytes, (page.next.map(Next::After), false))))
        }
    });
    let (kind, extension) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Json => ("application/json", "json"),
    };
    let mut response = (StatusCode::OK, Body::from_stream(pages)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{file}.{extension}\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
}

enum Next<R> {
    Page(Page<R>),
    After(String),
}

fn broken(error: &ServiceError) -> io::Error {
    tracing::error!(error = %chain(error), "a download broke off");
    io::Error::other("the list could not be read to its end")
}

/// The bytes of one page.
fn chunk<R: Record>(format: Format, rows: &[R], beginning: bool, last: bool) -> io::Result<Bytes> {
    match format {
        Format::Csv => csv_chunk(rows, beginning),
        Format::Json => json_chunk(rows, beginning, last),
    }
}

fn csv_chunk<R: Record>(rows: &[R], beginning: bool) -> io::Result<Bytes> {
    // The byte order mark tells spreadsheets that this is UTF-8.
    let out = if beginning {
        "\u{feff}".as_bytes().to_vec()
    } else {
        Vec::new()
    };
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(out);
    if beginning {
        writer.write_record(R::HEADER)?;
    }
    for row in rows {
        writer.write_record(
            row.cells()
                .iter()
                .map(|cell| rules::export::safe_cell(cell).into_owned()),
        )?;
    }
    Ok(writer
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))?
        .into())
}

fn json_chunk<R: Record>(rows: &[R], beginning: bool, last: bool) -> io::Result<Bytes> {
    let mut out = Vec::new();
    out.extend_from_slice(if beginning { b"[\n" } else { b"" });
    for (n, row) in rows.iter().enumerate() {
        if n > 0 || !beginning {
            out.extend_from_slice(b",\n");
        }
        serde_json::to_writer(&mut out, row)?;
    }
    if last {
        out.extend_from_slice(b"\n]\n");
    }
    Ok(out.into())
}

fn yes_no(value: bool) -> String {
    if value { "yes".to_owned() } else { "no".to_owned() }
}

fn or_empty(value: Option<&String>) -> String {
    value.cloned().unwrap_or_default()
}

impl Record for CustomerRow {
    const HEADER: &'static [&'static str] = &[
        "name",
        "address",
        "provider",
        "people",
        "last_run",
        "last_run_state",
        "attention",
        "next",
    ];

    fn cells(&self) -> Vec<String> {
        let run = self.last_run.as_ref();
        vec![
            self.name.clone(),
            self.slug.clone(),
            self.provider
                .map(|provider| provider.label().to_owned())
                .unwrap_or_default(),
            self.people.to_string(),
            run.map(|run| run.number.to_string()).unwrap_or_default(),
            run.map(|run| run.state.label().to_owned()).unwrap_or_default(),
            yes_no(self.attention),
            self.next.clone(),
        ]
    }
}

impl Record for PersonRow {
    const HEADER: &'static [&'static str] = &[
        "id",
        "name",
        "username",
        "email",
        "job_title",
        "department",
        "state",
        "directory",
        "administrator",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.id.to_string(),
            self.name.clone(),
            self.username.clone(),
            or_empty(self.email.as_ref()),
            or_empty(self.job_title.as_ref()),
            or_empty(self.department.as_ref()),
            self.state.label().to_owned(),
            self.directory.clone(),
            yes_no(self.is_administrator),
        ]
    }
}

impl Record for FoundPerson {
    const HEADER: &'static [&'static str] = &[
        "object_id",
        "name",
        "principal_name",
        "mail",
        "status",
        "in_scope",
    ];

    fn cells(&self) -> Vec<String> {
        vec![
            self.object_id.clone(),
            self.name.clone(),
            self.principal_name.clone(),
            or_empty(self.mail.as_ref()),
            self.status.clone(),
            yes_no(self.in_scope),
        ]
    }
}

impl Record for RunRow {
    const HEADER: &'static [&'static str] = &[
        "number",
        "kind",
        "state",
        "started_by",
        "queued",
        "took",
        "read",
        "in_scope",
        "created",
        "updated",
        "renamed",
        "linked",
        "blocked",
        "unblocked",
        "added_to_groups",
        "removed_from_groups",
        "skipped",
        "need_a_decision",
        "failed",
    ];

    fn cells(&self) -> Vec<String> {
        let counts = &self.counts;
        let mut cells = vec![
            self.number.to_string(),
            self.kind.label().to_owned(),
            self.state.label().to_owned(),
            self.started_by.clone(),
            self.queued.iso.clone(),
            or_empty(self.took.as_ref()),
        ];
        let numbers = [
            counts.read,
            counts.in_scope,
            counts.created,
            counts.updated,
            counts.renamed,
            counts.linked,
            counts.blocked,
            counts.unblocked,
            counts.group_added,
            counts.group_removed,
            counts.skipped,
            counts.disputed,
            counts.failed,
        ];
        cells.extend(numbers.iter().map(ToString::to_string));
        cells
    }
}

impl Record for ChangeRow {
    const HEADER: &'static [&'static str] = &[
        "kind",
        "state",
        "name",
        "username",
        "reason",
        "changes",
        "account",
        "object_id",
    ];

    fn cells(&self) -> Vec<String> {
        let change = |field: &FieldChange| {
            let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "(empty)".to_owned());
            format!(
                "{}: {} → {}",
                field.label(),
                side(&field.before),
                side(&field.after)
            )
        };
        vec![
            self.kind.code().to_owned(),
            self.state.code().to_owned(),
            self.name.clone(),
            self.username.clone(),
            self.reason.clone(),
            self.fields.iter().map(change).collect::<Vec<_>>().join("; "),
            self.account.map(|id| id.to_string()).unwrap_or_default(),
            or_empty(self.object_id.as_ref()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str) -> FoundPerson {
        FoundPerson {
            object_id: "o".into(),
            name: name.into(),
            principal_name: "p".into(),
            mail: None,
            status: "Enabled".into(),
            in_scope: true,
        }
    }

    fn text(bytes: &Bytes) -> String {
        String::from_utf8(bytes.to_vec()).expect("UTF-8")
    }

    #[test]
    fn f_32_no_cell_begins_a_formula() {
        let csv =
            text(&csv_chunk(&[found("=HYPERLINK(\"x\")"), found("Müller, Änne")], true).expect("written"));
        assert!(csv.starts_with('\u{feff}'));
        assert!(csv.contains("o,\"'=HYPERLINK(\"\"x\"\")\",p"), "{csv}");
        assert!(csv.contains("\"Müller, Änne\""), "{csv}");
        assert!(csv.ends_with("\r\n"));
    }

    #[test]
    fn pages_together_are_one_json_list() {
        let (a, b) = ([found("a"), found("b")], [found("c")]);
        let parts = [
            json_chunk(&a, true, false),
            json_chunk(&b, false, false),
            json_chunk::<FoundPerson>(&[], false, true),
        ];
        let whole: String = parts
            .into_iter()
            .map(|part| text(&part.expect("written")))
            .collect();
        let names: Vec<FoundPerson> = serde_json::from_str(&whole).expect("one list");
        assert_eq!(names.len(), 3);
        let empty = text(&json_chunk::<FoundPerson>(&[], true, true).expect("written"));
        assert_eq!(
            serde_json::from_str::<Vec<FoundPerson>>(&empty).expect("a list"),
            vec![]
        );
    }
}
