//! What somebody acts upon: a version as a page showed it. The next check writes its lines and findings anew, and whoever read the page
//! before it has not read those (P-17).

use store::user_mapping::MappingVersion;

/// A version, and the check whose lines and findings were read, where that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappingShown {
    pub(super) version: i64,
    /// [`MappingVersion::check`]; `None`: it is about the version, whatever its check found.
    check: Option<i64>,
}

impl MappingShown {
    /// Whether this version is the one that was shown, as its last check left it.
    pub(super) fn is(self, version: &MappingVersion) -> bool {
        let is_as_checked = self.check.is_none_or(|check| check == version.check());
        version.number == self.version && is_as_checked
    }
}

/// A version, whatever its check found.
impl From<i64> for MappingShown {
    fn from(version: i64) -> Self {
        Self { version, check: None }
    }
}

/// A version, and the check whose lines and findings were read.
impl From<(i64, i64)> for MappingShown {
    fn from((version, check): (i64, i64)) -> Self {
        Self {
            version,
            check: Some(check),
        }
    }
}
