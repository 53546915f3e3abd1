//! Where a download of lines stands. It stays with the version that it began with, whatever is corrected meanwhile, and with the
//! check that wrote its lines: the next check writes them anew, so that a part of them would be taken for all (P-17).

use domain::user_mapping::MappingState;
use domain::{CustomerId, UserError};
use store::Tx;
use store::user_mapping::MappingVersion;

use crate::ServiceError;

/// Where a page of a download begins.
pub(super) struct Place {
    pub(super) version: i64,
    /// When it was checked, in microseconds.
    checked_at: i64,
    /// The line before.
    pub(super) line: i64,
}

impl Place {
    /// Where the page behind `after` begins, which is the `next` of the page before; without it the first page of the newest
    /// version. `None`: there are no lines. [`UserError::Changed`]: its lines are written anew, or were since the page before.
    pub(super) async fn behind(
        tx: &mut Tx,
        customer: CustomerId,
        after: Option<&str>,
    ) -> Result<Option<Self>, ServiceError> {
        let Some(after) = after else {
            return Ok(match store::user_mapping::latest(tx, customer).await? {
                Some(latest) if latest.state == MappingState::Checking => {
                    return Err(UserError::Changed.into());
                }
                Some(latest) => checked_at(&latest).map(|checked_at| Self {
                    version: latest.number,
                    checked_at,
                    line: 0,
                }),
                None => None,
            });
        };
        let place = read(after).ok_or(UserError::NotFound)?;
        let version = store::user_mapping::version(tx, customer, place.version).await?;
        if version.as_ref().and_then(checked_at) != Some(place.checked_at) {
            return Err(UserError::Changed.into());
        }
        Ok(Some(place))
    }

    /// Where the page behind this line of the same download begins.
    pub(super) fn next(&self, line: u64) -> String {
        format!("{}.{}.{line}", self.version, self.checked_at)
    }
}

/// `4.1773308460000000.1000`: the version, the moment, the line.
fn read(after: &str) -> Option<Place> {
    let (version, rest) = after.split_once('.')?;
    let (checked_at, line) = rest.split_once('.')?;
    Some(Place {
        version: version.parse().ok()?,
        checked_at: checked_at.parse().ok()?,
        line: line.parse().ok()?,
    })
}

/// When the lines of a version were checked to their end.
fn checked_at(version: &MappingVersion) -> Option<i64> {
    let is_checked = version.state == MappingState::Checked;
    let at = version.checked_at.filter(|_| is_checked)?;
    Some(at.timestamp_micros())
}
