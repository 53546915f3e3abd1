//! Saving the data mapping: which attribute of the directory fills which profile field.

use std::collections::{BTreeSet, HashMap};

use domain::deployment::{Said, Step};
use domain::directory::DirectoryUser;
use domain::numbers::plural;
use domain::settings::{DataMapping, Scope, SyncSettings};
use domain::views::MappingEffect;
use domain::{Actor, CustomerId, DirectoryId, Provider, UserError};
use providers::{Next, UserEntry};
use rules::mapping::{UsernameCheck, UsernameFindings};
use sha2::{Digest, Sha256};
use store::Tx;
use store::found_list::Among;

use super::{Edit, Part, refuse};
use crate::deployment::record::Entry;
use crate::sync::other_managers;
use crate::{ServiceError, Services, provider};

/// People looked at in one step.
const CHUNK: i64 = 2_000;
/// Pages of the directory looked at to find somebody in scope.
const PAGES: usize = 20;

impl Services {
    /// Chooses which attribute feeds which field, and puts on record that somebody has looked at it. `None`: it is saved.
    /// Otherwise nothing is: people who have accounts would be changed (B-14), and whoever saves must send the stamp of
    /// that effect as `confirmed`.
    pub async fn save_mapping(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        mapping: DataMapping,
        confirmed: &str,
    ) -> Result<Option<MappingEffect>, ServiceError> {
        // Only looks whether it may be changed: what follows takes time, and nobody shall wait for it.
        let Edit {
            mut tx,
            customer,
            directory,
            settings: before,
            ..
        } = self.edit(actor, slug, version, Part::Mapping).await?;
        let fields = store::profile_fields::all(&mut tx, customer).await?;
        drop(tx);
        let mapping = trimmed(mapping);
        refuse(rules::mapping::validate(&mapping, &fields))?;
        self.refuse_unknown(customer, directory.id, &mapping).await?;
        if mapping.username_attribute != before.mapping.username_attribute {
            self.refuse_bad_usernames(customer, directory.id, &mapping, &before.scope)
                .await?;
        }
        if mapping != before.mapping {
            let effect = self.effect(customer, directory.id, &before, &mapping).await?;
            if let Some(effect) = effect.filter(|effect| effect.stamp != confirmed) {
                return Ok(Some(effect));
            }
        }
        let mut edit = self.edit(actor, slug, version, Part::Mapping).await?;
        // Whoever saves it has looked at it, also when nothing differs.
        let checked = Entry {
            step: Step::DataMapping,
            said: Said::Done,
            happened_on: &self.today(),
            evidence: "",
        };
        // What is on hold is said again once what holds it is settled.
        if self
            .may_enter(&mut edit.tx, edit.customer, Step::DataMapping)
            .await?
        {
            self.put_on_record(&mut edit.tx, actor, edit.customer, checked)
                .await?;
        }
        let before = std::mem::replace(&mut edit.settings.mapping, mapping.clone());
        self.save(edit, actor, "settings.mapping", &before, &mapping)
            .await?;
        Ok(None)
    }

    /// B-09. While not all attributes of the directory are known, an unknown one may exist.
    async fn refuse_unknown(
        &self,
        customer: CustomerId,
        directory: DirectoryId,
        mapping: &DataMapping,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().read().await?;
        let Names { known, unlisted } = known_names(&mut tx, customer).await?;
        let unlisted = unlisted.as_deref();
        if rules::mapping::unknown_attributes(mapping, &known, unlisted).is_empty() {
            return Ok(());
        }
        // What somebody has filled exists, whatever the list says.
        let among = Among {
            customer,
            directory,
            everybody: true,
        };
        let filled = store::found_list::filled(&mut tx, among).await?;
        let known: BTreeSet<String> = known
            .into_iter()
            .chain(filled.into_iter().map(|row| row.attribute))
            .collect();
        refuse(rules::mapping::unknown_attributes(mapping, &known, unlisted))
    }

    /// B-08: everybody who gets an account needs a username of their own.
    async fn refuse_bad_usernames(
        &self,
        customer: CustomerId,
        directory: DirectoryId,
        mapping: &DataMapping,
        scope: &Scope,
    ) -> Result<(), ServiceError> {
        let findings = match self
            .usernames_read(customer, directory, mapping, scope.include_guests)
            .await?
        {
            Some(findings) => findings,
            None => self.usernames_now(customer, directory, mapping, scope).await?,
        };
        match unfit(&mapping.username_attribute, &findings) {
            Some(sentence) => Err(UserError::field("username_attribute", sentence).into()),
            None => Ok(()),
        }
    }

