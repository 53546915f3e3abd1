//! Hand-written tables from which people, places and groups are made.

pub(crate) mod company;
pub(crate) mod names;
