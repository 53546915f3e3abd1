//! Uploaded files, and files that are read in another way.

use domain::user_mapping::{
    Delimiter, FileEncoding, MappingEdit, MappingOutcome, MappingReading, MappingReceived, Rejection,
};
use domain::{Actor, CustomerId, UserError};
use serde_json::json;
use store::Tx;
use store::user_mapping::MappingVersion;

use super::Source;
use super::beginning::must_have_columns;
use super::incoming::Incoming;
use crate::file_name::clean;
use crate::{ServiceError, Services};

/// A file on its way. Dropped before its end nothing of it is seen (F-34).
pub struct MappingUpload {
    actor: Actor,
    slug: String,
    incoming: Incoming,
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
        let incoming = self
            .begin_file(&mut tx, customer, (&clean(name, "user mapping"), &actor.name))
            .await?;
        tx.commit().await?;
        Ok(MappingUpload {
            actor: actor.clone(),
            slug: slug.to_owned(),
            incoming,
        })
    }

    /// Reads the file of the newest version, which must be `version`, in another way: what a person says about it makes a new
    /// version. Only of an uploaded file anybody can say how it is read: one that was written here is refused, at the field
    /// `version`. [`UserError::Invalid`]: the file has no such column (F-07).
    pub async fn read_mapping_file(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        mut reading: MappingReading,
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
        if !is_uploaded(&mut tx, customer, &latest).await? {
            let words = "The file of this version was written here, so it is read as it was written. To read the uploaded file \
                         in another way, take its version up again under Earlier versions first. Nothing was changed.";
            return Err(UserError::field("version", words).into());
        }
        let file = latest.file.ok_or(UserError::NotFound)?;
        if reading.columns == latest.reading.columns {
            // They are only taken along, for the separator that they were said of: another one makes other columns.
            reading.columns = reading
                .columns
                .filter(|_| reading.delimiter == latest.reading.delimiter);
        } else if reading.columns.is_some() {
            let kept = store::user_mapping::file(&mut tx, customer, file).await?;
            must_have_columns(&mut tx, customer, &kept.ok_or(UserError::NotFound)?, &reading).await?;
        }
        let details = json!({
            "encoding": reading.encoding.map(FileEncoding::code),
            "delimiter": reading.delimiter.map(Delimiter::code),
            "columns": reading.columns,
        });
        let new = Source {
            made_from: Some(version),
            ..Source::file(file, &reading)
        };
        self.add_version(tx, (customer, actor), &new, ("mapping.read", &details))
            .await
    }
}

impl MappingUpload {
    /// Takes the next bytes.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), ServiceError> {
        match self.incoming.push(bytes).await? {
            Ok(()) => Ok(()),
            Err(rejection) => self.refuse(&rejection).await,
        }
    }

    /// Clears away what has come, and says why.
    async fn refuse<T>(&self, rejection: &Rejection) -> Result<T, ServiceError> {
        self.abandon().await?;
        Err(UserError::field("file", rejection.sentence()).into())
    }

    /// Clears away what has come: the rest never will (F-34).
    pub async fn abandon(&self) -> Result<(), ServiceError> {
        self.incoming.abandon().await
    }

    /// The file is whole: it becomes a version, which is checked next. One that is no text is refused.
    pub async fn finish(mut self) -> Result<MappingReceived, ServiceError> {
        let whole = match self.incoming.whole().await? {
            Ok(whole) => whole,
            Err(rejection) => return self.refuse(&rejection).await,
        };
        let (services, customer) = (&self.incoming.services, self.incoming.customer);
        let mut tx = services.db().begin().await?;
        // An upload may take long: the step may have been shut meanwhile.
        services.mapping_of(&mut tx, &self.actor, &self.slug).await?;
        store::customers::take_turn(&mut tx, customer).await?;
        let kept = self.incoming.keep(&mut tx, &whole).await?;
        if kept.is_known {
            let latest = store::user_mapping::latest(&mut tx, customer).await?;
            let is_shown = |latest: &MappingVersion| {
                let has_failed = matches!(latest.outcome, Some(MappingOutcome::Failed));
                latest.file == Some(kept.file) && !has_failed
            };
            if let Some(latest) = latest.filter(is_shown) {
                // It is the one that is shown: one version is kept, with what was said about it (F-29).
                tx.commit().await?;
                return Ok(MappingReceived {
                    version: latest.number,
                    again: true,
                });
            }
        }
        let details =
            json!({ "file": self.incoming.name, "bytes": self.incoming.bytes, "sha256": whole.hash });
        let reading = MappingReading::default();
        let (new, entry) = (Source::file(kept.file, &reading), ("mapping.upload", &details));
        let version = services
            .add_version(tx, (customer, &self.actor), &new, entry)
            .await?;
        Ok(MappingReceived {
            version,
            again: kept.is_known,
        })
    }
}

/// Whether the file of a version is one that was uploaded, and not one that was composed here: it is read in another way, or taken
/// up again, at most.
pub(super) async fn is_uploaded(
    tx: &mut Tx,
    customer: CustomerId,
    version: &MappingVersion,
) -> Result<bool, ServiceError> {
    let (mut edit, mut made_from) = (version.edit.clone(), version.made_from);
    loop {
        let before = match (&edit, made_from) {
            (None, None) => return Ok(true),
            (None, Some(before)) => before,
            (Some(MappingEdit::Back { to }), _) => *to,
            (Some(_), _) => return Ok(false),
        };
        let Some(found) = store::user_mapping::version(tx, customer, before).await? else {
            return Ok(false);
        };
        (edit, made_from) = (found.edit, found.made_from);
    }
}
