//! First phase for the run of one person (H-01): they are read fresh, with the groups they are in, in a few calls.
//!
//! Such a read is proof of what the provider says about this person, and of nothing else. That somebody is in *no*
//! security group, or has left a mapped one, is believed only after those groups were read completely: groups with
//! hidden members are missing from the list of one's own groups (C-10), and a security group may be gone (U-03).

use std::collections::{HashMap, HashSet};

use domain::ObjectId;
use domain::sync::RunPhase;
use providers::{Cursor, DirectoryReader, Next};

use super::Running;
use super::stop::{self, Stop};

impl Running<'_> {
    pub(super) async fn read_person(
        &mut self,
        reader: &dyn DirectoryReader,
        person: &ObjectId,
    ) -> Result<(), Stop> {
        let attributes = self.attributes(reader.provider());
        let found = self.cancellable(reader.user(&attributes, person)).await?;
        let Some(user) = found else {
            return self.person_is_gone(person).await;
        };
        if user.object_id != *person {
            return Err(stop::nobody_with_this_id(person));
        }
        let now = self.services.now();
        let mut tx = self.begin().await?;
        let users = HashMap::from([(person.clone(), user)]);
        self.write_users(&mut tx, &users, now).await?;
        tx.commit().await?;

        let scope: Vec<ObjectId> = self
            .settings
            .scope
            .groups
            .iter()
            .map(|g| g.object_id.clone())
            .collect();
        let is_in = self.groups_they_are_in(reader, person).await?;
        let was_in = {
            let mut tx = self.services.db().read().await?;
            store::snapshot::groups_of(&mut tx, self.customer, self.run.directory, person).await?
        };
        let left_one = was_in
            .iter()
            .any(|group| self.matters(group) && !is_in.contains(group));
        let in_scope = scope.iter().any(|group| is_in.contains(group));
        if left_one || !in_scope {
            let scope = self.read_groups(reader).await?;
            return self.person_read(&scope, person).await;
        }
        let joined: Vec<&ObjectId> = is_in.iter().filter(|group| self.matters(group)).collect();
        let mut tx = self.begin().await?;
        store::snapshot::join(&mut tx, self.customer, self.run.directory, &joined, person).await?;
        tx.commit().await?;
        self.person_read(&scope, person).await
    }

    async fn groups_they_are_in(
        &self,
        reader: &dyn DirectoryReader,
        person: &ObjectId,
    ) -> Result<HashSet<ObjectId>, Stop> {
        let nested = self.settings.scope.nested;
        let mut groups = HashSet::new();
        let mut cursor: Option<Cursor> = None;
        loop {
            let page = self
                .cancellable(reader.groups_of(person, nested, cursor.as_ref()))
                .await?;
            groups.extend(page.items);
            match page.next {
                Next::Page(next) => cursor = Some(next),
                Next::End { .. } => return Ok(groups),
            }
        }
    }

    /// Whether a group is a security group or a mapped one.
    fn matters(&self, group: &ObjectId) -> bool {
        let scope = self.settings.scope.groups.iter().map(|g| &g.object_id);
        let mapped = self.settings.groups.iter().map(|g| &g.object_id);
        scope.chain(mapped).any(|known| known == group)
    }

    /// The provider itself says that there is no such person: proof enough for this one (L-03).
    async fn person_is_gone(&mut self, person: &ObjectId) -> Result<(), Stop> {
        let (customer, directory) = (self.customer, self.run.directory);
        let mut tx = self.begin().await?;
        let known = store::snapshot::known(&mut tx, customer, directory, &[person.as_str()]).await?;
        let rows: Vec<i64> = known.iter().map(|known| known.row_no).collect();
        if rows.is_empty() {
            return Err(stop::nobody_with_this_id(person));
        }
        store::snapshot::mark_absent(&mut tx, customer, directory, &rows, self.services.now()).await?;
        self.enter(&mut tx, RunPhase::Compare).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn person_read(&mut self, scope: &[ObjectId], person: &ObjectId) -> Result<(), Stop> {
        let (customer, directory) = (self.customer, self.run.directory);
        let mut tx = self.begin().await?;
        let now = self.services.now();
        store::snapshot::rescope_one(&mut tx, customer, directory, scope, person, now).await?;
        let found = store::found_list::by_object(&mut tx, customer, directory, person).await?;
        self.counts.read = 1;
        self.counts.in_scope = u64::from(found.is_some_and(|found| found.in_scope));
        store::snapshot::forget_pages(&mut tx, customer, self.run.id).await?;
        self.enter(&mut tx, RunPhase::Compare).await?;
        tx.commit().await?;
        Ok(())
    }
}
