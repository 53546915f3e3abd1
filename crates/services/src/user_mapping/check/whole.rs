//! What a check says about all lines together, beside what the rules say (P-18, T-08, T-11, T-12).

use domain::numbers::thousands;
use domain::user_mapping::{Coverage, Finding, FindingCode, Severity};

use super::known::Known;
use super::{Beside, Reading};
use crate::ServiceError;

/// People read so long ago may be others by now (T-11).
const OLD_DAYS: i64 = 7;
/// People whom no line names, by name (T-08).
const SHOWN_MISSED: i64 = 3;

impl Reading<'_> {
    /// What is to be said about all lines together, beside what the rules say (P-18, T-08, T-11, T-12).
    pub(super) async fn whole(
        &self,
        known: &Known,
        beside: &Beside,
        coverage: Coverage,
    ) -> Result<Vec<Finding>, ServiceError> {
        let mut all = Vec::new();
        let mut tell = |severity, code, text: Option<String>| {
            all.push(Finding {
                line: 0,
                column: None,
                severity,
                code,
                other: None,
                text,
            });
        };
        if beside.people.is_empty() {
            tell(Severity::Warning, FindingCode::SnapshotUnknown, None);
        } else if let Some(days) = known.read_days_ago.filter(|days| *days >= OLD_DAYS) {
            tell(
                Severity::Warning,
                FindingCode::SnapshotOld,
                Some(format!("{days} days ago")),
            );
        }
        // Whom the first sync blocks needs none (T-02, T-04, T-05).
        let blocked = if beside.people.is_empty() {
            0
        } else {
            coverage.mapped.saturating_sub(coverage.confirmed)
        };
        let active = (coverage.active + coverage.newcomers).saturating_sub(blocked);
        if let Some(licences) = known.licences.filter(|licences| active > *licences) {
            let text = format!("{} for {}", thousands(licences), thousands(active));
            tell(Severity::Warning, FindingCode::FewLicences, Some(text));
        }
        let mut tx = self.services.db().read().await?;
        let whose = (self.customer, known.directory);
        let version = self.version.number;
        let missed = store::user_mapping::count_missed(&mut tx, whose, version).await?;
        if missed > 0 {
            let first = store::user_mapping::missed(&mut tx, whose, version, (None, SHOWN_MISSED)).await?;
            tell(
                Severity::Warning,
                FindingCode::MissedMapping,
                Some(named(missed, &first)),
            );
        }
        Ok(all)
    }
}

/// "Anna Lee (account alee), … and 12 more".
fn named(count: i64, first: &[store::user_mapping::Missed]) -> String {
    let names: Vec<String> = first
        .iter()
        .map(|missed| {
            let name = missed.name.as_deref().or(missed.username.as_deref());
            format!("{} (account {})", name.unwrap_or_default(), missed.account)
        })
        .collect();
    let more = count - i64::try_from(names.len()).unwrap_or(count);
    let names = names.join(", ");
    if more > 0 {
        format!("{names} and {} more", thousands(more.unsigned_abs()))
    } else {
        names
    }
}
