//! Time is a parameter.

/// A moment in UTC. Stored with microseconds, which is what both databases keep.
pub type Timestamp = chrono::DateTime<chrono::Utc>;

/// Where the current time comes from. The server has the only real one; tests turn theirs by hand.
pub trait Clock: Send + Sync + 'static {
    /// Now, truncated to microseconds.
    fn now(&self) -> Timestamp;
}
