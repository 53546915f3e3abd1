//! Any list as CSV or JSON: streamed page by page, so that a million people need no more memory than fifty. Cells are
//! written so that no spreadsheet takes a name for a formula (F-32). What lists there are: `lists`.

mod lists;
mod migration;
mod tables;

use std::io;
use std::sync::Arc;

use ::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use ::http::{HeaderValue, StatusCode};
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use domain::views::Page;
use domain::{Actor, UserError};
use futures::stream;
use serde::{Deserialize, Serialize};
use services::{ServiceError, Services};

use super::signed_in::{Address, Arguments, Reference, SignedIn, refusal};
use crate::router::AppState;
use domain::text::chain;

/// A list that can be taken away.
#[async_trait]
trait List: Send + Sync + 'static {
    /// The JSON form is the view itself.
    type Row: Serialize + Send + 'static;

    /// The head of each column of the CSV form, and its cell of a row.
    const COLUMNS: &'static [Column<Self::Row>];

    /// What the audit log says was taken.
    fn noted(asked: &Asked) -> String;

    /// The file's name without its end.
    fn file(asked: &Asked) -> String;

    /// The page that begins after `after`, the last one's `next`.
    async fn page(asked: &Asked, after: Option<&str>) -> Result<Page<Self::Row>, ServiceError>;
}

/// A column's head and what stands in it.
type Column<R> = (&'static str, fn(&R) -> String);

/// Who asks for which list.
struct Asked {
    services: Services,
    actor: Actor,
    place: Place,
    narrowed: Narrowed,
}

/// The parts of the list's address.
#[derive(Clone, Debug, Deserialize)]
struct Place {
    customer: Option<String>,
    run: Option<i64>,
    /// Of the directory migration.
    plan: Option<i64>,
}

/// What a list is narrowed to, as in the address of its page. Unknown codes are refused, not ignored.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Narrowed {
    search: String,
    state: String,
    kind: String,
    directory: String,
    show: String,
    who: String,
    area: String,
    about: String,
    from: String,
    until: String,
    with: String,
    account: String,
}

/// How the list is written: the end of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    Json,
}

impl Asked {
    /// The customer of the address; empty in a list that has none.
    fn customer(&self) -> &str {
        self.place.customer.as_deref().unwrap_or_default()
    }

    fn plan(&self) -> i64 {
        self.place.plan.unwrap_or_default()
    }

    fn run(&self) -> i64 {
        self.place.run.unwrap_or_default()
    }
}

/// Every list, at its address.
pub fn routes() -> Router<AppState> {
    Router::new()
        .merge(at::<lists::Customers>("/customers"))
        .merge(at::<lists::People>("/c/{customer}/people"))
        .route("/c/{customer}/old-accounts/people.csv", get(tables::people))
        .route("/c/{customer}/old-accounts/refused.csv", get(tables::refused))
        .merge(at::<lists::MappingTemplate>(
            "/c/{customer}/user-mapping-template",
        ))
        .merge(at::<lists::MappingLines>("/c/{customer}/user-mapping-lines"))
        .route("/c/{customer}/user-mapping/{version}/file.csv", get(mapping_file))
        .merge(at::<migration::Entries>("/c/{customer}/migration/{plan}/entries"))
        .merge(at::<migration::Reconciliation>(
            "/c/{customer}/migration/{plan}/reconciliation",
        ))
        .merge(at::<migration::HelpDesk>(
            "/c/{customer}/migration/{plan}/help-desk",
        ))
        .merge(at::<lists::Found>("/c/{customer}/found"))
        .merge(at::<lists::Runs>("/c/{customer}/runs"))
        .merge(at::<lists::Audit>("/c/{customer}/audit"))
        .merge(at::<lists::Changes>("/c/{customer}/runs/{run}/changes"))
}

fn at<L: List>(address: &str) -> Router<AppState> {
    Router::new()
        .route(&format!("{address}.csv"), get(csv::<L>))
        .route(&format!("{address}.json"), get(json::<L>))
}

async fn csv<L: List>(
    state: State<AppState>,
    place: Address<Place>,
    narrowed: Arguments<Narrowed>,
    Reference(reference): Reference,
    who: SignedIn,
) -> Response {
    download::<L>(Format::Csv, asked(state, place, narrowed, who), &reference).await
}

async fn json<L: List>(
    state: State<AppState>,
    place: Address<Place>,
    narrowed: Arguments<Narrowed>,
    Reference(reference): Reference,
    who: SignedIn,
) -> Response {
    download::<L>(Format::Json, asked(state, place, narrowed, who), &reference).await
}

fn asked(
    State(state): State<AppState>,
    Address(place): Address<Place>,
    Arguments(narrowed): Arguments<Narrowed>,
    SignedIn { actor, .. }: SignedIn,
) -> Asked {
    Asked {
        services: state.services,
        actor,
        place,
        narrowed,
    }
}

