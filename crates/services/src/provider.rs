//! The provider configuration: what is entered, tested and saved. Secrets come in and never go out (C-21).

pub(crate) mod expiry;
mod form;
mod save;
mod stored;
mod swap;
mod test;
mod view;

use std::time::Duration;

use providers::{ProviderError, RunBudget};

pub(crate) use stored::Connection;

/// How long a provider may keep somebody at a page waiting.
const PATIENCE: Duration = Duration::from_secs(20);

/// The budget of calls that somebody waits for.
pub(crate) fn while_somebody_waits() -> RunBudget {
    RunBudget {
        time: Some(PATIENCE),
        ..RunBudget::default()
    }
}

/// What went wrong and what to do about it, for somebody who waited.
pub(crate) fn what_to_do(failed: &ProviderError) -> String {
    if matches!(failed, ProviderError::DeadlinePassed) {
        return "The provider did not answer in time. Try again in a minute.".to_owned();
    }
    let advice = failed.advice();
    format!("{} {}", advice.problem, advice.cure)
}
