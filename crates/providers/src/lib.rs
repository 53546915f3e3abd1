//! Reading Microsoft Entra ID and Okta: one trait ([`DirectoryReader`]), one HTTP client underneath, and the staged
//! connection test. Knows nothing of People, of matching or of storage.

mod advice;
mod auth;
mod codes;
mod entra;
mod error;
mod fetch;
mod http;
mod okta;
mod providers;
mod read;
mod secrets;
mod settings;
mod stages;
mod values;

pub use auth::certificate_expiry;
pub use error::{Cause, ProviderError, Reading};
pub use okta::okta_domain;
pub use providers::{Providers, RunBudget};
pub use read::{AttributeNames, Cursor, DirectoryReader, Next, Page, TenantInfo, UserEntry};
pub use secrets::Secrets;
pub use settings::{Cloud, Limits, OktaOrg, built_in_clouds};
