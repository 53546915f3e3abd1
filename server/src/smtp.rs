//! Letters by SMTP (RFC 5321): the one mailer there is.

use std::time::Duration;

use async_trait::async_trait;
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;
use services::mail::{MailError, Mailer, OutgoingLetter};

use crate::config::MailServer;

/// How long the mail server may take for one letter.
const PATIENCE: Duration = Duration::from_secs(30);
/// Port of submission with STARTTLS (RFC 6409).
const SUBMISSION: u16 = 587;
/// Port of submission over TLS (RFC 8314).
const SUBMISSIONS: u16 = 465;

/// A mail server.
#[derive(Debug)]
pub struct Smtp {
    server: MailServer,
    /// The right side of Message-IDs: the console's host.
    host: String,
}

impl Smtp {
    /// `host` is the console's, for Message-IDs.
    pub fn new(server: MailServer, host: &str) -> Self {
        Self {
            server,
            host: host.to_owned(),
        }
    }

    /// A connection of its own for every letter: they are rare, and what trusts whom may change meanwhile.
    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailError> {
        let server = &self.server;
        let name = server.server.host_str().unwrap_or_default();
        // An IPv6 address stands in brackets in a URL, and without them everywhere else.
        let name = name.trim_start_matches('[').trim_end_matches(']');
        let parameters = TlsParameters::new(name.to_owned()).map_err(|error| translated(&error))?;
        let (tls, port) = match (server.server.scheme(), server.plain) {
            ("smtps", _) => (Tls::Wrapper(parameters), SUBMISSIONS),
            (_, true) => (Tls::None, SUBMISSION),
            (_, false) => (Tls::Required(parameters), SUBMISSION),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(name)
            .port(server.server.port().unwrap_or(port))
            .tls(tls)
            .timeout(Some(PATIENCE));
        if let Some((username, password)) = &server.credentials {
            let password = password.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(username.clone(), password));
        }
        Ok(builder.build())
    }

    /// Whether the server answers and takes our name and password.
    pub async fn try_out(&self) -> Result<(), MailError> {
        match self.transport()?.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(MailError {
                what: "The mail server does not answer.".to_owned(),
                is_final: false,
            }),
            Err(error) => Err(translated(&error)),
        }
    }

    fn message(&self, letter: &OutgoingLetter) -> Result<Message, MailError> {
        let never = |what: String| MailError { what, is_final: true };
        let address: Address = letter
            .to_email
            .parse()
            .map_err(|error| never(format!("The e-mail address is not right: {error}.")))?;
        let name = Some(letter.to_name.clone()).filter(|name| !name.is_empty());
        Message::builder()
            .from(self.server.from.clone())
            .to(Mailbox::new(name, address))
            .subject(&letter.subject)
            .message_id(Some(format!("<{}@{}>", letter.id, self.host)))
            // No answers by machines (RFC 3834).
            .raw_header(lettre::message::header::HeaderValue::new(
                lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".to_owned(),
            ))
            .multipart(MultiPart::alternative_plain_html(
                letter.text.expose_secret().to_owned(),
                letter.html.expose_secret().to_owned(),
            ))
            .map_err(|error| never(format!("The letter could not be put together: {error}.")))
    }
}

#[async_trait]
impl Mailer for Smtp {
    async fn send(&self, letter: &OutgoingLetter) -> Result<(), MailError> {
        let message = self.message(letter)?;
        self.transport()?
            .send(message)
            .await
            .map(|_| ())
            .map_err(|error| translated(&error))
    }
}

/// What the mail server said, in its own words. A refused name or password is the operator's to mend, so such a letter
/// waits, although the server's answer is a final one.
fn translated(error: &lettre::transport::smtp::Error) -> MailError {
    let code = error.status().map(|status| status.to_string());
    let of_sign_in = code
        .as_deref()
        .is_some_and(|code| matches!(code, "530" | "534" | "535" | "538"));
    MailError {
        what: format!("The mail server did not take it: {}.", domain::text::chain(error)),
        is_final: error.is_permanent() && !of_sign_in,
    }
}
