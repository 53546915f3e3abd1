//! What every list has: pages, filters, files.

use domain::views::Page;
use leptos::prelude::*;

use super::links::{page_path, param, query};
use super::{Scroll, address, heads, with_query};

/// The parameter of the address that says where the page of a list begins. A second list on the same page has one of its own:
/// else the place of one of them is taken for that of the other.
pub const AFTER: &str = "after";

/// Where the page of the list begins, by the address.
pub fn after() -> Option<String> {
    after_by(AFTER)
}

/// The same of a list that reads it from the parameter `key`.
pub fn after_by(key: &str) -> Option<String> {
    Some(param(&query(), key)).filter(|after| !after.is_empty())
}

/// On to the next page of a list read by key, and back to its start. `next` is the key the list gave; the page reads
/// it from the parameter `key`.
#[component]
pub fn Pager(
    next: Option<String>,
    /// For a second list on the page.
    #[prop(default = AFTER)]
    key: &'static str,
    /// The part of the page to stand at: "#versions".
    #[prop(optional)]
    anchor: &'static str,
    /// Which list it is, for screen readers: "Accounts to decide about".
    #[prop(optional)]
    of: &'static str,
) -> impl IntoView {
    let (path, query) = (page_path(), query());
    let label = if of.is_empty() {
        "Pages of the list".to_owned()
    } else {
        format!("Pages of the list: {of}")
    };
    let moved = !param(&query, key).is_empty();
    let at = |place: &str| format!("{}{anchor}", with_query(&path, &query, &[(key, place)]));
    let onward = next.map(|next| at(&next));
    (moved || onward.is_some()).then(|| {
        let start = at("");
        view! {
            <nav class="pager below-table actions" aria-label=label>
                {onward.map(|href| view! { <a class="button" href=href rel="next">"Next page"</a> })}
                {moved.then(|| view! { <a class="button quiet" href=start>"Back to the start"</a> })}
            </nav>
        }
    })
}

/// A page of a list: a table that stacks on a narrow screen, or `nothing` where it has no rows; and the way to the next page, by
/// the parameter `key`, which stands at the part `anchor` of the page ("#lines") again.
pub fn listed<T, V: IntoView + 'static, const N: usize>(
    page: Page<T>,
    (key, anchor): (&'static str, &'static str),
    (label, columns): (&'static str, [&'static str; N]),
    nothing: &'static str,
    row: impl FnMut(T) -> V,
) -> AnyView {
    if page.rows.is_empty() {
        return view! { <p class="nothing">{nothing}</p><Pager next=page.next key anchor of=label/> }
            .into_any();
    }
    let rows = page.rows.into_iter().map(row).collect_view();
    view! {
        <div class="stack">
            <Scroll label>{heads(columns)}<tbody>{rows}</tbody></Scroll>
        </div>
        <Pager next=page.next key anchor of=label/>
    }
    .into_any()
}

/// The filters of a list: fields of a GET form to `path`. `narrowed` offers the way back to everything, at `path`.
#[component]
pub fn Filters(
    #[prop(into)] path: String,
    narrowed: bool,
    /// The part of the page to stand at: "#changes".
    #[prop(optional)]
    anchor: &'static str,
    /// The list of the page that is filtered, as a parameter: it is shown whatever the filters say.
    #[prop(optional)]
    show: &'static str,
    children: Children,
) -> impl IntoView {
    let action = format!("{path}{anchor}");
    let all = format!("{}{anchor}", address(&path, [("show", show)]));
    let show = (!show.is_empty()).then(|| view! { <input type="hidden" name="show" value=show/> });
    view! {
        <search class="above-table">
            <form method="get" action=action class="filters">
                {show}
                {children()}
                <div class="actions">
                    <button type="submit" class="button">"Show"</button>
                    {narrowed.then(|| view! { <a class="button quiet" href=all>"Show all"</a> })}
                </div>
            </form>
        </search>
    }
}

/// The list as a file, with the same filters. `path` is the address without its ending.
#[component]
pub fn Download(
    /// `/c/contoso/people`: `.csv` and `.json` are put behind it.
    #[prop(into)]
    path: String,
    /// What is downloaded, for screen readers: "people".
    #[prop(into)]
    what: String,
    /// Parameters of this page to pass on.
    #[prop(optional)]
    filters: &'static [&'static str],
) -> impl IntoView {
    let query = query();
    let values: Vec<(&str, String)> = filters.iter().map(|key| (*key, param(&query, key))).collect();
    let href = |ending: &str| {
        let query = values.iter().map(|(key, value)| (*key, value.as_str()));
        address(&format!("{path}.{ending}"), query)
    };
    let (csv, json) = (href("csv"), href("json"));
    view! {
        <span class="download">
            <a href=csv download><span class="visually-hidden">{format!("Download {what} as ")}</span>"CSV"</a>
            " · "
            <a href=json download><span class="visually-hidden">{format!("Download {what} as ")}</span>"JSON"</a>
        </span>
    }
}
