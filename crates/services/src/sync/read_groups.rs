//! First phase, second half: who is in the groups that matter.

use domain::ObjectId;
use domain::directory::DirectoryGroup;
use providers::{Cursor, DirectoryReader, Next, ProviderError, Reading};
use store::Tx;

use super::Running;
use super::read::RESTARTS;
use super::stop::{self, Stop};

impl Running<'_> {
    /// Reads the members of every scope group and every mapped group. A scope group that cannot be read ends the run;
    /// a mapped one keeps its members as they were, and the run says so (G-05). Gives the scope groups.
    pub(super) async fn read_groups(&mut self, reader: &dyn DirectoryReader) -> Result<Vec<ObjectId>, Stop> {
        let mut scope_groups = Vec::new();
        for (group, name, in_scope) in self.groups_to_read() {
            self.check_cancel()?;
            let mut restarts = 0;
            let read = loop {
                match self.read_group(reader, &group, &name).await {
                    // G-12: the token of a page expired; this group starts over.
                    Err(Stop::Provider(error)) if error.restart_read() && restarts < RESTARTS => {
                        restarts += 1;
                    }
                    other => break other,
                }
            };
            match read {
                Ok(()) => {}
                Err(Stop::Provider(error)) if !in_scope => self.keep_as_it_was(&name, &error).await?,
                Err(Stop::Provider(ProviderError::NotFound { .. })) => {
                    return Err(stop::scope_group_gone(&name));
                }
                Err(other) => return Err(other),
            }
            if in_scope {
                scope_groups.push(group);
            }
        }
        Ok(scope_groups)
    }

    async fn keep_as_it_was(&mut self, name: &str, error: &ProviderError) -> Result<(), Stop> {
        let advice = error.advice();
        let sentence = format!(
            "The members of the group “{name}” could not be read, so they stay as they were. {} {}",
            advice.problem, advice.cure
        );
        let mut tx = self.begin().await?;
        self.warn(&mut tx, sentence).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn read_group(
        &mut self,
        reader: &dyn DirectoryReader,
        group: &ObjectId,
        name: &str,
    ) -> Result<(), Stop> {
        let Some(found) = self.cancellable(reader.group(group)).await? else {
            let id = group.as_str().to_owned();
            return Err(Stop::Provider(ProviderError::NotFound {
                what: Reading::Groups,
                id,
            }));
        };
        let mut tx = self.begin().await?;
        store::snapshot::upsert_group(&mut tx, self.customer, self.run.directory, &found).await?;
        tx.commit().await?;
        let nested = self.settings.scope.nested;
        let (mut all, mut others) = (0, 0);
        let mut cursor: Option<Cursor> = None;
        loop {
            let page = self
                .cancellable(reader.members(group, nested, cursor.as_ref()))
                .await?;
            // U-06: devices, contacts and nested groups themselves are counted, never synchronised.
            let people: Vec<&str> = page
                .items
                .iter()
                .filter(|m| m.is_user)
                .map(|m| m.object_id.as_str())
                .collect();
            all += page.items.len();
            others += page.items.len() - people.len();
            let mut tx = self.begin().await?;
            if cursor.is_none() {
                store::snapshot::forget_members(&mut tx, self.customer, self.run.id, group).await?;
            }
            store::snapshot::stage_members(&mut tx, self.customer, self.run.id, group, &people).await?;
            match page.next {
                Next::Page(next) => cursor = Some(next),
                Next::End { .. } => {
                    let others = i64::try_from(others).unwrap_or(i64::MAX);
                    let (customer, directory, run) = (self.customer, self.run.directory, self.run.id);
                    let now = self.services.now();
                    store::snapshot::take_members(&mut tx, customer, directory, run, group, others, now)
                        .await?;
                    if all == 0 {
                        self.warn_if_hidden(&mut tx, &found, name).await?;
                    }
                    tx.commit().await?;
                    return Ok(());
                }
            }
            tx.commit().await?;
            self.check_cancel()?;
        }
    }

    /// C-10: a group with hidden members looks empty without one more permission.
    async fn warn_if_hidden(&mut self, tx: &mut Tx, found: &DirectoryGroup, name: &str) -> Result<(), Stop> {
        if found.hidden_membership {
            let sentence = format!(
                "The group “{name}” hides its members, so it looks empty. They can be read only with the permission \
                 Member.Read.Hidden."
            );
            self.warn(tx, sentence).await?;
        }
        Ok(())
    }
}
