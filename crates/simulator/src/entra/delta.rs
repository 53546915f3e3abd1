//! `/users/delta`: the first round pages through everybody, later rounds through what changed.

use super::graph::{Answer, Context, Outcome, Refusal};
use super::properties::{Property, manager_id};
use super::query::{Query, seal, unseal};
use super::users::refuse;
use crate::Kind;
use crate::directory::{Change, Directory};
use crate::filter::{Expr, Literal, Op};
use crate::people::{Life, Record};
use crate::wire::json::Writer;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How long delta tokens of directory objects live, in days (since 2020).
const TOKEN_DAYS: i64 = 7;

/// Everything a skip or delta token remembers: the options of the first call travel with it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct State {
    /// Which filling of the directory.
    pub(super) g: u64,
    /// `$select`, if there was one.
    pub(super) s: Option<Vec<String>>,
    /// Ids of `$filter`, if there was one.
    pub(super) f: Option<Vec<String>>,
    pub(super) step: Step,
    /// When the round began, in epoch seconds.
    pub(super) t: i64,
}

/// Where a round is.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) enum Step {
    /// First round: next object, next member within it; it began at this state of the log.
    First { at: usize, member: usize, log: usize },
    /// Later round over these entries of the log; next changed object.
    Later { from: usize, to: usize, at: usize },
    /// Between rounds: everything up to this state of the log is known.
    Rest { log: usize },
}

/// Reads where a delta call stands. `full` yields the ids of its filter.
pub(super) fn state(context: &Context<'_>, directory: &Directory) -> Result<State, Refusal> {
    let query = &context.query;
    if query.top.is_some() || query.order_by.is_some() || query.expand.is_some() || query.search.is_some() {
        return Err(Refusal::bad(
            "The query specifies options that are not supported by delta queries.",
        ));
    }
    let now = context.world.clock.now().timestamp();
    let log = directory.log.len();
    let fresh = |step| -> Result<State, Refusal> {
        let filter = filtered_ids(query)?;
        Ok(State {
            g: directory.generation(),
            s: query.select.clone(),
            f: filter,
            step,
            t: now,
        })
    };
    if let Some(token) = &query.skip_token {
        let state = unseal::<State>(token).filter(|state| state.g == directory.generation());
        return state.ok_or_else(|| {
            Refusal::new(
                400,
                "Directory_ExpiredPageToken",
                "The specified page token value has expired and can no longer be included in your request.",
            )
        });
    }
    match query.delta_token.as_deref() {
        None | Some("") => fresh(Step::First {
            at: 0,
            member: 0,
            log,
        }),
        Some("latest") => fresh(Step::Rest { log }),
        Some(token) => {
            let mut state = unseal::<State>(token)
                .filter(|state| state.g == directory.generation())
                .filter(|state| now - state.t <= TOKEN_DAYS * 86_400)
                .ok_or_else(|| Refusal::new(410, "SyncStateNotFound", ""))?;
            if let Step::Rest { log: from } = state.step {
                state.step = Step::Later { from, to: log, at: 0 };
                state.t = now;
            }
            Ok(state)
        }
    }
}

/// Only `id eq '…' or id eq '…'`, at most 50 (delta-query overview).
fn filtered_ids(query: &Query) -> Result<Option<Vec<String>>, Refusal> {
    let Some(filter) = &query.filter else {
        return Ok(None);
    };
    let mut ids = Vec::new();
    let mut other = false;
    filter.each_leaf(&mut |leaf| match leaf {
        Expr::Compare {
            path,
            op: Op::Eq,
            value: Literal::Text(id),
        } if path == "id" => ids.push(id.clone()),
        _ => other = true,
    });
    if other || ids.len() > 50 {
        return Err(Refusal::unsupported(
            "Only filters of up to 50 ids are supported by delta queries.",
        ));
    }
    Ok(Some(ids))
}

