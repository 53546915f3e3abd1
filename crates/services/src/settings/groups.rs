//! Who is synchronised: groups found in the directory, chosen by id, and what the directory says of them now.

use std::collections::{BTreeMap, BTreeSet};

use domain::directory::{DirectoryGroup, GroupKind};
use domain::live::{FoundGroup, LiveGroup, LiveGroups, MemberCounts};
use domain::numbers::{plural, thousands};
use domain::settings::{Scope, SyncSettings};
use domain::views::{GroupChoice, GroupStanding, GroupsView, InScope, SettingsView};
use domain::{Actor, CustomerId, ObjectId, Permission, Provider, UserError};
use futures::TryStreamExt;
use rules::username::search_key;

use super::{MAX_GROUPS, MAX_NAME, Part, current, error, refuse};
use crate::when::when;
use crate::{ServiceError, Services, provider};

/// Groups shown for one search.
const GROUPS_SHOWN: u16 = 50;

impl Services {
    /// The settings, and what the directory says of the chosen and mapped groups. A directory that does not answer is
    /// said so beside what is known.
    pub async fn groups(
        &self,
        actor: &Actor,
        slug: &str,
    ) -> Result<(SettingsView, GroupsView), ServiceError> {
        let view = self.settings(actor, slug).await?;
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let (directory, settings) = current(&mut tx, customer).await?;
        let read = store::run_list::last_read(&mut tx, customer, directory.id).await?;
        drop(tx);
        let known = self.live_groups(customer, &settings, false).await?;
        let (answer, problem) = known
            .map(|known| (known.answer, known.problem))
            .unwrap_or_default();
        let now = self.now();
        let in_scope = read.map(|read| InScope {
            people: read.counts.in_scope,
            of: read.counts.read,
            when: when(read.at, now),
            is_outdated: settings.changed.scope > read.settings_version,
        });
        let groups = GroupsView {
            groups: standings(&settings, &answer),
            counted: answer
                .values()
                .map(|group| group.at)
                .min()
                .map(|at| when(at, now)),
            problem,
            in_scope,
        };
        Ok((view, groups))
    }

    /// Groups of the directory whose name begins with `search`, asked live.
    pub async fn find_groups(
        &self,
        actor: &Actor,
        slug: &str,
        search: &str,
    ) -> Result<Vec<GroupChoice>, ServiceError> {
        let (tx, customer) = self.before_edit(actor, slug).await?;
        drop(tx);
        let connection = self.needed_connection(customer).await?;

        let budget = provider::while_somebody_waits();
        let reader = self
            .providers()
            .connect_for_run(&connection.values, &connection.secrets, &budget)
            .map_err(|failed| advice("search", &failed))?;
        let found = reader
            .find_groups(search.trim(), GROUPS_SHOWN)
            .await
            .map_err(|failed| advice("search", &failed))?;
        Ok(found
            .into_iter()
            .map(|group| GroupChoice {
                warning: warning(group.kind, group.hidden_membership, &group.name),
                object_id: group.object_id.0,
                name: group.name,
                kind: group.kind.label().to_owned(),
                mail: group.mail,
            })
            .collect())
    }

    /// Chooses who is synchronised (U-01). No group at all is allowed: then nobody is, and no run starts. Groups that are
    /// new here must exist in the directory, which gives them their names (U-02).
    pub async fn save_scope(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        scope: Scope,
    ) -> Result<(), ServiceError> {
        let (mut tx, customer) = self.before_edit(actor, slug).await?;
        let (directory, before) = current(&mut tx, customer).await?;
        drop(tx);
        let mut scope = checked_scope(scope, directory.provider)?;
        // What is chosen already keeps the name it was chosen by, also when it is chosen once more.
        let chosen = before.scope.groups.into_iter();
        let mut names: BTreeMap<_, _> = chosen.map(|group| (group.object_id, group.name)).collect();
        let new = scope.groups.iter().map(|group| &group.object_id);
        let new: Vec<ObjectId> = new.filter(|id| !names.contains_key(*id)).cloned().collect();
        names.extend(self.names_of(customer, new, "groups").await?);
        for group in &mut scope.groups {
            if let Some(name) = names.get(&group.object_id) {
                group.name.clone_from(name);
            }
        }
        let mut edit = self.edit(actor, slug, version, Part::Scope).await?;
        let before = std::mem::replace(&mut edit.settings.scope, scope.clone());
        self.save(edit, actor, "settings.scope", &before, &scope).await
    }

