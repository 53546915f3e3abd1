//! A deployment: one pass through the guide, from "we want People to follow the directory" to "it does".
//!
//! Nothing here is stored as "done". What is known of a deployment are [`Facts`]: what the product has seen itself,
//! and, where it cannot see, what somebody has stated with date and evidence ([`Statement`]). From them follows where
//! every step stands ([`standing::of`]): whether it may be entered, whether its work is done, and, when it is neither,
//! what is missing. So a fact that changes re-opens what rests on it by itself.

pub mod effect;
pub mod facts;
pub mod standing;
mod words;

use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::{AccountId, Timestamp, codes};

pub use effect::Edit;
pub use facts::{Facts, Reopened};
pub use standing::{Standing, StepState};

codes! {
    /// The steps of the guide, in its order. The code is also the address below `/c/{customer}/`.
    pub enum Step {
        /// P1: the Login Handler is there; without it nobody who is synchronised can sign in.
        LoginHandler = "login-handler",
        /// P2: a local administrator can sign in when nothing else works.
        LocalAdmin = "local-admin",
        /// 1
        Module = "module",
        /// 2: the connection and its test.
        Provider = "provider",
        /// 2: everybody is read, nothing is written.
        TestSync = "test-sync",
        /// 3: is there a user directory already?
        Existing = "existing",
        /// 4
        UserMapping = "user-mapping",
        /// 5
        Migration = "migration",
        /// 6: who is synchronised.
        SecurityGroups = "groups",
        /// 6: which attribute feeds which field.
        DataMapping = "data-mapping",
        /// 6: which directory group feeds which People group.
        GroupSync = "group-sync",
        /// 6: previewed, then accepted by a person (S-03).
        FirstRun = "first-run",
        /// 6: it runs by itself.
        Schedule = "schedule",
        /// 7: is single sign-on configured already?
        Sso = "sso",
        /// 8a: it points to the old directory and has to point to the new one.
        ReconfigureSso = "sso-reconfiguration",
        /// 8b: it is set up for the first time.
        SetUpSso = "sso-set-up",
        /// 8: a real sign-in lands on the account it should, and nobody gets a second one.
        SignInCheck = "sign-in-check",
    }
}

codes! {
    /// Whose turn it is, or who performs a step.
    pub enum Responsibility {
        Customer = "customer",
        Staff = "staff",
        /// Both, at an appointment.
        Joint = "joint",
    }
}

impl Responsibility {
    /// Whether somebody with this role does the steps of this side. Viewers do none.
    pub const fn includes(self, role: Role) -> bool {
        match role {
            // Staff may act for a customer; the log says that they did.
            Role::Staff => true,
            Role::CustomerAdmin => !matches!(self, Responsibility::Staff),
            Role::Viewer => false,
        }
    }

    /// The side across the table; what is done together has none.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Responsibility::Customer => Responsibility::Staff,
            Responsibility::Staff => Responsibility::Customer,
            Responsibility::Joint => Responsibility::Joint,
        }
    }
}

