//! `OData` query options, and the tokens in next and delta links.

use super::graph::Refusal;
use crate::filter::{Expr, Op, parse_odata};
use crate::wire::{Call, encode};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The largest page of `/users`, `/groups` and members (user-list page).
pub(super) const MAX_TOP: usize = 999;
/// The page size without `$top`.
pub(super) const DEFAULT_TOP: usize = 100;

/// `$expand=manager(…)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ExpandManager {
    pub(super) select: Option<Vec<String>>,
    /// How many levels; 1 without `$levels`.
    pub(super) levels: usize,
}

/// The query options of a request.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    pub(super) select: Option<Vec<String>>,
    pub(super) top: Option<usize>,
    pub(super) filter: Option<Expr>,
    pub(super) filter_text: Option<String>,
    pub(super) search: Option<String>,
    pub(super) order_by: Option<String>,
    /// `$count=true`.
    pub(super) count: bool,
    pub(super) expand: Option<ExpandManager>,
    pub(super) skip_token: Option<String>,
    /// `$deltatoken`, perhaps empty.
    pub(super) delta_token: Option<String>,
    /// `ConsistencyLevel: eventual`.
    pub(super) eventual: bool,
}

impl Query {
    pub(super) fn parse(call: &Call) -> Result<Query, Refusal> {
        let level = call.header("consistencylevel");
        let mut query = Query {
            eventual: level.is_some_and(|level| level.eq_ignore_ascii_case("eventual")),
            ..Query::default()
        };
        for (key, value) in call.query_pairs() {
            match key.as_str() {
                "$select" => query.select = Some(names(&value)),
                "$top" => query.top = Some(top(&value)?),
                "$filter" => {
                    let expr = parse_odata(&value)
                        .map_err(|reason| Refusal::bad(format!("Invalid filter clause: {reason}")))?;
                    query.filter = Some(expr);
                    query.filter_text = Some(value);
                }
                "$search" => query.search = Some(value),
                "$orderby" => query.order_by = Some(value),
                "$count" => query.count = value.eq_ignore_ascii_case("true"),
                "$expand" => query.expand = expand(&value)?,
                "$skiptoken" => query.skip_token = Some(value),
                "$deltatoken" => query.delta_token = Some(value),
                "$skip" => return Err(Refusal::bad("'$skip' is not supported by the service.")),
                _ => {}
            }
        }
        query.check_advanced()?;
        Ok(query)
    }

    /// Whether advanced queries are allowed: the header and `$count=true` together.
    pub(super) fn advanced(&self) -> bool {
        self.eventual && self.count
    }

    /// Refuses what needs the advanced mode without it (aad-advanced-queries page).
    fn check_advanced(&self) -> Result<(), Refusal> {
        if self.search.is_some() && !self.eventual {
            return Err(Refusal::unsupported(
                "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
            ));
        }
        if self.filter.as_ref().is_some_and(needs_advanced) && !self.advanced() {
            return Err(Refusal::unsupported(
                "Unsupported or invalid query filter clause specified for the operation.",
            ));
        }
        if self.filter.is_some() && self.order_by.is_some() && !self.advanced() {
            return Err(Refusal::unsupported("Sorting not supported for current query."));
        }
        let deep = self.expand.as_ref().is_some_and(|expand| expand.levels > 1);
        if deep && !self.advanced() {
            return Err(Refusal::unsupported(
                "Expect simple name=value query, but observe property '$levels'.",
            ));
        }
        Ok(())
    }

    /// The page size: `$top`, or the default.
    pub(super) fn page(&self) -> usize {
        self.top.unwrap_or(DEFAULT_TOP)
    }
}

fn names(value: &str) -> Vec<String> {
    value
        .split(',')
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

fn top(value: &str) -> Result<usize, Refusal> {
    match value.parse::<usize>() {
        Ok(top) if (1..=MAX_TOP).contains(&top) => Ok(top),
        _ => Err(Refusal::bad(format!(
            "Invalid page size specified: '{value}'. Must be between 1 and {MAX_TOP} inclusive."
        ))),
    }
}

fn needs_advanced(filter: &Expr) -> bool {
    let mut found = false;
    filter.each_leaf(&mut |leaf| {
        found |= match leaf {
            Expr::Not(_) => true,
            Expr::Compare { path, op, .. } => {
                matches!(op, Op::Ne | Op::Ends | Op::Contains) || path.ends_with("/$count")
            }
            Expr::Any { op, .. } => matches!(op, Op::Ne | Op::Ends),
            _ => false,
        };
    });
    found
}

/// `manager`, `manager($select=id)`, `manager($levels=max;$select=id,displayName)`.
fn expand(value: &str) -> Result<Option<ExpandManager>, Refusal> {
    let (name, options) = match value.split_once('(') {
        None => (value, ""),
        Some((name, rest)) => (name, rest.strip_suffix(')').unwrap_or(rest)),
    };
    if name.trim() != "manager" {
        return Err(Refusal::bad(format!("Expanding '{name}' is not supported.")));
    }
    let mut expand = ExpandManager {
        select: None,
        levels: 1,
    };
    for option in options.split(';').filter(|option| !option.is_empty()) {
        match option.trim().split_once('=') {
            Some(("$select", list)) => expand.select = Some(names(list)),
            Some(("$levels", "max")) => expand.levels = 1_000,
            Some(("$levels", number)) => {
                expand.levels = number
                    .parse()
                    .ok()
                    .filter(|levels| (1..=1_000).contains(levels))
                    .ok_or_else(|| Refusal::bad("$levels must be between 1 and 1000, or max."))?;
            }
            _ => {
                return Err(Refusal::bad(format!(
                    "The expand option '{option}' is not supported."
                )));
            }
        }
    }
    Ok(Some(expand))
}

/// Makes an opaque token of a state.
pub(super) fn seal<T: Serialize>(state: &T) -> String {
    // Text and numbers only: serialising cannot fail.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(state).unwrap_or_default())
}

/// Reads a token made by [`seal`].
pub(super) fn unseal<T: DeserializeOwned>(token: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}

/// The address of the next page of a list: the same query with another `$skiptoken`.
pub(super) fn next_link(base: &str, call: &Call, token: &str) -> String {
    let mut link = format!("{base}{}?", call.path);
    for (key, value) in call.query_pairs() {
        // `@odata.count` comes on the first page only, but `$count=true` stays in the link.
        if key != "$skiptoken" {
            link.push_str(&encode(&key).replace("%24", "$"));
            link.push('=');
            link.push_str(&encode(&value));
            link.push('&');
        }
    }
    link + "$skiptoken=" + token
}
