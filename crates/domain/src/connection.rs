//! The staged connection test (domain 3.1) and the advice it gives.

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::{ObjectId, Timestamp};

codes! {
    /// The stages, in order.
    pub enum ConnectionStage {
        Reach = "reach",
        Token = "token",
        Tenant = "tenant",
        ReadUsers = "read_users",
        ReadGroups = "read_groups",
        ReadAttributes = "read_attributes",
    }
}

impl ConnectionStage {
    pub const fn label(self) -> &'static str {
        match self {
            ConnectionStage::Reach => "Reach the provider",
            ConnectionStage::Token => "Sign in as the application",
            ConnectionStage::Tenant => "Right organisation",
            ConnectionStage::ReadUsers => "Read users",
            ConnectionStage::ReadGroups => "Read groups",
            ConnectionStage::ReadAttributes => "Read one person's mapped attributes",
        }
    }
}

codes! {
    pub enum Verdict {
        Passed = "passed",
        /// Works, but something should be known (C-10) or only part works (C-09).
        Warning = "warning",
        Failed = "failed",
        /// An earlier stage failed.
        NotRun = "not_run",
    }
}

/// What one stage found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageResult {
    pub stage: ConnectionStage,
    pub verdict: Verdict,
    pub took_ms: u64,
    /// One sentence of what was seen: "250 users can be read".
    pub seen: String,
    pub advice: Option<Advice>,
}

/// What to do about a problem: which field to correct, or which permission to grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advice {
    /// What is wrong, one sentence.
    pub problem: String,
    /// What to do, one or two sentences in the provider's own words.
    pub cure: String,
    /// The form field to correct (`tenant`, `client_id`, `client_secret`, ...), if it is one.
    pub field: Option<String>,
    /// The permission to grant, copyable, if it is one (C-06).
    pub permission: Option<String>,
    /// The provider's own code, for a search engine or a support call: `AADSTS7000215`, `E0000011`.
    pub code: Option<String>,
}

/// One connection test, kept with its date as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionReport {
    pub at: Timestamp,
    pub stages: Vec<StageResult>,
    /// The values of one real person's mapped attributes.
    pub sample: Option<SamplePerson>,
    /// The provider's own immutable id of the tenant or org, to notice a swap later (C-22).
    pub tenant_id: Option<String>,
    pub tenant_name: Option<String>,
}

impl ConnectionReport {
    /// Passed means: every stage did, warnings included (C-09: never a plain OK otherwise).
    pub fn passed(&self) -> bool {
        self.stages.len() == ConnectionStage::ALL.len()
            && self
                .stages
                .iter()
                .all(|s| matches!(s.verdict, Verdict::Passed | Verdict::Warning))
    }
    pub fn has_warnings(&self) -> bool {
        self.stages.iter().any(|s| s.verdict == Verdict::Warning)
    }
}

/// One real person and the attributes the data mapping asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplePerson {
    pub object_id: ObjectId,
    pub name: String,
    /// Attribute and its value, as text; `None` when empty.
    pub values: Vec<(String, Option<String>)>,
}