    /// The present names of these groups, asked live. One that does not exist is refused beside `field`.
    pub(super) async fn names_of(
        &self,
        customer: CustomerId,
        groups: Vec<ObjectId>,
        field: &str,
    ) -> Result<BTreeMap<ObjectId, String>, ServiceError> {
        if groups.is_empty() {
            return Ok(BTreeMap::new());
        }
        let connection = self.needed_connection(customer).await?;
        let reader = self
            .connect_for_page(&connection)
            .map_err(|failed| advice(field, &failed))?;
        let reader = &*reader;
        let asked: Vec<(ObjectId, Option<DirectoryGroup>)> =
            futures::stream::iter(groups.into_iter().map(Ok::<_, providers::ProviderError>))
                .and_then(|id| async move { reader.group(&id).await.map(|found| (id, found)) })
                .try_collect()
                .await
                .map_err(|failed| advice(field, &failed))?;
        let mut names = BTreeMap::new();
        for (id, found) in asked {
            let found = found.ok_or_else(|| {
                UserError::field(
                    field,
                    "The directory has no such group. Search for its name and choose it from the list.",
                )
            })?;
            names.insert(id, found.name.trim().chars().take(MAX_NAME).collect());
        }
        Ok(names)
    }
}

/// A provider that cannot be asked: what to do about it, beside a field.
fn advice(field: &str, failed: &providers::ProviderError) -> ServiceError {
    tracing::info!(
        error = domain::text::chain(failed),
        "groups could not be asked for"
    );
    UserError::field(field, provider::what_to_do(failed)).into()
}

/// What is worth knowing of a group (U-08, C-10).
fn warning(kind: GroupKind, hidden_membership: bool, name: &str) -> Option<String> {
    let text = if hidden_membership {
        "Its members are hidden. Without the permission Member.Read.Hidden it looks empty."
    } else {
        match kind {
            GroupKind::BuiltIn => "Everyone in the directory is in here.",
            GroupKind::Dynamic => "Its members follow a rule of the directory and can lag behind by hours.",
            GroupKind::Distribution => {
                "A distribution list; anybody who may edit the list decides who is synchronised."
            }
            _ if search_key(name) == "all users" => "The name says that everybody is in here.",
            _ => return None,
        }
    };
    Some(text.to_owned())
}

/// The chosen groups, then those that are only mapped, each once.
fn standings(settings: &SyncSettings, answer: &LiveGroups) -> Vec<GroupStanding> {
    let nested = settings.scope.nested;
    let chosen = settings.scope.groups.iter();
    let chosen = chosen.map(|group| (group.object_id.as_str(), group.name.as_str(), true));
    let mapped = settings.groups.iter();
    let mapped = mapped.map(|row| (row.object_id.as_str(), row.name.as_str(), false));
    let mut seen = BTreeSet::new();
    chosen
        .chain(mapped)
        .filter(|(id, ..)| seen.insert(*id))
        .map(|(id, name, in_scope)| standing(id, name, in_scope, answer.get(id), nested))
        .collect()
}

fn standing(id: &str, name: &str, in_scope: bool, known: Option<&LiveGroup>, nested: bool) -> GroupStanding {
    let plain = GroupStanding {
        object_id: id.to_owned(),
        name: name.to_owned(),
        was: None,
        kind: None,
        members: None,
        problem: None,
        warning: None,
    };
    match known {
        None => plain,
        Some(LiveGroup { found: None, .. }) => GroupStanding {
            problem: Some(gone(in_scope).to_owned()),
            ..plain
        },
        Some(LiveGroup {
            found: Some(found), ..
        }) => GroupStanding {
            was: (found.name != name).then(|| name.to_owned()),
            name: found.name.clone(),
            kind: Some(match &found.mail {
                Some(mail) => format!("{} · {mail}", found.kind.label()),
                None => found.kind.label().to_owned(),
            }),
            members: members(found.members, nested),
            problem: (in_scope && is_empty(found, nested)).then(|| EMPTY.to_owned()),
            warning: warning(found.kind, found.hidden_membership, &found.name),
            ..plain
        },
    }
}