impl Step {
    /// Its number: the guide's, and where the guide has one for several pages, with a part behind it.
    pub const fn number(self) -> &'static str {
        match self {
            Step::LoginHandler => "P1",
            Step::LocalAdmin => "P2",
            Step::Module => "1",
            Step::Provider => "2.1",
            Step::TestSync => "2.2",
            Step::Existing => "3",
            Step::UserMapping => "4",
            Step::Migration => "5",
            Step::SecurityGroups => "6.1",
            Step::DataMapping => "6.2",
            Step::GroupSync => "6.3",
            Step::FirstRun => "6.4",
            Step::Schedule => "6.5",
            Step::Sso => "7",
            Step::ReconfigureSso => "8.1",
            Step::SetUpSso => "8.2",
            Step::SignInCheck => "8.3",
        }
    }

    /// Who performs it.
    pub const fn performed_by(self) -> Responsibility {
        match self {
            Step::LoginHandler | Step::Module | Step::Migration | Step::Sso => Responsibility::Staff,
            Step::ReconfigureSso | Step::SetUpSso | Step::SignInCheck => Responsibility::Joint,
            _ => Responsibility::Customer,
        }
    }

    /// Whether its work is known only because somebody states it.
    pub const fn is_stated(self) -> bool {
        matches!(
            self,
            Step::LoginHandler
                | Step::Module
                | Step::ReconfigureSso
                | Step::SetUpSso
                | Step::SignInCheck
                | Step::DataMapping
                | Step::GroupSync
        )
    }

    /// Whether it stands above the lanes, before everything else.
    pub const fn is_prerequisite(self) -> bool {
        matches!(self, Step::LoginHandler | Step::LocalAdmin)
    }

    /// What must be done, or skipped, before this one may be entered. What only reads, or only prepares, waits for
    /// little; what writes to People or lets users in waits for everything (docs/adr/0013).
    pub const fn requires(self) -> &'static [Step] {
        match self {
            Step::LoginHandler
            | Step::LocalAdmin
            | Step::Module
            | Step::Provider
            | Step::Existing
            | Step::Sso => &[],
            Step::TestSync | Step::SecurityGroups | Step::GroupSync => &[Step::Provider],
            Step::DataMapping => &[Step::TestSync],
            Step::UserMapping => &[Step::Existing, Step::TestSync],
            Step::Migration => &[
                Step::LoginHandler,
                Step::LocalAdmin,
                Step::Module,
                Step::UserMapping,
            ],
            Step::FirstRun => &[
                Step::Provider,
                Step::Existing,
                Step::UserMapping,
                Step::Migration,
                Step::SecurityGroups,
            ],
            Step::Schedule => &[
                Step::LoginHandler,
                Step::LocalAdmin,
                Step::Module,
                Step::DataMapping,
                Step::GroupSync,
                Step::FirstRun,
            ],
            Step::ReconfigureSso | Step::SetUpSso => &[Step::Sso, Step::Schedule],
            Step::SignInCheck => &[Step::ReconfigureSso, Step::SetUpSso],
        }
    }
}

codes! {
    /// The answer to "Existing user directory?" (step 3).
    pub enum ExistingDirectory {
        /// People holds accounts that are to become those of the new directory.
        Existing = "existing",
        /// The sync makes everybody: no user mapping, no migration.
        BrandNew = "brand_new",
    }
}

codes! {
    /// The answer to "Single sign-on already configured?" (step 7).
    pub enum SsoBefore {
        /// With the previous directory.
        Configured = "configured",
        NotConfigured = "not_configured",
    }
}

/// What somebody said about a step, on the record. A later one of the same step takes its place; all are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub by: String,
    /// Staff who said it for a customer are named as staff.
    pub side: Responsibility,
    /// When it was put on record.
    pub at: Timestamp,
    pub said: Said,
}

/// What was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "said", rename_all = "snake_case")]
pub enum Said {
    /// The work is done.
    Done,
    /// It is not (any more): takes an earlier "done" back.
    NotDone,
    /// Step 3. `others` is how many accounts, beside local administrators, People held when it was said.
    Existing { answer: ExistingDirectory, others: u64 },
    /// P2: this local administrator has signed in to the intranet.
    SignedIn { account: AccountId },
    /// Step 7.
    Sso { answer: SsoBefore },
}

impl Said {
    /// What was said, as the record shows it.
    pub fn sentence(self) -> String {
        match self {
            Said::Done => "Done".into(),
            Said::NotDone => "Taken back: not done".into(),
            Said::Existing {
                answer: ExistingDirectory::Existing,
                ..
            } => "There is a user directory already".into(),
            Said::Existing {
                answer: ExistingDirectory::BrandNew,
                others: 0,
            } => "Brand new".into(),
            Said::Existing {
                answer: ExistingDirectory::BrandNew,
                others,
            } => format!(
                "Brand new, although People held {}",
                crate::numbers::plural(others, "account", "accounts")
            ),
            Said::SignedIn { .. } => "A local administrator has signed in".into(),
            Said::Sso {
                answer: SsoBefore::Configured,
            } => "Configured, with the previous directory".into(),
            Said::Sso {
                answer: SsoBefore::NotConfigured,
            } => "Not configured yet".into(),
        }
    }
}

#[cfg(test)]
mod tests;
