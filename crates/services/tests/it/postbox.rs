//! A mail server of the tests: keeps what it is given, or refuses it.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use services::mail::{Mail, MailError, Mailer, OutgoingLetter};

/// The console's address in letters.
pub(crate) const CONSOLE: &str = "https://console.example";

/// Letters stay in the console.
pub(crate) fn no_mail() -> Mail {
    Mail {
        console: CONSOLE.to_owned(),
        mailer: None,
    }
}

#[derive(Default)]
struct Kept {
    letters: Vec<OutgoingLetter>,
    /// What is answered to the next letters instead of taking them.
    refusals: Vec<MailError>,
}

/// Where letters arrive.
#[derive(Clone, Default)]
pub(crate) struct Postbox(Arc<Mutex<Kept>>);

impl Postbox {
    pub(crate) fn mail(&self) -> Mail {
        Mail {
            console: CONSOLE.to_owned(),
            mailer: Some(Arc::new(self.clone())),
        }
    }

    pub(crate) fn letters(&self) -> Vec<OutgoingLetter> {
        self.kept(|kept| kept.letters.clone())
    }

    /// The next letter is answered with this.
    pub(crate) fn refuse(&self, what: &str, is_final: bool) {
        let what = what.to_owned();
        self.kept(|kept| kept.refusals.push(MailError { what, is_final }));
    }

    fn kept<T>(&self, look: impl FnOnce(&mut Kept) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[async_trait]
impl Mailer for Postbox {
    async fn send(&self, letter: &OutgoingLetter) -> Result<(), MailError> {
        self.kept(|kept| {
            if let Some(refusal) = kept.refusals.pop() {
                return Err(refusal);
            }
            kept.letters.push(letter.clone());
            Ok(())
        })
    }
}
