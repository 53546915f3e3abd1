//! First phase: everybody in the directory, page by page, into the snapshot.
//!
//! A read is complete only when the provider itself ends the chain of pages (G-02, G-03). Until then nobody is called
//! absent; whatever goes wrong ends the run before anything is concluded (G-04, invariant 9).

use std::collections::{HashMap, HashSet};

use domain::directory::{DirectoryStatus, DirectoryUser};
use domain::sync::{RunKind, RunPhase};
use domain::{ObjectId, Timestamp};
use providers::{Cursor, DirectoryReader, Next, Page, ProviderError, RunBudget, UserEntry};
use sha2::{Digest, Sha256};
use store::Tx;
use store::directories::Changes;
use store::snapshot::{NewUser, ReadPage};

use super::Running;
use super::stop::{self, Stop};

/// The name of the collection in the checkpoints.
const USERS: &str = "users";
/// How often a read whose page token expired starts over before the run fails.
pub(super) const RESTARTS: u32 = 3;
/// Absent people are marked this many at a time.
const ABSENT_CHUNK: usize = 2_000;

/// The row numbers a read has seen: one bit for each row of the snapshot.
#[derive(Default)]
struct Seen {
    bits: Vec<u64>,
    count: u64,
}

impl Seen {
    fn insert(&mut self, row: u32) {
        let (word, bit) = place(row);
        if word >= self.bits.len() {
            self.bits.resize(word + 1, 0);
        }
        if self.bits[word] & bit == 0 {
            self.bits[word] |= bit;
            self.count += 1;
        }
    }

    fn contains(&self, row: u32) -> bool {
        let (word, bit) = place(row);
        self.bits.get(word).is_some_and(|bits| bits & bit != 0)
    }
}

fn place(row: u32) -> (usize, u64) {
    (usize::try_from(row / 64).unwrap_or(usize::MAX), 1 << (row % 64))
}