/// U-03, U-11
const fn gone(in_scope: bool) -> &'static str {
    if in_scope {
        "The directory has no such group any more, so every run stops before it changes anything. Remove it here, or restore it in the directory."
    } else {
        "The directory has no such group any more. The members of the People group stay as they are; remove the mapping, or restore the group in the directory."
    }
}

/// U-03
const EMPTY: &str = "Nobody is in it. Add people to it in the directory, or choose another group: a run that finds nobody at all is held.";

/// A group with hidden members has a warning of its own.
fn is_empty(found: &FoundGroup, nested: bool) -> bool {
    let MemberCounts {
        direct, nested: all, ..
    } = found.members;
    let counted = if nested { all.or(direct) } else { direct };
    counted == Some(0) && !found.hidden_membership
}

/// The members in words: those who count first, both numbers where groups nest (U-04), others with their number (U-06).
fn members(counts: MemberCounts, nested: bool) -> Option<String> {
    let direct = counts.direct?;
    let mut words = match counts.nested {
        None => plural(direct, "person", "people"),
        Some(all) if nested => format!(
            "direct {}, with nested {}",
            thousands(direct),
            plural(all, "person", "people")
        ),
        Some(all) => format!(
            "direct {}, with nested {}; nested groups are not included",
            thousands(direct),
            plural(all, "person", "people")
        ),
    };
    if let Some(others) = counts.others.filter(|others| *others > 0) {
        words = format!(
            "{words}. Ignored: {}",
            plural(
                others,
                "member that is not a person",
                "members that are not people"
            )
        );
    }
    Some(words)
}

fn checked_scope(mut scope: Scope, provider: Provider) -> Result<Scope, ServiceError> {
    let mut seen = BTreeSet::new();
    scope.groups.retain(|group| seen.insert(group.object_id.clone()));
    let mut errors = Vec::new();
    if scope.groups.len() > MAX_GROUPS {
        errors.push(error("groups", &format!("Choose at most {MAX_GROUPS} groups.")));
    }
    for (n, group) in scope.groups.iter_mut().enumerate() {
        group.name = group.name.trim().chars().take(MAX_NAME).collect();
        if !is_object_id(group.object_id.as_str()) {
            errors.push(error(&format!("groups.{n}"), "Choose the group from the list."));
        }
    }
    if provider == Provider::Okta {
        // U-04: Okta groups hold people only, and Okta has no guests.
        scope.nested = false;
        scope.include_guests = false;
    }
    refuse(errors)?;
    Ok(scope)
}

/// The id becomes part of an address at the provider, so only the characters their ids have are let through.
pub(super) fn is_object_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn u_04_u_06_both_counts_are_said_and_what_is_ignored() {
        let counts = |direct, nested, others| MemberCounts {
            direct: Some(direct),
            nested,
            others,
        };
        for (counted, included, words) in [
            (
                counts(40, Some(312), Some(0)),
                true,
                "direct 40, with nested 312 people",
            ),
            (
                counts(40, Some(1_312), Some(3)),
                false,
                "direct 40, with nested 1,312 people; nested groups are not included. Ignored: 3 members that are not people",
            ),
            (
                counts(1, Some(1), Some(1)),
                true,
                "direct 1, with nested 1 person. Ignored: 1 member that is not a person",
            ),
            (counts(17, None, None), false, "17 people"),
        ] {
            assert_eq!(members(counted, included).as_deref(), Some(words));
        }
        assert_eq!(members(MemberCounts::default(), true), None);
    }

    #[test]
    fn u_03_an_empty_group_is_a_problem_unless_its_members_are_hidden() {
        let group = |direct, nested, hidden_membership| FoundGroup {
            name: "Staff".into(),
            mail: None,
            kind: GroupKind::Security,
            hidden_membership,
            members: MemberCounts {
                direct: Some(direct),
                nested,
                others: None,
            },
        };
        assert!(is_empty(&group(0, Some(5), false), false));
        assert!(!is_empty(&group(0, Some(5), false), true));
        assert!(is_empty(&group(0, None, false), true));
        assert!(!is_empty(&group(0, Some(0), true), true));
    }
}
