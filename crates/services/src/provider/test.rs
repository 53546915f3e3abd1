//! The connection test of what is in the form, saved or not.

use chrono::TimeDelta;
use domain::connection::{Advice, ConnectionReport, ConnectionStage, Verdict};
use domain::numbers::plural;
use domain::provider::ProviderValues;
use domain::settings::SyncSettings;
use domain::views::{ProviderForm, ReportView};
use domain::{Actor, CustomerId, Permission, UserError};
use providers::{AttributeNames, Secrets};
use serde_json::json;
use store::providers::{KeptReport, ReportRow};

use super::form;
use crate::when::when;
use crate::{ServiceError, Services};

/// How long every connection test is kept; and how many of a customer stay beyond that.
const KEEP_TESTS: TimeDelta = TimeDelta::days(90);
const KEEP_LATEST_TESTS: i64 = 20;

impl Services {
    /// Housekeeping: forgets old connection tests. Gives how many.
    pub async fn forget_old_tests(&self) -> Result<u64, ServiceError> {
        let mut tx = self.db().begin().await?;
        let before = self.now() - KEEP_TESTS;
        let forgotten = store::providers::forget_reports(&mut tx, before, KEEP_LATEST_TESTS).await?;
        tx.commit().await?;
        Ok(forgotten)
    }

    /// Tests what is in the form, stored secrets filled in where the form leaves them empty, and keeps the result
    /// with its date. It never fails for the provider's sake: it reports.
    pub async fn test_provider(
        &self,
        actor: &Actor,
        slug: &str,
        form: &ProviderForm,
    ) -> Result<ReportView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::TestConnection)
            .await?
            .id;
        let stored = self.connection(&mut tx, customer).await?;
        let (settings, linked) = match &stored {
            None => (None, 0),
            Some(stored) => (
                store::settings::find(&mut tx, customer, stored.directory.id).await?,
                store::links::count(&mut tx, customer, stored.directory.id).await?,
            ),
        };
        drop(tx);

        let entered = form::check(form, &self.providers().clouds(), self.now()).map_err(invalid)?;
        let secrets = entered.complete(stored.as_ref()).map_err(invalid)?;
        let values = &entered.values;
        let settings = match (&stored, settings) {
            (Some(stored), Some(row)) if stored.values.provider == values.provider => row.settings,
            _ => SyncSettings::initial(values.provider),
        };
        let mut report = self
            .providers()
            .test(values, &secrets, &settings.mapping, &settings.scope)
            .await;
        if let Some(stored) = &stored {
            let linked = u64::try_from(linked).unwrap_or(0);
            notice_other_tenant(&mut report, stored.directory.tenant_id.as_deref(), linked);
        }
        let passed = report.passed();
        let fingerprint = form::fingerprint(customer, values, &secrets);
        let saved_version = stored
            .as_ref()
            .filter(|stored| form::fingerprint(customer, &stored.values, &stored.secrets) == fingerprint)
            .map(|stored| stored.version);
        let attributes = if passed {
            self.attribute_names(values, &secrets).await
        } else {
            AttributeNames::default()
        };
        let kept = KeptReport {
            report,
            fingerprint: passed.then_some(fingerprint),
            attributes: attributes.names,
            attributes_unlisted: attributes.unlisted,
        };
        self.keep(actor, customer, values, saved_version, kept).await
    }

    async fn keep(
        &self,
        actor: &Actor,
        customer: CustomerId,
        values: &ProviderValues,
        config_version: Option<i64>,
        kept: KeptReport,
    ) -> Result<ReportView, ServiceError> {
        let (at, passed) = (kept.report.at, kept.report.passed());
        let row = ReportRow {
            id: self.new_id(),
            config_version,
            passed,
            kept,
            at,
        };
        let mut tx = self.db().begin().await?;
        store::providers::insert_report(&mut tx, customer, &row).await?;
        let details = json!({ "values": values, "passed": passed, "saved": config_version.is_some() });
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "provider.test",
            values.provider.code(),
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(ReportView {
            saved: row.config_version.is_some(),
            when: when(at, self.now()),
            report: row.kept.report,
            stale: false,
        })
    }

    /// The attributes the directory has. Only an offer for the data mapping, so a failure is no more than a log line.
    async fn attribute_names(&self, values: &ProviderValues, secrets: &Secrets) -> AttributeNames {
        let budget = super::while_somebody_waits();
        let names = match self.providers().connect_for_run(values, secrets, &budget) {
            Ok(reader) => reader.attribute_names().await,
            Err(error) => Err(error),
        };
        names.unwrap_or_else(|error| {
            tracing::info!(
                error = domain::text::chain(&error),
                "attributes could not be listed"
            );
            AttributeNames::default()
        })
    }
}

/// C-22: credentials of another organisation make every linked person unknown. That is not a pass.
fn notice_other_tenant(report: &mut ConnectionReport, known: Option<&str>, linked: u64) {
    let (Some(known), Some(found)) = (known, report.tenant_id.as_deref()) else {
        return;
    };
    if known == found || linked == 0 {
        return;
    }
    let name = report.tenant_name.as_deref().unwrap_or(found);
    let advice = Advice {
        problem: format!(
            "These values lead to another organisation ({name}) than the one {} linked to.",
            plural(linked, "person is", "people are")
        ),
        cure:
            "Every person would be unknown. Enter the values of the organisation that was connected before."
                .to_owned(),
        field: Some("tenant".to_owned()),
        permission: None,
        code: None,
    };
    if let Some(stage) = report
        .stages
        .iter_mut()
        .find(|stage| stage.stage == ConnectionStage::Tenant)
    {
        stage.verdict = Verdict::Failed;
        stage.advice = Some(advice);
    }
}

pub(super) fn invalid(errors: Vec<domain::FieldError>) -> ServiceError {
    UserError::Invalid { errors }.into()
}

#[cfg(test)]
mod tests {
    use domain::connection::StageResult;

    use super::*;

    fn report(tenant: Option<&str>) -> ConnectionReport {
        ConnectionReport {
            at: "2026-03-03T09:00:00Z".parse().expect("a moment"),
            stages: ConnectionStage::ALL
                .iter()
                .map(|stage| StageResult {
                    stage: *stage,
                    verdict: Verdict::Passed,
                    took_ms: 1,
                    seen: String::new(),
                    advice: None,
                })
                .collect(),
            sample: None,
            tenant_id: tenant.map(ToOwned::to_owned),
            tenant_name: Some("Fabrikam".to_owned()),
        }
    }

    #[test]
    fn c_22_another_tenant_is_noticed_when_people_are_linked() {
        for (known, found, linked, passed) in [
            (Some("a"), Some("a"), 5, true),
            (Some("a"), Some("b"), 5, false),
            (Some("a"), Some("b"), 0, true),
            (None, Some("b"), 5, true),
            (Some("a"), None, 5, true),
        ] {
            let mut report = report(found);
            notice_other_tenant(&mut report, known, linked);
            assert_eq!(report.passed(), passed, "{known:?} {found:?} {linked}");
        }
        let mut other = report(Some("b"));
        notice_other_tenant(&mut other, Some("a"), 1);
        let advice = other.stages[2].advice.clone().expect("advice");
        assert_eq!(
            advice.problem,
            "These values lead to another organisation (Fabrikam) than the one 1 person is linked to."
        );
        assert_eq!(advice.field.as_deref(), Some("tenant"));
    }
}