/// Turns 410 into its full form, with `Location`.
pub(super) fn or_gone(
    context: &Context<'_>,
    outcome: Result<State, Refusal>,
) -> Result<Result<State, Answer>, Refusal> {
    match outcome {
        Ok(state) => Ok(Ok(state)),
        Err(refusal) if refusal.is_gone() => Ok(Err(Answer::Reply(super::errors::expired_delta_token(
            context.world,
            context.call,
        )))),
        Err(refusal) => Err(refusal),
    }
}

/// How many objects a page has: the server's default, or what `Prefer: odata.maxpagesize` asks for.
pub(super) fn page_size(context: &Context<'_>) -> usize {
    let prefer = context.call.header("prefer").unwrap_or_default();
    let asked = prefer
        .split([',', ';'])
        .find_map(|part| {
            part.trim()
                .strip_prefix("odata.maxpagesize=")?
                .parse::<usize>()
                .ok()
        })
        .unwrap_or(super::query::DEFAULT_TOP);
    context.page_size(asked.clamp(1, super::query::MAX_TOP))
}

/// Whether only changed properties are wanted.
pub(super) fn minimal(context: &Context<'_>) -> bool {
    context
        .call
        .header("prefer")
        .is_some_and(|prefer| prefer.contains("return=minimal"))
}

/// Begins the answer: context and link. Never both links on one page.
pub(super) fn head(context: &Context<'_>, set: &str, state: &State) -> Writer {
    let select = state
        .s
        .as_ref()
        .map(|names| format!("({})", names.join(",")))
        .unwrap_or_default();
    let mut writer = Writer::with_capacity(64 * 1024);
    writer.open();
    writer.pair(
        "@odata.context",
        &format!("{}/$metadata#{set}{select}", context.base()),
    );
    let path = &context.call.path;
    let base = &context.world.entra_base;
    match state.step {
        Step::Rest { .. } => {
            writer.pair(
                "@odata.deltaLink",
                &format!("{base}{path}?$deltatoken={}", seal(state)),
            );
        }
        Step::First { .. } | Step::Later { .. } => {
            writer.pair(
                "@odata.nextLink",
                &format!("{base}{path}?$skiptoken={}", seal(state)),
            );
        }
    }
    writer.key("value");
    writer.open_list();
    writer
}

/// `GET /users/delta`.
pub(super) fn users(context: &Context<'_>) -> Outcome {
    let directory = context.world.tenant(Kind::Entra).read();
    let state = match or_gone(context, state(context, &directory))? {
        Ok(state) => state,
        Err(gone) => return Ok(gone),
    };
    let properties = Property::selected(state.s.as_deref(), true).map_err(refuse)?;
    let manager = state
        .s
        .as_ref()
        .is_some_and(|names| names.iter().any(|name| name == "manager"));
    let round = Round {
        context,
        directory: &directory,
        properties,
        manager,
    };
    Ok(Answer::Json(match state.step {
        _ if context.call.quirks.empty_page => {
            let mut writer = head(context, "users", &state);
            writer.close_list();
            writer.close();
            writer.finish()
        }
        Step::First { at, log, .. } => round.first(state, at, log),
        Step::Later { from, to, at } => round.later(state, from, to, at),
        Step::Rest { .. } => round.write(&state, &[]),
    }))
}

struct Round<'a> {
    context: &'a Context<'a>,
    directory: &'a Directory,
    properties: Vec<Property>,
    manager: bool,
}

/// One object of a page and, in a minimal answer, its changed properties.
type Entry = (usize, Option<BTreeSet<String>>);

