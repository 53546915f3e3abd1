//! The audit log: who did what to what, with before and after.

use domain::UserError;
use domain::views::{AuditArea, AuditFilter, AuditRow, Page};
use leptos::prelude::*;

use crate::api::ApiError;
use crate::api::audit::list_audit;
use crate::components::{
    AFTER, Download, ErrorSummary, Field, Filters, Loaded, Option_, PageHeader, Panel, SelectField, TimeOf,
    after, customer, listed, param, query,
};

/// The entries found, or what is wrong with the filters.
type Found = Result<Page<AuditRow>, ApiError>;

/// `/c/{customer}/audit`
#[component]
pub fn AuditPage() -> impl IntoView {
    let query = query();
    let filter = AuditFilter {
        who: param(&query, "who"),
        area: AuditArea::from_code(&param(&query, "area")),
        about: param(&query, "about"),
        from: param(&query, "from"),
        until: param(&query, "until"),
    };
    let (slug, wanted) = (customer().slug, filter.clone());
    // A date that is none is corrected in the form, not answered with another page.
    let rows = async move {
        match list_audit(slug, wanted, after()).await {
            Err(ApiError::User(error @ UserError::Invalid { .. })) => Ok(Err(ApiError::User(error))),
            other => other.map(Ok),
        }
    };
    view! {
        <div class="column wide">
            <PageHeader title="Audit log"
                lede="Everything that was done here, by whom and when. Nothing can be changed or taken out: each entry carries the hash of the one before."/>
            <Loaded data=rows draw=move |rows: Found| view! { <Log rows filter/> }/>
        </div>
    }
}

#[component]
fn Log(rows: Found, filter: AuditFilter) -> impl IntoView {
    let error = rows.as_ref().err().cloned();
    let page = rows.unwrap_or_else(|_| Page::empty());
    let columns = ["When", "Who", "What", "About", "Before and after"];
    let entries = listed(
        page,
        (AFTER, "#log"),
        ("Entries", columns),
        "Nothing fits these filters.",
        |row| view! { <Entry row/> },
    );
    view! {
        <ErrorSummary error=error.clone()/>
        <Panel title="Log" id="log" note=move || {
            let path = customer().path("audit");
            view! { "newest first · " <Download path what="the audit log" filters=&["who", "area", "about", "from", "until"]/> }
        }>
            <Narrow filter error/>
            {entries}
        </Panel>
    }
}

#[component]
fn Narrow(filter: AuditFilter, error: Option<ApiError>) -> impl IntoView {
    let narrowed = filter != AuditFilter::default();
    let areas = Option_::filter(
        "Everything",
        AuditArea::ALL.iter().map(|area| (area.code(), area.label())),
    );
    view! {
        <Filters path=customer().path("audit") narrowed>
            <Field key="who" label="Who" kind="search" value=filter.who/>
            <SelectField key="area" label="What" options=areas value=filter.area.map_or("", AuditArea::code)/>
            <Field key="about" label="About" kind="search" value=filter.about/>
            <Field key="from" label="From" kind="date" help="A day in UTC." value=filter.from error=error.clone()/>
            <Field key="until" label="To" kind="date" help="A day in UTC." value=filter.until error/>
        </Filters>
    }
}

#[component]
fn Entry(row: AuditRow) -> impl IntoView {
    let about = match row.path {
        Some(path) => {
            let href = customer().path(&path);
            view! { <a href=href><bdi>{row.about}</bdi></a> }.into_any()
        }
        None => view! { <bdi>{row.about}</bdi> }.into_any(),
    };
    view! {
        <tr>
            <td><TimeOf when=row.when/></td>
            <th scope="row">{row.who}</th>
            <td>{row.words}<br/><code class="why">{row.action}</code></td>
            <td data-label="About">{about}</td>
            <td>
                <details>
                    <summary>{format!("Entry {}", row.number)}</summary>
                    <pre class="details">{row.details}</pre>
                </details>
            </td>
        </tr>
    }
}
