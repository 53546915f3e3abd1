//! The queue's worker: claims jobs, keeps their leases, retries, and stops in an orderly way. Knows no business.
//!
//! A job is claimed under a lease that is renewed every third of its length. Losing it cancels the work at once, and
//! the fence keeps what was under way from being written. Going down gives the job back, so that another process, or
//! this one when it is up again, goes on within a second.

mod lease;
mod runner;

pub use lease::Lease;
pub use runner::{Handler, Job, JobError, Runner, RunnerOptions, Wake};
