//! `/groups/delta`: groups with slices of `members@delta`.

use super::delta::{State, Step, head, minimal, or_gone, page_size, state, write_removed};
use super::graph::{Answer, Context, Outcome};
use super::groups::{object, selected};
use crate::Kind;
use crate::directory::{Change, Directory, Group, GroupForm, Member};
use crate::wire::json::Writer;
use std::collections::{BTreeMap, BTreeSet};

/// What changed of one group within a stretch of the log.
#[derive(Debug, Default)]
struct Changed {
    /// Created, deleted or restored: everything is sent.
    whole: bool,
    properties: BTreeSet<String>,
    members: BTreeSet<Member>,
}

/// `GET /groups/delta`.
pub(super) fn groups(context: &Context<'_>) -> Outcome {
    let directory = context.world.tenant(Kind::Entra).read();
    let state = match or_gone(context, state(context, &directory))? {
        Ok(state) => state,
        Err(gone) => return Ok(gone),
    };
    let names = selected(state.s.as_deref())?;
    // Without `$select` the members come along by default (group-delta page).
    let members = state.s.is_none() || names.iter().any(|name| name == "members");
    let round = Round {
        context,
        directory: &directory,
        names,
        members,
    };
    Ok(Answer::Json(match state.step {
        _ if context.call.quirks.empty_page => round.finish(&state, &[]),
        Step::First { at, member, log } => round.first(state, at, member, log),
        Step::Later { from, to, at } => round.later(state, from, to, at),
        Step::Rest { .. } => round.finish(&state, &[]),
    }))
}

/// Whether the round's filter lets a group through.
fn wanted(state: &State, group: &Group) -> bool {
    state.f.as_ref().is_none_or(|ids| ids.contains(&group.id))
}

struct Round<'a> {
    context: &'a Context<'a>,
    directory: &'a Directory,
    names: Vec<String>,
    members: bool,
}

impl Round<'_> {
    fn finish(&self, state: &State, objects: &[Vec<u8>]) -> Vec<u8> {
        let mut writer = head(self.context, "groups", state);
        let rounds = if self.context.call.quirks.duplicates { 2 } else { 1 };
        for object in (0..rounds).flat_map(|_| objects) {
            writer.raw(&String::from_utf8_lossy(object));
        }
        writer.close_list();
        writer.close();
        writer.finish()
    }

    /// The first round. A large group is repeated over pages, each time with another slice of its members.
    fn first(&self, state: State, at: usize, member: usize, log: usize) -> Vec<u8> {
        let size = page_size(self.context);
        let mut objects = Vec::new();
        let mut budget = size * 5;
        let (mut index, mut from) = (at, member);
        while let Some(group) = self.directory.groups.get(index) {
            if !group.present || !wanted(&state, group) {
                (index, from) = (index + 1, 0);
                continue;
            }
            if objects.len() == size || budget == 0 {
                return self.finish(
                    &State {
                        step: Step::First {
                            at: index,
                            member: from,
                            log,
                        },
                        ..state
                    },
                    &objects,
                );
            }
            let hidden = group.hidden && !self.context.may_read_hidden();
            let (members, next) = if self.members && !hidden {
                let slice = self.directory.slice(&[index], from, budget);
                (slice.members, slice.next)
            } else {
                (Vec::new(), None)
            };
            budget -= members.len().min(budget);
            let pairs: Vec<(Member, bool)> = members.into_iter().map(|member| (member, true)).collect();
            objects.push(self.group(group, None, &pairs));
            (index, from) = match next {
                Some(next) => (index, next),
                None => (index + 1, 0),
            };
        }
        self.finish(
            &State {
                step: Step::Rest { log },
                ..state
            },
            &objects,
        )
    }

    fn later(&self, state: State, from: usize, to: usize, at: usize) -> Vec<u8> {
        let size = page_size(self.context);
        let changed: Vec<(usize, Changed)> = changed_groups(self.directory, from, to)
            .into_iter()
            .filter(|(index, changed)| wanted(&state, &self.directory.groups[*index]) && self.tracks(changed))
            .collect();
        let objects: Vec<Vec<u8>> = changed
            .iter()
            .skip(at)
            .take(size)
            .map(|(index, changed)| self.changed(&self.directory.groups[*index], changed))
            .collect();
        let step = if at + size < changed.len() {
            Step::Later {
                from,
                to,
                at: at + size,
            }
        } else {
            Step::Rest { log: to }
        };
        self.finish(&State { step, ..state }, &objects)
    }

    fn tracks(&self, changed: &Changed) -> bool {
        changed.whole
            || (self.members && !changed.members.is_empty())
            || changed.properties.iter().any(|name| self.names.contains(name))
    }

    fn changed(&self, group: &Group, changed: &Changed) -> Vec<u8> {
        if !group.present {
            let mut writer = Writer::default();
            writer.open();
            // Security groups have no recycle bin: "deleted" at once (delta-query-groups page).
            let reason = if group.form == GroupForm::Unified {
                "changed"
            } else {
                "deleted"
            };
            write_removed(&mut writer, &group.id, reason);
            writer.close();
            return writer.finish();
        }
        let hidden = group.hidden && !self.context.may_read_hidden();
        let members: Vec<(Member, bool)> = if self.members && !hidden {
            let both = |member: &Member| (*member, self.directory.contains(group, *member));
            changed.members.iter().map(both).collect()
        } else {
            Vec::new()
        };
        let only = (minimal(self.context) && !changed.whole).then_some(&changed.properties);
        self.group(group, only, &members)
    }

    fn group(&self, group: &Group, only: Option<&BTreeSet<String>>, members: &[(Member, bool)]) -> Vec<u8> {
        let names: Vec<String> = match only {
            None => self.names.clone(),
            Some(changed) => self
                .names
                .iter()
                .filter(|name| *name == "id" || changed.contains(*name))
                .cloned()
                .collect(),
        };
        let mut writer = Writer::with_capacity(256 + members.len() * 96);
        writer.open();
        for (name, value) in object(group, &names, true) {
            writer.pair_raw(&name, &value.to_string());
        }
        if !members.is_empty() {
            writer.key("members@delta");
            writer.open_list();
            for (member, belongs) in members {
                self.member(&mut writer, *member, *belongs);
            }
            writer.close_list();
        }
        writer.close();
        writer.finish()
    }

    /// Members carry only type and id; a removal (of the membership or of the member) says so.
    fn member(&self, writer: &mut Writer, member: Member, belongs: bool) {
        let kind = match member {
            Member::Person(_) => "user",
            Member::Group(_) => "group",
            Member::Other(index) => self.directory.others[index].kind,
        };
        writer.open();
        writer.pair("@odata.type", &format!("#microsoft.graph.{kind}"));
        writer.pair("id", &self.directory.member_id(member));
        if !belongs {
            writer.key("@removed");
            writer.open();
            writer.pair("reason", "deleted");
            writer.close();
        }
        writer.close();
    }
}

fn changed_groups(directory: &Directory, from: usize, to: usize) -> BTreeMap<usize, Changed> {
    let mut all: BTreeMap<usize, Changed> = BTreeMap::new();
    for change in directory.log.get(from..to).unwrap_or_default() {
        match change {
            Change::Person { .. } => {}
            Change::Group { index, properties } => {
                let changed = all.entry(*index).or_default();
                changed.whole |= properties.is_empty();
                changed.properties.extend(properties.iter().cloned());
            }
            Change::Membership { group, member } => {
                all.entry(*group).or_default().members.insert(*member);
            }
        }
    }
    all
}