    /// The usernames an attribute gives, by the latest read; `None` when that did not ask for it.
    pub(super) async fn usernames_read(
        &self,
        customer: CustomerId,
        directory: DirectoryId,
        mapping: &DataMapping,
        guests: bool,
    ) -> Result<Option<UsernameFindings>, ServiceError> {
        let mut tx = self.db().read().await?;
        let among = in_scope(customer, directory);
        let mut check = UsernameCheck::new(mapping, guests);
        let (mut after, mut was_read) = (-1, false);
        loop {
            let people = store::found_list::page(&mut tx, among, after, CHUNK).await?;
            let Some(last) = people.last() else { break };
            after = last.row_no;
            for person in &people {
                was_read |= is_read(&person.user, &mapping.username_attribute);
                check.look(&person.user);
            }
            // An attribute that was not asked for is not there for anybody.
            if !was_read {
                return Ok(None);
            }
        }
        Ok(was_read.then(|| check.findings()))
    }

    /// The same for an attribute that no read has asked for yet: of the first people in scope that the directory gives.
    /// Refused where nobody is found: then nothing is known of the attribute.
    async fn usernames_now(
        &self,
        customer: CustomerId,
        directory: DirectoryId,
        mapping: &DataMapping,
        scope: &Scope,
    ) -> Result<UsernameFindings, ServiceError> {
        let mut tx = self.db().read().await?;
        let people = store::found_list::page(&mut tx, in_scope(customer, directory), -1, CHUNK).await?;
        drop(tx);
        let refused = |words: String| ServiceError::from(UserError::field("username_attribute", words));
        if people.is_empty() {
            let words = "Whether it gives everybody a username is not known yet: nobody in the security groups has been \
                 read. Choose the security groups, run a test sync, and then choose it.";
            return Err(refused(words.to_owned()));
        }
        let chosen: BTreeSet<_> = people.iter().map(|person| &person.user.object_id).collect();
        let connection = self.needed_connection(customer).await?;
        let failed = |failed| {
            let advice = provider::what_to_do(&failed);
            refused(format!("Its values could not be looked at. {advice}"))
        };
        let reader = self.connect_for_page(&connection).map_err(failed)?;
        let attributes = mapping.attributes();
        let mut check = UsernameCheck::new(mapping, scope.include_guests);
        let mut cursor = None;
        for _ in 0..PAGES {
            let page = reader.users(&attributes, cursor.as_ref()).await.map_err(failed)?;
            for entry in page.items {
                if let UserEntry::Present(user) = entry
                    && chosen.contains(&user.object_id)
                {
                    check.look(&user);
                }
            }
            cursor = match page.next {
                Next::Page(next) if check.people() == 0 => Some(next),
                _ => break,
            };
        }
        if check.people() == 0 {
            let words = "Whether it gives everybody a username is not known yet: none of the first people in the \
                 directory is in the security groups. Map it to a profile field, run a test sync, and then choose it.";
            return Err(refused(words.to_owned()));
        }
        Ok(check.findings())
    }

