//! Where links lead that leave the console.

use crate::Services;

/// How letters leave.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The console's own address, for the links in letters; without a slash at its end.
    pub console: String,
}

impl Services {
    /// A local address as somebody outside types it.
    pub(crate) fn address_of(&self, path: &str) -> String {
        format!("{}{path}", self.mail().console)
    }
}
