//! The way of a file into the database: in parts, so that no file is ever whole in memory.

use chrono::TimeDelta;
use domain::CustomerId;
use domain::user_mapping::Rejection;
use rules::user_mapping::{HEAD_BYTES, MAX_BYTES, Survey, Surveyed};
use sha2::{Digest, Sha256};
use store::Tx;
use store::user_mapping::FinishedFile;

use crate::{ServiceError, Services};

/// Bytes of one part: the layout of a file is told from the first.
const PART: usize = HEAD_BYTES;
/// A file that was begun so long ago and is not whole has broken off.
const BROKEN_OFF: TimeDelta = TimeDelta::hours(2);

/// A file on its way, seen by nobody before its end.
pub(super) struct Incoming {
    pub(super) services: Services,
    pub(super) customer: CustomerId,
    pub(super) name: String,
    pub(super) bytes: u64,
    file: i64,
    part: i64,
    buffer: Vec<u8>,
    survey: Survey,
    hash: Sha256,
}

/// What is known of a file when all of it has come.
pub(super) struct Whole {
    surveyed: Surveyed,
    /// SHA-256, in hexadecimal digits.
    pub(super) hash: String,
}

/// A file that is kept.
pub(super) struct Kept {
    pub(super) file: i64,
    /// A file with the same bytes was there before (F-29).
    pub(super) is_known: bool,
}

impl Services {
    /// Begins a file; clears away those that broke off. Takes the customer's turn.
    pub(super) async fn begin_file(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        (name, by): (&str, &str),
    ) -> Result<Incoming, ServiceError> {
        store::customers::take_turn(tx, customer).await?;
        let now = self.now();
        for file in store::user_mapping::broken_off(tx, customer, now - BROKEN_OFF).await? {
            store::user_mapping::drop_file(tx, customer, file).await?;
        }
        let file = store::user_mapping::begin_file(tx, customer, name, by, now).await?;
        Ok(Incoming {
            services: self.clone(),
            customer,
            name: name.to_owned(),
            bytes: 0,
            file,
            part: 0,
            buffer: Vec::with_capacity(PART),
            survey: Survey::default(),
            hash: Sha256::new(),
        })
    }
}

impl Incoming {
    /// Takes the next bytes; refuses too many of them.
    pub(super) async fn push(&mut self, mut bytes: &[u8]) -> Result<Result<(), Rejection>, ServiceError> {
        self.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.bytes > MAX_BYTES {
            return Ok(Err(Rejection::TooLarge { limit: MAX_BYTES }));
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
        Ok(Ok(()))
    }

    async fn flush(&mut self) -> Result<(), ServiceError> {
        let mut tx = self.services.db().begin().await?;
        store::user_mapping::insert_part(&mut tx, self.customer, self.file, self.part, &self.buffer).await?;
        tx.commit().await?;
        self.part += 1;
        self.buffer.clear();
        Ok(())
    }

    /// Clears away what has come.
    pub(super) async fn abandon(&self) -> Result<(), ServiceError> {
        let mut tx = self.services.db().begin().await?;
        store::user_mapping::drop_file(&mut tx, self.customer, self.file).await?;
        tx.commit().await?;
        Ok(())
    }

    /// All of it has come. What is no text is refused.
    pub(super) async fn whole(&mut self) -> Result<Result<Whole, Rejection>, ServiceError> {
        if !self.buffer.is_empty() {
            self.flush().await?;
        }
        let surveyed = std::mem::take(&mut self.survey).finish();
        Ok(surveyed.map(|surveyed| Whole {
            surveyed,
            hash: domain::text::hex(&self.hash.clone().finalize()),
        }))
    }

    /// Keeps the file, or the one with the same bytes. The customer's turn is taken.
    pub(super) async fn keep(&self, tx: &mut Tx, whole: &Whole) -> Result<Kept, ServiceError> {
        if let Some(known) = store::user_mapping::same_file(tx, self.customer, &whole.hash).await? {
            store::user_mapping::drop_file(tx, self.customer, self.file).await?;
            return Ok(Kept {
                file: known.number,
                is_known: true,
            });
        }
        let finished = FinishedFile {
            hash: &whole.hash,
            bytes: i64::try_from(self.bytes).unwrap_or(i64::MAX),
            encoding: whole.surveyed.encoding,
            samples: &whole.surveyed.samples,
        };
        store::user_mapping::finish_file(tx, self.customer, self.file, &finished).await?;
        Ok(Kept {
            file: self.file,
            is_known: false,
        })
    }
}
