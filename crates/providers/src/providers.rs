//! The one object of this crate that the composition root builds.

use std::sync::Arc;
use std::time::Duration;

use domain::Clock;
use domain::connection::{ConnectionReport, ConnectionStage, StageResult, Verdict};
use domain::provider::ProviderValues;
use domain::settings::{DataMapping, Scope};
use tokio_util::sync::CancellationToken;

use crate::settings::{Cloud, Limits, OktaOrg};
use crate::{DirectoryReader, ProviderError, Secrets};

/// How long a connection may work, and who can stop it.
#[derive(Clone, Debug, Default)]
pub struct RunBudget {
    /// Cancels every call at once, waits included.
    pub cancel: CancellationToken,
    /// Time for everything done over this connection; `None` is no limit.
    pub time: Option<Duration>,
}

/// Connects to providers. Built once; holds what all connections share: HTTP clients and the pace of each connection.
pub struct Providers {
    clouds: Vec<Cloud>,
    #[expect(dead_code, reason = "used by the connectors, which follow in the next commit")]
    okta_orgs: Vec<OktaOrg>,
    clock: Arc<dyn Clock>,
    #[expect(dead_code, reason = "used by the connectors, which follow in the next commit")]
    limits: Limits,
}

impl Providers {
    pub fn new(clouds: Vec<Cloud>, okta_orgs: Vec<OktaOrg>, clock: Arc<dyn Clock>) -> Self {
        Self::with_limits(clouds, okta_orgs, clock, Limits::default())
    }

    /// With other waits and sizes than the usual ones.
    pub fn with_limits(
        clouds: Vec<Cloud>,
        okta_orgs: Vec<OktaOrg>,
        clock: Arc<dyn Clock>,
        limits: Limits,
    ) -> Self {
        Self {
            clouds,
            okta_orgs,
            clock,
            limits,
        }
    }

    /// Id and name of every cloud a customer may choose.
    pub fn clouds(&self) -> Vec<(String, String)> {
        self.clouds
            .iter()
            .map(|cloud| (cloud.id.clone(), cloud.name.clone()))
            .collect()
    }

    /// A connection without a time limit of its own. Checks what was entered; the first call signs in.
    pub fn connect(
        &self,
        values: &ProviderValues,
        secrets: &Secrets,
    ) -> Result<Box<dyn DirectoryReader>, ProviderError> {
        self.connect_for_run(values, secrets, &RunBudget::default())
    }

    /// A connection for one run, which can be cancelled and ends by itself.
    pub fn connect_for_run(
        &self,
        values: &ProviderValues,
        secrets: &Secrets,
        _budget: &RunBudget,
    ) -> Result<Box<dyn DirectoryReader>, ProviderError> {
        for kind in domain::provider::SecretKind::of(values.auth) {
            secrets.required(*kind)?;
        }
        Err(ProviderError::UnknownCloud {
            cloud: values.cloud.clone(),
        })
    }

    /// The staged connection test (domain 3.1). Runs on unsaved values too; it never fails, it reports.
    pub async fn test(
        &self,
        values: &ProviderValues,
        secrets: &Secrets,
        _mapping: &DataMapping,
        _scope: &Scope,
    ) -> ConnectionReport {
        let failed = self.connect(values, secrets).err();
        ConnectionReport {
            at: self.clock.now(),
            stages: vec![StageResult {
                stage: ConnectionStage::Reach,
                verdict: Verdict::Failed,
                took_ms: 0,
                seen: String::new(),
                advice: failed.map(|error| error.advice()),
            }],
            sample: None,
            tenant_id: None,
            tenant_name: None,
        }
    }
}
