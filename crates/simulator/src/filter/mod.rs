//! Filters of both providers.
