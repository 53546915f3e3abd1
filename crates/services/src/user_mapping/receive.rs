//! The way of a file into the database: in parts, so that no file is ever whole in memory.

use chrono::TimeDelta;
use domain::user_mapping::{
    Delimiter, FileEncoding, MappingReading, MappingReceived, MappingState, Rejection,
};
use domain::{Actor, CustomerId, UserError};
use rules::user_mapping::{HEAD_BYTES, MAX_BYTES, Survey, Surveyed};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::Tx;
use store::user_mapping::FinishedFile;

use crate::{ServiceError, Services};

/// Bytes of one part: the layout of a file is told from the first.
const PART: usize = HEAD_BYTES;
/// An upload that was begun so long ago and is not whole has broken off.
const BROKEN_OFF: TimeDelta = TimeDelta::hours(2);
/// The longest name of a file that is kept, in characters.
const NAME_CHARS: usize = 200;

/// A file on its way. Dropped before its end nothing of it is seen (F-34).
pub struct MappingUpload {
    services: Services,
    actor: Actor,
    customer: CustomerId,
    slug: String,
    file: i64,
    name: String,
    part: i64,
    buffer: Vec<u8>,
    survey: Survey,
    hash: Sha256,
    bytes: u64,
}

impl Services {
    /// Begins the upload of a mapping file.
    pub async fn begin_mapping_upload(
        &self,
        actor: &Actor,
        slug: &str,
        name: &str,
    ) -> Result<MappingUpload, ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.mapping_of(&mut tx, actor, slug).await?;
        store::customers::take_turn(&mut tx, customer).await?;
        let before = self.now() - BROKEN_OFF;
        for file in store::user_mapping::broken_off(&mut tx, customer, before).await? {
            store::user_mapping::drop_file(&mut tx, customer, file).await?;
        }
        let name = clean(name);
        let now = self.now();
        let file = store::user_mapping::begin_file(&mut tx, customer, &name, &actor.name, now).await?;
        tx.commit().await?;
        Ok(MappingUpload {
            services: self.clone(),
            actor: actor.clone(),
            customer,
            slug: slug.to_owned(),
            file,
            name,
            part: 0,
            buffer: Vec::with_capacity(PART),
            survey: Survey::default(),
            hash: Sha256::new(),
            bytes: 0,
        })
    }

    /// Reads the file of a version in another way: what a person says about it makes a new version.
    pub async fn read_mapping_file(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        reading: MappingReading,
    ) -> Result<i64, ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.mapping_of(&mut tx, actor, slug).await?;
        store::customers::take_turn(&mut tx, customer).await?;
        let latest = store::user_mapping::latest(&mut tx, customer).await?;
        let latest = latest.ok_or(UserError::NotFound)?;
        if latest.number != version {
            // Somebody uploaded another file meanwhile: it must not be covered by the older one.
            return Err(UserError::Changed.into());
        }
        let file = latest.file.ok_or(UserError::NotFound)?;
        let details = json!({
            "encoding": reading.encoding.map(FileEncoding::code),
            "delimiter": reading.delimiter.map(Delimiter::code),
        });
        let entry = ("mapping.read", &details);
        self.add_version(tx, (customer, actor), file, &reading, entry)
            .await
    }

    /// Adds a version that is read out of a file, puts it on record and has it checked; gives its number.
    async fn add_version(
        &self,
        mut tx: Tx,
        (customer, actor): (CustomerId, &Actor),
        file: i64,
        reading: &MappingReading,
        (action, details): (&str, &Value),
    ) -> Result<i64, ServiceError> {
        let by = (actor.name.as_str(), self.now());
        let state = MappingState::Checking;
        let version =
            store::user_mapping::insert_version(&mut tx, customer, (Some(file), reading), state, by).await?;
        let about = version.to_string();
        self.record(&mut tx, actor, Some(customer), action, &about, details)
            .await?;
        self.queue_check(&mut tx, customer, version).await?;
        tx.commit().await?;
        self.wake().wake();
        Ok(version)
    }
}

