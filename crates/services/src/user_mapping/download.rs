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
    /// The check that wrote its lines ([`MappingVersion::check`]).
    check: i64,
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
                Some(latest) => written_by(&latest).map(|check| Self {
                    version: latest.number,
                    check,
                    line: 0,
                }),
                None => None,
            });
        };
        let place = read(after).ok_or(UserError::NotFound)?;
        let version = store::user_mapping::version(tx, customer, place.version).await?;
        if version.as_ref().and_then(written_by) != Some(place.check) {
            return Err(UserError::Changed.into());
        }
        Ok(Some(place))
    }

    /// Where the page behind this line of the same download begins.
    pub(super) fn next(&self, line: u64) -> String {
        format!("{}.{}.{line}", self.version, self.check)
    }
}

/// `4.1773308460000000.1000`: the version, the check, the line.
fn read(after: &str) -> Option<Place> {
    let (version, rest) = after.split_once('.')?;
    let (check, line) = rest.split_once('.')?;
    Some(Place {
        version: version.parse().ok()?,
        check: check.parse().ok()?,
        line: line.parse().ok()?,
    })
}

/// The check that wrote the lines of a version, once it has ended.
fn written_by(version: &MappingVersion) -> Option<i64> {
    Some(version.check()).filter(|check| *check != 0)
}
