//! First phase, the short way: only who changed since the last read. Scheduled runs take it; a run that a person
//! starts reads everything, and so does the first run of each day, because only a full read finds everybody who is
//! gone for good.

use std::collections::HashMap;

use chrono::TimeDelta;
use domain::directory::DirectoryUser;
use domain::sync::RunKind;
use domain::{ObjectId, Provider};
use providers::{Cursor, DirectoryReader, Next, UserEntry};
use store::directories::Changes;
use store::snapshot::ReadPage;

use super::Running;
use super::read::is_bare;
use super::stop::Stop;

/// How long incremental reads may follow one another before a full one.
const FULL_EVERY: TimeDelta = TimeDelta::hours(24);
/// The checkpoint of a full read that holds where incremental reads go on after it.
const SINCE: &str = "since";

impl Running<'_> {
    /// Where an incremental read may start; `None` asks for a full one: another kind of run, no complete read yet,
    /// another data mapping (G-15), or a day since the last full read.
    pub(super) async fn changes_since(&self, provider: Provider) -> Result<Option<Changes>, Stop> {
        if self.run.kind != RunKind::Scheduled {
            return Ok(None);
        }
        let mut tx = self.services.db().read().await?;
        let under_way = !store::snapshot::pages(&mut tx, self.customer, self.run.id, SINCE)
            .await?
            .is_empty();
        let changes = store::directories::changes(&mut tx, self.customer, self.run.directory).await?;
        let oldest = self.services.now() - FULL_EVERY;
        Ok(changes.filter(|changes| {
            !under_way && changes.attributes == self.read_as(provider) && changes.full_read_at > oldest
        }))
    }

    /// What a cursor is good for: the attributes it was made with, and the one that gives the username.
    fn read_as(&self, provider: Provider) -> Vec<String> {
        std::iter::once(self.settings.mapping.username_attribute.clone())
            .chain(self.attributes(provider))
            .collect()
    }

    /// Reads who changed. Nothing here says who is absent but the provider itself (G-13). `None`: the cursor is too
    /// old, everything must be read (G-12).
    pub(super) async fn read_changes(
        &mut self,
        reader: &dyn DirectoryReader,
        since: &Changes,
    ) -> Result<Option<Changes>, Stop> {
        let attributes = self.attributes(reader.provider());
        let mut cursor = Cursor::stored(since.cursor.clone());
        loop {
            self.check_cancel()?;
            let page = match self.cancellable(reader.user_changes(&attributes, &cursor)).await {
                Err(Stop::Provider(error)) if error.restart_read() => return Ok(None),
                other => other?,
            };
            // C-11: a full read can tell whether the right to read profiles is gone.
            if page
                .items
                .iter()
                .any(|entry| matches!(entry, UserEntry::Present(user) if is_bare(user)))
            {
                return Ok(None);
            }
            self.write_changes(page.items).await?;
            match page.next {
                Next::Page(next) => cursor = next,
                Next::End { changes } => {
                    return Ok(changes.map(|cursor| Changes {
                        cursor: cursor.as_str().to_owned(),
                        ..since.clone()
                    }));
                }
            }
        }
    }

    async fn write_changes(&self, entries: Vec<UserEntry>) -> Result<(), Stop> {
        let now = self.services.now();
        let mut users: HashMap<ObjectId, DirectoryUser> = HashMap::new();
        let mut removed: Vec<ObjectId> = Vec::new();
        for entry in entries {
            match entry {
                UserEntry::Present(user) => {
                    removed.retain(|id| *id != user.object_id);
                    users.insert(user.object_id.clone(), user);
                }
                UserEntry::Removed { object_id, .. } => {
                    users.remove(&object_id);
                    removed.push(object_id);
                }
            }
        }
        let mut tx = self.begin().await?;
        self.write_users(&mut tx, &users, now).await?;
        let gone: Vec<&str> = removed.iter().map(ObjectId::as_str).collect();
        let rows: Vec<i64> = store::snapshot::known(&mut tx, self.customer, self.run.directory, &gone)
            .await?
            .into_iter()
            .map(|known| known.row_no)
            .collect();
        store::snapshot::mark_absent(&mut tx, self.customer, self.run.directory, &rows, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Before a full read: where incremental reads go on that miss nothing of what changes from now on. Kept with the
    /// checkpoints of the read, whose end makes it count. A provider that cannot say is no reason to fail.
    pub(super) async fn note_since(&self, reader: &dyn DirectoryReader) -> Result<(), Stop> {
        {
            let mut tx = self.services.db().read().await?;
            if !store::snapshot::pages(&mut tx, self.customer, self.run.id, SINCE)
                .await?
                .is_empty()
            {
                return Ok(());
            }
        }
        let attributes = self.attributes(reader.provider());
        let cursor = match self.cancellable(reader.changes_cursor(&attributes)).await {
            Ok(cursor) => Some(cursor.as_str().to_owned()),
            Err(Stop::Provider(error)) => {
                tracing::warn!(customer = %self.customer, run = self.run.number,
                    error = domain::text::chain(&error), "no incremental reads after this one");
                None
            }
            Err(other) => return Err(other),
        };
        let page = ReadPage {
            page: 0,
            seen: Vec::new(),
            next_cursor: cursor,
        };
        let mut tx = self.begin().await?;
        store::snapshot::page_done(&mut tx, self.customer, self.run.id, SINCE, &page).await?;
        tx.commit().await?;
        Ok(())
    }

    /// After a full read: what [`Running::note_since`] noted before it.
    pub(super) async fn noted_since(&self, provider: Provider) -> Result<Option<Changes>, Stop> {
        let mut tx = self.services.db().read().await?;
        let pages = store::snapshot::pages(&mut tx, self.customer, self.run.id, SINCE).await?;
        Ok(pages
            .into_iter()
            .next()
            .and_then(|page| page.next_cursor)
            .map(|cursor| Changes {
                cursor,
                attributes: self.read_as(provider),
                full_read_at: self.services.now(),
            }))
    }
}
