//! What can go wrong in a use case.

use domain::UserError;
use providers::ProviderError;
use store::StoreError;

/// A failed use case: a refusal the user may read, or something for the log.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    #[error("refused")]
    User(#[source] UserError),
    #[error("the store failed")]
    Store(#[source] StoreError),
    #[error("the provider failed")]
    Provider(#[source] ProviderError),
    /// Anything else; `context` says what was being done.
    #[error("{context}")]
    Internal {
        context: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl ServiceError {
    pub fn internal(
        context: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::Internal {
            context,
            source: source.into(),
        }
    }

    /// What the user may be told. `reference` is called only for what they may not: it makes the reference under
    /// which the caller logs the chain.
    pub fn into_user(self, reference: impl FnOnce(&Self) -> String) -> UserError {
        match self {
            ServiceError::User(error) => error,
            ServiceError::Store(StoreError::Stale { .. }) => UserError::Changed,
            other => {
                let reference = reference(&other);
                UserError::Internal { reference }
            }
        }
    }
}

impl From<UserError> for ServiceError {
    fn from(error: UserError) -> Self {
        ServiceError::User(error)
    }
}

// The store's and the provider's errors name their statement or call themselves, so no context is lost.
impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        ServiceError::Store(error)
    }
}

impl From<ProviderError> for ServiceError {
    fn from(error: ProviderError) -> Self {
        ServiceError::Provider(error)
    }
}