impl Round<'_> {
    fn first(&self, state: State, at: usize, log: usize) -> Vec<u8> {
        let wanted: Option<BTreeSet<usize>> = state
            .f
            .as_ref()
            .map(|ids| ids.iter().filter_map(|id| self.directory.by_id(id)).collect());
        let mut positions = (at..self.directory.positions())
            .filter(|index| self.directory.is_present(*index))
            .filter(|index| wanted.as_ref().is_none_or(|wanted| wanted.contains(index)));
        let page: Vec<Entry> = positions
            .by_ref()
            .take(page_size(self.context))
            .map(|index| (index, None))
            .collect();
        let step = match positions.next() {
            Some(at) => Step::First { at, member: 0, log },
            None => Step::Rest { log },
        };
        self.write(&State { step, ..state }, &page)
    }

    fn later(&self, state: State, from: usize, to: usize, at: usize) -> Vec<u8> {
        let changed = changed_people(self.directory, from, to);
        let size = page_size(self.context);
        let ids = state.f.clone();
        let wanted = |index: usize| {
            ids.as_ref()
                .is_none_or(|ids| ids.contains(&self.directory.generator.id(index)))
        };
        let all: Vec<(usize, BTreeSet<String>)> = changed
            .into_iter()
            .filter(|(index, names)| wanted(*index) && self.tracks(names))
            .collect();
        let minimal = minimal(self.context);
        let page: Vec<Entry> = all
            .iter()
            .skip(at)
            .take(size)
            .map(|(index, names)| (*index, (minimal && !names.is_empty()).then(|| names.clone())))
            .collect();
        let step = if at + size < all.len() {
            Step::Later {
                from,
                to,
                at: at + size,
            }
        } else {
            Step::Rest { log: to }
        };
        self.write(&State { step, ..state }, &page)
    }

    /// Only selected properties are tracked; no names mean created, deleted or restored.
    fn tracks(&self, names: &BTreeSet<String>) -> bool {
        names.is_empty()
            || (self.manager && names.contains("manager"))
            || self
                .properties
                .iter()
                .any(|property| names.contains(property.name.as_str()) || extends(property, names))
    }

    fn write(&self, state: &State, page: &[Entry]) -> Vec<u8> {
        let mut writer = head(self.context, "users", state);
        let rounds = if self.context.call.quirks.duplicates { 2 } else { 1 };
        for (index, only) in (0..rounds).flat_map(|_| page) {
            let record = self.directory.person(*index);
            writer.open();
            match record.life {
                Life::Present => self.write_present(&mut writer, &record, only.as_ref()),
                Life::SoftDeleted(_) => write_removed(&mut writer, &record.id, "changed"),
                Life::Purged => write_removed(&mut writer, &record.id, "deleted"),
            }
            writer.close();
        }
        writer.close_list();
        writer.close();
        writer.finish()
    }

    fn write_present(&self, writer: &mut Writer, record: &Record, only: Option<&BTreeSet<String>>) {
        for property in &self.properties {
            let changed =
                only.is_none_or(|names| names.contains(property.name.as_str()) || extends(property, names));
            if changed || property.name == "id" {
                property.write(writer, record, true);
            }
        }
        if self.manager && only.is_none_or(|names| names.contains("manager")) {
            writer.key("manager@delta");
            writer.open_list();
            if let Some((kind, id)) = manager_id(self.directory, record) {
                writer.open();
                writer.pair("@odata.type", kind);
                writer.pair("id", &id);
                writer.close();
            }
            writer.close_list();
        }
    }
}

/// Properties made of others: their change shows there.
fn extends(property: &Property, names: &BTreeSet<String>) -> bool {
    match property.name.as_str() {
        "onPremisesExtensionAttributes" => names.iter().any(|name| name.starts_with("extensionAttribute")),
        "employeeOrgData" => names.contains("division") || names.contains("costCenter"),
        "proxyAddresses" => names.contains("mail") || names.contains("userPrincipalName"),
        _ => false,
    }
}

/// `{"id", "@removed": {"reason"}}`.
pub(super) fn write_removed(writer: &mut Writer, id: &str, reason: &str) {
    writer.pair("id", id);
    writer.key("@removed");
    writer.open();
    writer.pair("reason", reason);
    writer.close();
}

/// People changed within a stretch of the log, with the names of the properties; an empty set means all.
fn changed_people(directory: &Directory, from: usize, to: usize) -> BTreeMap<usize, BTreeSet<String>> {
    let mut changed: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    let mut whole = BTreeSet::new();
    for change in directory.log.get(from..to).unwrap_or_default() {
        if let Change::Person { index, properties } = change {
            let names = changed.entry(*index).or_default();
            names.extend(properties.iter().cloned());
            if properties.is_empty() {
                whole.insert(*index);
            }
        }
    }
    for index in whole {
        changed.insert(index, BTreeSet::new());
    }
    changed
}
