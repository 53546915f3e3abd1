//! What must hold for whatever stands in a file. A target feeds these functions; a fault is a panic.

mod cell;
mod intake;
mod read;

pub use cell::cell;
pub use intake::intake;
