//! People: what is known about one, and how one is made from the seed and a position.

pub(crate) mod edge;
pub(crate) mod generate;
pub(crate) mod ids;
pub(crate) mod record;

pub(crate) use generate::Generator;
pub(crate) use record::{Attr, Life, Manager, Record, Status, Value};
