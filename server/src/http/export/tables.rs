//! Tables whose columns are known only when they are asked for: People by the symbolic names of its fields, and what an
//! import of such a file refused. Read page by page, as every list.

use std::io;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use domain::views::{Page, PeopleFilter};
use futures::stream;
use services::ServiceError;

use super::{Asked, Narrowed, Place, asked, attachment, code, csv_lines};
use crate::http::signed_in::{Address, Arguments, Reference, SignedIn, refusal};
use crate::router::AppState;
use domain::text::chain;

/// Which table.
#[derive(Clone, Copy)]
enum Table {
    People,
    Refused,
}

/// People in the columns that an import reads.
pub(super) async fn people(
    state: State<AppState>,
    place: Address<Place>,
    narrowed: Arguments<Narrowed>,
    Reference(reference): Reference,
    who: SignedIn,
) -> Response {
    download(Table::People, asked(state, place, narrowed, who), &reference).await
}

/// The lines of the newest file that changed nothing, and why.
pub(super) async fn refused(
    state: State<AppState>,
    place: Address<Place>,
    narrowed: Arguments<Narrowed>,
    Reference(reference): Reference,
    who: SignedIn,
) -> Response {
    download(Table::Refused, asked(state, place, narrowed, who), &reference).await
}

impl Table {
    const fn noted(self) -> &'static str {
        match self {
            Table::People => "people with all fields",
            Table::Refused => "refused lines of a People file",
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Table::People => "people-file",
            Table::Refused => "people-file-refused",
        }
    }

    async fn columns(self, asked: &Asked) -> Result<Vec<String>, ServiceError> {
        let (services, actor, customer) = (&asked.services, &asked.actor, asked.customer());
        match self {
            Table::People => services.people_columns(actor, customer).await,
            Table::Refused => services.refused_columns(actor, customer).await,
        }
    }

    async fn page(
        self,
        asked: &Asked,
        columns: &[String],
        after: Option<&str>,
    ) -> Result<Page<Vec<String>>, ServiceError> {
        let (services, actor, customer) = (&asked.services, &asked.actor, asked.customer());
        match self {
            Table::People => {
                let filter = PeopleFilter {
                    state: code(&asked.narrowed.state)?,
                    search: asked.narrowed.search.clone(),
                    directory: asked.narrowed.directory.clone(),
                };
                let which = (&filter, columns);
                services.people_table(actor, customer, which, after).await
            }
            Table::Refused => services.refused_table(actor, customer, columns, after).await,
        }
    }
}

/// The first page, before anything is sent.
async fn first(table: Table, asked: &Asked) -> Result<(Vec<String>, Page<Vec<String>>), ServiceError> {
    let customer = asked.place.customer.as_deref();
    asked
        .services
        .begin_export(&asked.actor, customer, table.noted())
        .await?;
    let columns = table.columns(asked).await?;
    let page = table.page(asked, &columns, None).await?;
    Ok((columns, page))
}

/// Where a download stands.
enum Next {
    First(Page<Vec<String>>),
    After(String),
    End,
}

async fn download(table: Table, asked: Asked, reference: &str) -> Response {
    let (columns, page) = match first(table, &asked).await {
        Ok(first) => first,
        Err(error) => return refusal(error, reference),
    };
    let (customer, file) = (asked.customer(), table.file());
    let name = format!("attachment; filename=\"{customer}-{file}.csv\"");
    let around = Arc::new((asked, columns));
    let pages = stream::try_unfold(Next::First(page), move |next| {
        chunk(table, Arc::clone(&around), next)
    });
    attachment("text/csv; charset=utf-8", &name, Body::from_stream(pages))
}

async fn chunk(
    table: Table,
    around: Arc<(Asked, Vec<String>)>,
    next: Next,
) -> io::Result<Option<(Bytes, Next)>> {
    let (asked, columns) = (&around.0, &around.1);
    let (page, heads) = match next {
        Next::First(page) => (page, Some(columns)),
        Next::After(after) => {
            let page = table.page(asked, columns, Some(&after)).await.map_err(|error| {
                tracing::error!(error = %chain(&error), "a download broke off");
                io::Error::other("the list could not be read to its end")
            })?;
            (page, None)
        }
        Next::End => return Ok(None),
    };
    let bytes = csv_lines(heads, page.rows.into_iter())?;
    Ok(Some((bytes, page.next.map_or(Next::End, Next::After))))
}
