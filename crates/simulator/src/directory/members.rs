//! Walking through memberships, direct and nested, page by page.

use super::groups::{Group, Member, listed};
use super::{Directory, Rule};
use crate::Kind;
use std::collections::BTreeSet;

/// A slice of a membership and where the next one starts.
#[derive(Debug)]
pub(crate) struct Slice {
    pub(crate) members: Vec<Member>,
    pub(crate) next: Option<usize>,
}

impl Directory {
    /// Whether something is a direct member of a group; deleted people and groups are not.
    pub(crate) fn contains(&self, group: &Group, member: Member) -> bool {
        let there = match member {
            Member::Person(index) => self.is_member_material(index),
            Member::Group(index) => self.groups[index].present,
            Member::Other(_) => true,
        };
        there
            && !group.removed.contains(&member)
            && (group.added.contains(&member) || self.by_rule(group, member))
    }

    pub(super) fn by_rule(&self, group: &Group, member: Member) -> bool {
        match member {
            Member::Person(index) => {
                group.rule.hull(self.generator).contains(&index) && group.rule.holds(self.generator, index)
            }
            Member::Group(_) | Member::Other(_) => false,
        }
    }

    fn is_member_material(&self, index: usize) -> bool {
        match self.changed(index) {
            Some(record) => record.is_present() && listed(self.generator.kind, record.status),
            None if index >= self.generator.users => false,
            None => {
                self.generator.kind == Kind::Entra
                    || !self.generator.traits(index).disabled
                    || listed(Kind::Okta, self.generator.person(index).status)
            }
        }
    }

    /// The group itself and every group nested in it, each once (U-05).
    pub(crate) fn closure(&self, group: usize) -> Vec<usize> {
        let mut seen = BTreeSet::from([group]);
        let mut order = vec![group];
        let mut at = 0;
        while let Some(&current) = order.get(at) {
            at += 1;
            for member in &self.groups[current].added {
                if let Member::Group(inner) = *member
                    && self.groups[inner].present
                    && !self.groups[current].removed.contains(member)
                    && seen.insert(inner)
                {
                    order.push(inner);
                }
            }
        }
        order
    }

    /// Members from a cursor on: first groups and others, then people in order of position.
    /// `groups` is one group (direct) or a closure (nested).
    pub(crate) fn slice(&self, groups: &[usize], from: usize, limit: usize) -> Slice {
        let heads = self.head_members(groups);
        let mut members: Vec<Member> = heads.iter().copied().skip(from).take(limit).collect();
        if members.len() == limit && from + limit < heads.len() {
            return Slice {
                members,
                next: Some(from + limit),
            };
        }
        let start = from.saturating_sub(heads.len());
        let mut walk = self.walk(groups, start);
        while members.len() < limit {
            match walk.next() {
                Some(index) => members.push(Member::Person(index)),
                None => return Slice { members, next: None },
            }
        }
        let next = walk.next().map(|index| heads.len() + index);
        Slice { members, next }
    }

    /// Groups and others among the members.
    fn head_members(&self, groups: &[usize]) -> Vec<Member> {
        let root = groups.first().copied();
        let nested = groups.len() > 1;
        let all: BTreeSet<Member> = groups
            .iter()
            .flat_map(|index| {
                let group = &self.groups[*index];
                group
                    .added
                    .iter()
                    .filter(move |member| self.contains(group, **member))
            })
            .filter(|member| match member {
                Member::Person(_) => false,
                // A group nested in itself is not its own member.
                Member::Group(index) => !(nested && Some(*index) == root),
                Member::Other(_) => true,
            })
            .copied()
            .collect();
        all.into_iter().collect()
    }

    /// The people of the groups from a position on, each once, in order.
    pub(crate) fn walk<'a>(&'a self, groups: &[usize], from: usize) -> Walk<'a> {
        let heads = groups
            .iter()
            .map(|index| {
                let group = &self.groups[*index];
                Head {
                    group,
                    next: self.next_person(group, from),
                }
            })
            .collect();
        Walk {
            directory: self,
            heads,
        }
    }

    /// The first person of a group at or after a position.
    fn next_person(&self, group: &Group, from: usize) -> Option<usize> {
        let eligible =
            |index: usize| self.is_member_material(index) && !group.removed.contains(&Member::Person(index));
        let added = group
            .added
            .range(Member::Person(from)..)
            .filter_map(|member| match member {
                Member::Person(index) => Some(*index),
                Member::Group(_) | Member::Other(_) => None,
            })
            .find(|index| eligible(*index));
        if group.rule == Rule::None {
            return added;
        }
        let hull = group.rule.hull(self.generator);
        let until = added.map_or(hull.end, |index| hull.end.min(index));
        let ruled = (hull.start.max(from)..until)
            .find(|index| group.rule.holds(self.generator, *index) && eligible(*index));
        ruled.or(added)
    }

    /// The groups something is a direct member of.
    pub(crate) fn groups_of(&self, member: Member) -> Vec<usize> {
        self.groups
            .iter()
            .filter(|group| group.present && self.contains(group, member))
            .map(|group| group.index)
            .collect()
    }

    /// The groups something is a member of, directly or through nesting.
    pub(crate) fn all_groups_of(&self, member: Member) -> Vec<usize> {
        let mut seen: BTreeSet<usize> = self.groups_of(member).into_iter().collect();
        let mut open: Vec<usize> = seen.iter().copied().collect();
        while let Some(index) = open.pop() {
            for outer in self.groups_of(Member::Group(index)) {
                if seen.insert(outer) {
                    open.push(outer);
                }
            }
        }
        seen.into_iter().collect()
    }
}

struct Head<'a> {
    group: &'a Group,
    next: Option<usize>,
}

/// Merges the people of several groups in order of position.
pub(crate) struct Walk<'a> {
    directory: &'a Directory,
    heads: Vec<Head<'a>>,
}

impl Iterator for Walk<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let lowest = self.heads.iter().filter_map(|head| head.next).min()?;
        for head in &mut self.heads {
            if head.next == Some(lowest) {
                head.next = self.directory.next_person(head.group, lowest + 1);
            }
        }
        Some(lowest)
    }
}