/// The file of a version of the user mapping, as it is kept.
async fn mapping_file(
    State(state): State<AppState>,
    Address((customer, version)): Address<(String, i64)>,
    Reference(reference): Reference,
    SignedIn { actor, .. }: SignedIn,
) -> Response {
    let services = state.services;
    let noted = format!("file of version {version} of the user mapping");
    let begun = services.begin_export(&actor, Some(&customer), &noted).await;
    let first = match begun {
        Ok(()) => services.mapping_file_part(&actor, &customer, (version, 0)).await,
        Err(error) => Err(error),
    };
    let first = match first {
        Ok(first) => first,
        Err(error) => return refusal(error, &reference),
    };
    let name = format!("attachment; filename=\"{customer}-user-mapping-{version}.csv\"");
    let parts = stream::try_unfold((first, 1), move |(part, next)| {
        let (services, actor, customer) = (services.clone(), actor.clone(), customer.clone());
        async move {
            let Some(bytes) = part else {
                return io::Result::Ok(None);
            };
            let part = services
                .mapping_file_part(&actor, &customer, (version, next))
                .await;
            let part = part.map_err(|error| {
                tracing::error!(error = %chain(&error), "a download broke off");
                io::Error::other("the file could not be read to its end")
            })?;
            Ok(Some((Bytes::from(bytes), (part, next + 1))))
        }
    });
    attachment("text/csv", &name, Body::from_stream(parts))
}

fn attachment(kind: &'static str, name: &str, body: Body) -> Response {
    let mut response = (StatusCode::OK, body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(name) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    response
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
async fn download<L: List>(format: Format, asked: Asked, reference: &str) -> Response {
    let first = match first::<L>(&asked).await {
        Ok(page) => page,
        Err(error) => return refusal(error, reference),
    };
    let (kind, extension) = match format {
        Format::Csv => ("text/csv; charset=utf-8", "csv"),
        Format::Json => ("application/json", "json"),
    };
    let name = format!("attachment; filename=\"{}.{extension}\"", L::file(&asked));
    let pages = stream::try_unfold(Next::<L>::First(first), {
        let asked = Arc::new(asked);
        move |next| chunk(format, Arc::clone(&asked), next)
    });
    attachment(kind, &name, Body::from_stream(pages))
}

/// Notes the download and reads its first page.
async fn first<L: List>(asked: &Asked) -> Result<Page<L::Row>, ServiceError> {
    let customer = asked.place.customer.as_deref();
    asked
        .services
        .begin_export(&asked.actor, customer, &L::noted(asked))
        .await?;
    L::page(asked, None).await
}

/// Where a download stands.
enum Next<L: List> {
    First(Page<L::Row>),
    After(String),
    End,
}

/// The bytes of the next page, and what comes after it.
async fn chunk<L: List>(
    format: Format,
    asked: Arc<Asked>,
    next: Next<L>,
) -> io::Result<Option<(Bytes, Next<L>)>> {
    let (page, beginning) = match next {
        Next::First(page) => (page, true),
        Next::After(after) => {
            let page = L::page(&asked, Some(&after)).await.map_err(|error| {
                tracing::error!(error = %chain(&error), "a download broke off");
                io::Error::other("the list could not be read to its end")
            })?;
            (page, false)
        }
        Next::End => return Ok(None),
    };
    let bytes = match format {
        Format::Csv => csv_chunk::<L>(&page.rows, beginning)?,
        Format::Json => json_chunk(&page.rows, beginning, page.next.is_none())?,
    };
    Ok(Some((bytes, page.next.map_or(Next::End, Next::After))))
}

fn csv_chunk<L: List>(rows: &[L::Row], beginning: bool) -> io::Result<Bytes> {
    let heads: Vec<&str> = L::COLUMNS.iter().map(|(head, _)| *head).collect();
    let cells = |row: &L::Row| L::COLUMNS.iter().map(|(_, cell)| cell(row)).collect();
    csv_lines(beginning.then_some(&heads), rows.iter().map(cells))
}

/// Lines of a CSV file; its beginning with the heads of the columns.
fn csv_lines<H: AsRef<str>>(
    heads: Option<&Vec<H>>,
    rows: impl Iterator<Item = Vec<String>>,
) -> io::Result<Bytes> {
    // The byte order mark tells spreadsheets that this is UTF-8.
    let out = if heads.is_some() {
        "\u{feff}".as_bytes().to_vec()
    } else {
        Vec::new()
    };
    let mut writer = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer(out);
    if let Some(heads) = heads {
        writer.write_record(heads.iter().map(AsRef::as_ref))?;
    }
    for row in rows {
        for cell in row {
            writer.write_field(rules::export::safe_cell(&cell).as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(writer
        .into_inner()
        .map_err(|error| io::Error::other(error.to_string()))?
        .into())
}

fn json_chunk<R: Serialize>(rows: &[R], beginning: bool, last: bool) -> io::Result<Bytes> {
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

#[cfg(test)]
mod tests {
    use domain::views::FoundPerson;

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
        let csv = text(
            &csv_chunk::<lists::Found>(&[found("=HYPERLINK(\"x\")"), found("Müller, Änne")], true)
                .expect("written"),
        );
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