impl MappingUpload {
    /// Takes the next bytes.
    pub async fn push(&mut self, mut bytes: &[u8]) -> Result<(), ServiceError> {
        self.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.bytes > MAX_BYTES {
            return self.refuse(&Rejection::TooLarge { limit: MAX_BYTES }).await;
        }
        self.survey.feed(bytes);
        self.hash.update(bytes);
        while !bytes.is_empty() {
            let (now, rest) = bytes.split_at(bytes.len().min(PART - self.buffer.len()));
            self.buffer.extend_from_slice(now);
            bytes = rest;
            if self.buffer.len() == PART {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ServiceError> {
        let mut tx = self.services.db().begin().await?;
        store::user_mapping::insert_part(&mut tx, self.customer, self.file, self.part, &self.buffer).await?;
        tx.commit().await?;
        self.part += 1;
        self.buffer.clear();
        Ok(())
    }

    /// Clears away what has come, and says why.
    async fn refuse<T>(&self, rejection: &Rejection) -> Result<T, ServiceError> {
        self.abandon().await?;
        Err(UserError::field("file", rejection.sentence()).into())
    }

    /// Clears away what has come: the rest never will (F-34).
    pub async fn abandon(&self) -> Result<(), ServiceError> {
        let mut tx = self.services.db().begin().await?;
        store::user_mapping::drop_file(&mut tx, self.customer, self.file).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The file is whole: it becomes a version, which is checked next. One that is no text is refused.
    pub async fn finish(mut self) -> Result<MappingReceived, ServiceError> {
        if !self.buffer.is_empty() {
            self.flush().await?;
        }
        let surveyed = match std::mem::take(&mut self.survey).finish() {
            Ok(surveyed) => surveyed,
            Err(rejection) => return self.refuse(&rejection).await,
        };
        let hash = domain::text::hex(&self.hash.clone().finalize());
        self.keep(&surveyed, &hash).await
    }

    async fn keep(&self, surveyed: &Surveyed, hash: &str) -> Result<MappingReceived, ServiceError> {
        let (services, customer) = (&self.services, self.customer);
        let mut tx = services.db().begin().await?;
        // An upload may take long: the step may have been shut meanwhile.
        services.mapping_of(&mut tx, &self.actor, &self.slug).await?;
        store::customers::take_turn(&mut tx, customer).await?;
        let known = store::user_mapping::same_file(&mut tx, customer, hash).await?;
        let again = known.is_some();
        let file = if let Some(known) = known {
            store::user_mapping::drop_file(&mut tx, customer, self.file).await?;
            let latest = store::user_mapping::latest(&mut tx, customer).await?;
            if let Some(latest) = latest.filter(|latest| latest.file == Some(known.number)) {
                // It is the one that is shown: one version is kept, with what was said about it (F-29).
                tx.commit().await?;
                return Ok(MappingReceived {
                    version: latest.number,
                    again,
                });
            }
            known.number
        } else {
            let finished = FinishedFile {
                hash,
                bytes: i64::try_from(self.bytes).unwrap_or(i64::MAX),
                encoding: surveyed.encoding,
                samples: &surveyed.samples,
            };
            store::user_mapping::finish_file(&mut tx, customer, self.file, &finished).await?;
            self.file
        };
        let details = json!({ "file": self.name, "bytes": self.bytes, "sha256": hash });
        let (reading, entry) = (MappingReading::default(), ("mapping.upload", &details));
        let version = services
            .add_version(tx, (customer, &self.actor), file, &reading, entry)
            .await?;
        Ok(MappingReceived { version, again })
    }
}

/// A file's name without its folders and without what nobody sees (F-31).
fn clean(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = name
        .chars()
        .filter(|c| domain::text::unseen(&c.to_string(), false).is_none())
        .take(NAME_CHARS)
        .collect();
    let name = name.trim();
    if name.is_empty() {
        "user mapping".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn f_31_names_of_files_are_cleaned() {
        for (name, cleaned) in [
            ("accounts.csv", "accounts.csv"),
            ("C:\\Users\\anna\\accounts.csv", "accounts.csv"),
            ("../../etc/passwd", "passwd"),
            ("acc\u{202e}ounts\0.csv", "accounts.csv"),
            ("", "user mapping"),
            ("folder/", "user mapping"),
        ] {
            assert_eq!(clean(name), cleaned, "{name:?}");
        }
        assert_eq!(clean(&"a".repeat(500)).len(), 200);
    }
}