    /// What a mapping would do to people who have accounts; `None` when it is nothing, or nobody has one yet.
    async fn effect(
        &self,
        customer: CustomerId,
        directory: DirectoryId,
        before: &SyncSettings,
        mapping: &DataMapping,
    ) -> Result<Option<MappingEffect>, ServiceError> {
        let mut tx = self.db().read().await?;
        if store::links::count(&mut tx, customer, directory).await? == 0 {
            return Ok(None);
        }
        let fields = store::profile_fields::all(&mut tx, customer).await?;
        let mut effect = MappingEffect {
            changes: 0,
            emptied: 0,
            renamed: 0,
            managers: 0,
            unread: Vec::new(),
            stamp: String::new(),
        };
        let mut unread: BTreeSet<String> = mapping.attributes().into_iter().collect();
        let mut after = 0;
        loop {
            let people = store::compare::people(&mut tx, customer, directory, after, CHUNK).await?;
            let Some(last) = people.last() else { break };
            after = last.user.row_no;
            let ids: Vec<_> = people.iter().filter_map(|row| row.account).collect();
            let accounts = store::accounts::by_ids(&mut tx, customer, &ids).await?;
            let accounts: HashMap<_, _> = accounts
                .into_iter()
                .map(|account| (account.id, account))
                .collect();
            for row in people.iter().filter(|row| row.user.present) {
                unread.retain(|attribute| !is_read(&row.user.user, attribute));
                let account = row.account.and_then(|id| accounts.get(&id));
                if let Some(account) = account.filter(|_| row.user.in_scope) {
                    let does =
                        rules::mapping::effect(&row.user.user, &before.mapping, mapping, &fields, account);
                    effect.changes += u64::from(does.changes);
                    effect.emptied += u64::from(does.empties);
                    effect.renamed += u64::from(does.renames);
                }
            }
        }
        effect.unread = unread.into_iter().collect();
        if mapping.manager && !before.mapping.manager {
            match store::directories::find(&mut tx, customer, directory).await? {
                // Whom Okta's texts mean is found out by runs that set managers.
                Some(row) if row.provider == Provider::Okta => effect.unread.push("managerId".to_owned()),
                _ => effect.managers = other_managers(&mut tx, customer, directory).await?,
            }
        }
        let nobody = effect.changes + effect.renamed + effect.managers == 0;
        if nobody && effect.unread.is_empty() {
            return Ok(None);
        }
        let confirmed = serde_json::to_vec(&(mapping, &effect))
            .map_err(|source| ServiceError::internal("naming the effect of a data mapping", source))?;
        effect.stamp = domain::text::hex(&Sha256::digest(confirmed));
        Ok(Some(effect))
    }
}

/// Whom a mapping has to fit.
pub(super) fn in_scope(customer: CustomerId, directory: DirectoryId) -> Among {
    Among {
        customer,
        directory,
        everybody: false,
    }
}

/// Whether a read has asked for this attribute. The principal name and the mail address come with every read.
pub(super) fn is_read(user: &DirectoryUser, attribute: &str) -> bool {
    matches!(attribute, "userPrincipalName" | "login" | "mail") || user.attributes.contains_key(attribute)
}

/// The attributes of the directory as the latest connection test listed them.
pub(super) struct Names {
    pub(super) known: BTreeSet<String>,
    /// Names that begin with this may exist all the same.
    pub(super) unlisted: Option<String>,
}

/// See [`Names`]; before a test has listed any there may be anything.
pub(super) async fn known_names(tx: &mut Tx, customer: CustomerId) -> Result<Names, ServiceError> {
    let tested = store::providers::latest_report_of_saved(tx, customer).await?;
    let kept = tested.map(|row| row.kept);
    Ok(match kept.filter(|kept| !kept.attributes.is_empty()) {
        Some(kept) => Names {
            known: kept.attributes.into_iter().collect(),
            unlisted: kept.attributes_unlisted,
        },
        None => Names {
            known: BTreeSet::new(),
            unlisted: Some(String::new()),
        },
    })
}

/// Why an attribute cannot give usernames (B-08), with names; `None` when it can.
pub(super) fn unfit(attribute: &str, found: &UsernameFindings) -> Option<String> {
    if found.is_clean() {
        return None;
    }
    let named = |count: u64, what: &str, names: &[String]| {
        (count > 0).then(|| {
            let more = u64::try_from(names.len()).is_ok_and(|named| named < count);
            let rest = if more { ", …" } else { "" };
            format!(
                " {} {what}: {}{rest}.",
                plural(count, "person", "people"),
                names.join(", ")
            )
        })
    };
    let parts = [
        named(found.blank, "without a value", &found.blank_names),
        named(
            found.shared,
            "with the value of somebody else",
            &found.shared_names,
        ),
        named(
            found.unusable,
            "with a value that is too long or has invisible characters",
            &found.unusable_names,
        ),
    ];
    let parts: String = parts.into_iter().flatten().collect();
    Some(format!(
        "“{attribute}” cannot give usernames: it must be filled and different for everybody. Of {} looked at:{parts} \
         Choose another attribute, or correct these people in the directory and run a test sync.",
        plural(found.people, "person", "people")
    ))
}

fn trimmed(mut mapping: DataMapping) -> DataMapping {
    mapping.username_attribute = mapping.username_attribute.trim().to_owned();
    for row in &mut mapping.fields {
        row.attribute = row.attribute.trim().to_owned();
        row.field = row.field.trim().to_owned();
    }
    mapping
}