impl Running<'_> {
    /// Reads people and the members of all groups that matter, then settles who is absent and who is in scope.
    pub(super) async fn read(&mut self) -> Result<(), Stop> {
        // I-16: nobody is synchronised by default. A test sync looks at everybody, whoever will be in scope (H-12).
        if self.settings.scope.groups.is_empty() && self.run.kind != RunKind::TestSync {
            return Err(stop::no_scope());
        }
        let budget = RunBudget {
            cancel: self.cancel.clone(),
            time: None,
        };
        let connection = {
            let mut tx = self.services.db().read().await?;
            self.services.connection(&mut tx, self.customer).await?
        };
        let connection = connection
            .filter(|connection| connection.directory.id == self.run.directory)
            .ok_or(store::StoreError::Stale {
                what: "the directory",
            })?;
        let reader =
            self.services
                .providers()
                .connect_for_run(&connection.values, &connection.secrets, &budget)?;
        self.check_tenant(&*reader).await?;
        if let Some(person) = self.run.person.clone() {
            return self.read_person(&*reader, &person).await;
        }
        let mut changes = None;
        if let Some(since) = self.changes_since(reader.provider()).await? {
            changes = self.read_changes(&*reader, &since).await?;
        }
        let mut absent = Vec::new();
        if changes.is_none() {
            self.note_since(&*reader).await?;
            let seen = self.read_users(&*reader).await?;
            absent = self.absent_rows(&seen).await?;
            changes = self.noted_since(reader.provider()).await?;
        }
        let groups = self.read_groups(&*reader).await?;
        self.complete(&absent, &groups, changes.as_ref()).await
    }

    /// C-22: the organisation at the other end must be the one the links belong to.
    async fn check_tenant(&self, reader: &dyn DirectoryReader) -> Result<(), Stop> {
        let tenant = self.cancellable(reader.tenant()).await?;
        let mut tx = self.begin().await?;
        let directory = store::directories::find(&mut tx, self.customer, self.run.directory)
            .await?
            .ok_or(store::StoreError::Stale {
                what: "the directory",
            })?;
        match directory.tenant_id {
            Some(known) if known != tenant.id => return Err(stop::other_tenant(&tenant.name)),
            Some(_) => {}
            None => {
                store::directories::set_tenant(&mut tx, self.customer, directory.id, &tenant.id).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    async fn read_users(&mut self, reader: &dyn DirectoryReader) -> Result<Seen, Stop> {
        let mut restarts = 0;
        loop {
            match self.read_user_pages(reader).await {
                // G-12: the token of a page expired; the crawl starts over.
                Err(Stop::Provider(error)) if error.restart_read() && restarts < RESTARTS => {
                    restarts += 1;
                    let mut tx = self.begin().await?;
                    store::snapshot::forget_collection(&mut tx, self.customer, self.run.id, USERS).await?;
                    tx.commit().await?;
                }
                other => return other,
            }
        }
    }

    async fn read_user_pages(&mut self, reader: &dyn DirectoryReader) -> Result<Seen, Stop> {
        let attributes = self.attributes(reader.provider());
        let mut seen = Seen::default();
        let mut page_no = 0;
        let mut cursor = None;
        {
            let mut tx = self.services.db().read().await?;
            for page in store::snapshot::pages(&mut tx, self.customer, self.run.id, USERS).await? {
                page.seen.iter().for_each(|row| seen.insert(*row));
                page_no = page.page + 1;
                cursor = page.next_cursor.map(Cursor::stored);
            }
        }
        if page_no > 0 && cursor.is_none() {
            return Ok(seen);
        }
        let mut page = self
            .cancellable(reader.users(&attributes, cursor.as_ref()))
            .await?;
        loop {
            self.check_cancel()?;
            let Page { items, next } = page;
            let next_cursor = match next {
                Next::Page(cursor) => Some(cursor),
                Next::End { .. } => None,
            };
            // The next page is on its way while this one is written.
            let fetch = async {
                match &next_cursor {
                    Some(cursor) => Some(self.cancellable(reader.users(&attributes, Some(cursor))).await),
                    None => None,
                }
            };
            let write = self.write_page(page_no, items, next_cursor.as_ref(), seen.count);
            let (written, fetched) = tokio::join!(write, fetch);
            written?.iter().for_each(|row| seen.insert(*row));
            self.counts.read = seen.count;
            page_no += 1;
            match fetched {
                Some(next) => page = next?,
                None => return Ok(seen),
            }
        }
    }

    /// One page and its checkpoint, in one unit of work. Gives the rows seen.
    async fn write_page(
        &self,
        page: i64,
        entries: Vec<UserEntry>,
        next: Option<&Cursor>,
        seen_before: u64,
    ) -> Result<Vec<u32>, Stop> {
        // G-09, G-11: the same person twice; the last value wins.
        let mut users: HashMap<ObjectId, DirectoryUser> = HashMap::with_capacity(entries.len());
        for entry in entries {
            if let UserEntry::Present(user) = entry {
                users.insert(user.object_id.clone(), user);
            }
        }
        let mapping = &self.settings.mapping;
        if !users.is_empty()
            && users
                .values()
                .all(|user| rules::mapping::looks_unreadable(user, mapping))
        {
            return Err(stop::unreadable());
        }
        let now = self.services.now();
        let mut tx = self.begin().await?;
        let seen = self.write_users(&mut tx, &users, now).await?;
        let next_cursor = next.map(|cursor| cursor.as_str().to_owned());
        let done = ReadPage {
            page,
            seen,
            next_cursor,
        };
        store::snapshot::page_done(&mut tx, self.customer, self.run.id, USERS, &done).await?;
        let mut counts = self.counts;
        counts.read = seen_before + u64::try_from(done.seen.len()).unwrap_or(0);
        store::runs::progress(&mut tx, self.customer, self.run.id, &counts).await?;
        tx.commit().await?;
        Ok(done.seen)
    }

    pub(super) async fn write_users(
        &self,
        tx: &mut Tx,
        users: &HashMap<ObjectId, DirectoryUser>,
        now: Timestamp,
    ) -> Result<Vec<u32>, Stop> {
        let (customer, directory) = (self.customer, self.run.directory);
        let ids: Vec<&str> = users.keys().map(ObjectId::as_str).collect();
        let known: HashMap<String, _> = store::snapshot::known(tx, customer, directory, &ids)
            .await?
            .into_iter()
            .map(|known| (known.object_id.clone(), known))
            .collect();
        let mut last_row = store::snapshot::last_row(tx, customer, directory).await?;
        let names: HashMap<&ObjectId, _> = users
            .values()
            .map(|user| {
                let username = rules::sync::username_of(user, &self.settings.mapping);
                let key = username.as_ref().map(rules::username::key);
                (&user.object_id, (username, key))
            })
            .collect();
        let mut seen = Vec::with_capacity(users.len());
        let mut writes = Vec::new();
        for user in users.values() {
            let known = known.get(user.object_id.as_str());
            let row_no = known.map_or_else(
                || {
                    last_row += 1;
                    last_row
                },
                |known| known.row_no,
            );
            seen.push(u32::try_from(row_no).unwrap_or(u32::MAX));
            // C-11: somebody who comes without anything but an id says nothing new about themselves.
            if known.is_some() && is_bare(user) {
                continue;
            }
            let Some((username, key)) = names.get(&user.object_id) else {
                continue;
            };
            let mut new = NewUser {
                row_no,
                object_id: user.object_id.as_str(),
                principal_name: &user.principal_name,
                username: username.as_ref().map(domain::Username::as_str),
                username_key: key.as_ref().map(domain::UsernameKey::as_str),
                mail: user.mail.as_deref(),
                display_name: user.display_name.as_deref(),
                status: user.status.code(),
                guest: user.guest,
                manager: user.manager.as_deref(),
                attributes: &user.attributes,
                hash: String::new(),
            };
            let hash = content_hash(&new)?;
            if known.is_some_and(|known| known.present && known.hash == hash) {
                continue;
            }
            new.hash = domain::text::hex(&hash);
            writes.push(new);
        }
        store::snapshot::upsert(tx, customer, directory, &writes, now).await?;
        Ok(seen)
    }

    /// Everything is read: whom a full read did not see is absent, who is in a scope group is in scope.
    async fn complete(
        &mut self,
        absent: &[i64],
        scope_groups: &[ObjectId],
        changes: Option<&Changes>,
    ) -> Result<(), Stop> {
        let (customer, directory) = (self.customer, self.run.directory);
        let now = self.services.now();
        let mut tx = self.begin().await?;
        for rows in absent.chunks(ABSENT_CHUNK) {
            store::snapshot::mark_absent(&mut tx, customer, directory, rows, now).await?;
        }
        store::snapshot::rescope(&mut tx, customer, directory, scope_groups, now).await?;
        store::directories::set_changes(&mut tx, customer, directory, changes).await?;
        store::snapshot::forget_pages(&mut tx, customer, self.run.id).await?;
        let totals = store::snapshot::totals(&mut tx, customer, directory).await?;
        self.counts.read = u64::try_from(totals.present).unwrap_or(0);
        self.counts.in_scope = u64::try_from(totals.in_scope).unwrap_or(0);
        self.enter(&mut tx, RunPhase::Compare).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn absent_rows(&self, seen: &Seen) -> Result<Vec<i64>, Stop> {
        let (customer, directory) = (self.customer, self.run.directory);
        let mut absent = Vec::new();
        let mut after = 0;
        let mut tx = self.services.db().read().await?;
        loop {
            let rows = store::snapshot::present_rows(&mut tx, customer, directory, after, 10_000).await?;
            let Some(last) = rows.last() else {
                return Ok(absent);
            };
            after = *last;
            absent.extend(
                rows.into_iter()
                    .filter(|row| !u32::try_from(*row).is_ok_and(|row| seen.contains(row))),
            );
        }
    }

    /// A call to the provider that a cancellation ends at once.
    pub(super) async fn cancellable<T>(
        &self,
        call: impl Future<Output = Result<T, ProviderError>>,
    ) -> Result<T, Stop> {
        tokio::select! {
            () = self.cancel.cancelled() => Err(self.why_cancelled()),
            answer = call => match answer {
                Err(ProviderError::Cancelled) => Err(self.why_cancelled()),
                other => Ok(other?),
            },
        }
    }

    /// All groups whose members matter, each once: scope groups first.
    pub(super) fn groups_to_read(&self) -> Vec<(ObjectId, String, bool)> {
        let scope = self
            .settings
            .scope
            .groups
            .iter()
            .map(|g| (g.object_id.clone(), g.name.clone(), true));
        let mapped = self
            .settings
            .groups
            .iter()
            .map(|g| (g.object_id.clone(), g.name.clone(), false));
        let mut taken = HashSet::new();
        scope
            .chain(mapped)
            .filter(|(id, ..)| taken.insert(id.clone()))
            .collect()
    }
}

/// C-11: the provider named somebody and hid the rest.
pub(super) fn is_bare(user: &DirectoryUser) -> bool {
    user.status == DirectoryStatus::Unknown && user.attributes.is_empty()
}

fn content_hash(user: &NewUser<'_>) -> Result<Vec<u8>, Stop> {
    // The row number is ours, so it does not belong to the content.
    let content = NewUser {
        row_no: 0,
        ..user.clone()
    };
    let json = serde_json::to_vec(&content)
        .map_err(|source| crate::ServiceError::internal("hashing a person of the snapshot", source))?;
    Ok(Sha256::digest(json).to_vec())
}
