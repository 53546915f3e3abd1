//! The use cases against both databases and the simulated providers.

mod sync_faults;
mod sync_life_cycle;
mod sync_safety;
mod world;
