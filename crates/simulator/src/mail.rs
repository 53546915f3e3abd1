//! A mail server that delivers to nobody: it takes letters by SMTP (RFC 5321, as much as a sender needs) and shows them
//! on a page, so that whoever tries the product sees what it sends.

use crate::SimulatorError;
use crate::wire::escape;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use mail_parser::{Message, MessageParser};
use serde::Serialize;
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// The largest letter taken, and the longest line of a command.
const MAX_LETTER: usize = 1024 * 1024;
const MAX_LINE: u64 = 4096;
/// Letters kept; older ones are forgotten.
const KEPT: usize = 1_000;

/// A letter that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// 1 for the first one of this server.
    pub number: usize,
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    pub subject: String,
    pub message_id: String,
    pub text: String,
    pub html: String,
}

#[derive(Debug, Default)]
struct Kept {
    letters: Vec<Letter>,
    taken: usize,
}

/// A running mail server. Dropping it stops it.
#[derive(Debug)]
pub struct MailServer {
    /// Where letters are handed in, by SMTP without TLS.
    pub smtp: SocketAddr,
    /// Where they are shown, by HTTP without TLS.
    pub web: SocketAddr,
    kept: Arc<Mutex<Kept>>,
    stop: CancellationToken,
}

impl MailServer {
    /// Opens two free ports of this address and serves until dropped.
    ///
    /// # Errors
    /// When no port can be opened.
    pub async fn start(bind: IpAddr) -> Result<MailServer, SimulatorError> {
        let open = async || {
            let address = SocketAddr::new(bind, 0);
            let failed = |source| SimulatorError::Listen { address, source };
            let listener = TcpListener::bind(address).await.map_err(failed)?;
            let address = listener.local_addr().map_err(failed)?;
            Ok::<_, SimulatorError>((listener, address))
        };
        let ((smtp_listener, smtp), (web_listener, web)) = (open().await?, open().await?);
        let (kept, stop) = (Arc::<Mutex<Kept>>::default(), CancellationToken::new());
        tokio::spawn(take(smtp_listener, Arc::clone(&kept), stop.clone()));
        let pages = Router::new()
            .route("/", get(list))
            .route("/letters.json", get(as_json))
            .route("/letters/{number}", get(one))
            .with_state(Arc::clone(&kept));
        let until = stop.clone().cancelled_owned();
        tokio::spawn(async move {
            if let Err(error) = axum::serve(web_listener, pages)
                .with_graceful_shutdown(until)
                .await
            {
                tracing::warn!(%error, "the page of sent mail ended badly");
            }
        });
        Ok(MailServer {
            smtp,
            web,
            kept,
            stop,
        })
    }

    /// What was handed in so far, the oldest first.
    pub fn letters(&self) -> Vec<Letter> {
        locked(&self.kept).letters.clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

fn locked(kept: &Mutex<Kept>) -> std::sync::MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn take(listener: TcpListener, kept: Arc<Mutex<Kept>>, stop: CancellationToken) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move {
                    if let Err(error) = converse(stream, &kept).await {
                        tracing::debug!(%error, "an SMTP connection broke");
                    }
                });
            }
            Err(error) => tracing::warn!(%error, "a connection could not be accepted"),
        }
    }
}

/// One connection, command by command.
async fn converse(stream: TcpStream, kept: &Mutex<Kept>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    writer.write_all(b"220 simulated mail server\r\n").await?;
    let (mut from, mut to) = (String::new(), Vec::new());
    loop {
        let mut line = Vec::new();
        if (&mut reader).take(MAX_LINE).read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-simulated\r\n250-8BITMIME\r\n250 SMTPUTF8",
            "HELO" | "NOOP" => "250 OK",
            "RSET" => {
                (from, to) = (String::new(), Vec::new());
                "250 OK"
            }
            "MAIL" => {
                from = path_of(&line);
                "250 OK"
            }
            "RCPT" => {
                to.push(path_of(&line));
                "250 OK"
            }
            "DATA" if to.is_empty() => "503 RCPT first",
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                match data(&mut reader).await? {
                    Some(raw) => {
                        keep(kept, std::mem::take(&mut from), std::mem::take(&mut to), &raw);
                        "250 OK"
                    }
                    None => "552 too large",
                }
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "502 not known here",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}

/// The address in `MAIL FROM:<…>` and `RCPT TO:<…>`.
fn path_of(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or("", |(path, _)| path).to_owned()
}

/// What follows DATA, with the dots that hide dots taken away (RFC 5321, 4.5.2); `None` when it is too large.
async fn data(reader: &mut (impl AsyncBufReadExt + Unpin)) -> std::io::Result<Option<Vec<u8>>> {
    let (mut raw, mut too_large) = (Vec::new(), false);
    loop {
        let mut line = Vec::new();
        if reader.read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if matches!(line.as_slice(), b".\r\n" | b".\n") {
            return Ok((!too_large).then_some(raw));
        }
        too_large |= raw.len() + line.len() > MAX_LETTER;
        if !too_large {
            raw.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        }
    }
}

fn keep(kept: &Mutex<Kept>, from: String, to: Vec<String>, raw: &[u8]) {
    let message = MessageParser::default().parse(raw);
    let part = |look: fn(&Message<'_>) -> Option<String>| message.as_ref().and_then(look).unwrap_or_default();
    let mut kept = locked(kept);
    kept.taken += 1;
    let letter = Letter {
        number: kept.taken,
        from,
        to,
        subject: part(|message| message.subject().map(ToOwned::to_owned)),
        message_id: part(|message| message.message_id().map(ToOwned::to_owned)),
        text: part(|message| message.body_text(0).map(std::borrow::Cow::into_owned)),
        html: part(|message| message.body_html(0).map(std::borrow::Cow::into_owned)),
    };
    kept.letters.push(letter);
    if kept.letters.len() > KEPT {
        kept.letters.remove(0);
    }
}

async fn as_json(State(kept): State<Arc<Mutex<Kept>>>) -> Json<Vec<Letter>> {
    Json(locked(&kept).letters.clone())
}

async fn list(State(kept): State<Arc<Mutex<Kept>>>) -> Html<String> {
    let mut body = head("Sent mail");
    let kept = locked(&kept);
    if kept.letters.is_empty() {
        body.push_str("<p>No letter has left yet. Reload this page after something that is told by mail: an invitation, a comment, a held run.</p>");
    } else {
        body.push_str("<table><thead><tr><th>No.<th>To<th>Subject</thead><tbody>");
    }
    for letter in kept.letters.iter().rev() {
        let _ = write!(
            body,
            "<tr><td>{0}<td>{1}<td><a href=\"/letters/{0}\">{2}</a>",
            letter.number,
            escape(&letter.to.join(", ")),
            escape(&letter.subject)
        );
    }
    Html(body)
}

async fn one(State(kept): State<Arc<Mutex<Kept>>>, Path(number): Path<usize>) -> Response {
    let found = locked(&kept)
        .letters
        .iter()
        .find(|letter| letter.number == number)
        .cloned();
    let Some(letter) = found else {
        return (StatusCode::NOT_FOUND, Html(head("There is no such letter"))).into_response();
    };
    let mut body = head(&letter.subject);
    let _ = write!(
        body,
        "<p><a href=\"/\">All letters</a></p><p>To {}, from {}</p><h2>As HTML</h2><iframe title=\"The letter as HTML\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\" srcdoc=\"{}\"></iframe><h2>As text</h2><pre>{}</pre>",
        escape(&letter.to.join(", ")),
        escape(&letter.from),
        escape(&format!("<base target=_blank>{}", letter.html)),
        linked(&letter.text),
    );
    Html(body).into_response()
}

/// Text with its addresses as links.
fn linked(text: &str) -> String {
    let shown = |word: &str| {
        if word.starts_with("http://") || word.starts_with("https://") {
            format!("<a href=\"{0}\">{0}</a>", escape(word))
        } else {
            escape(word)
        }
    };
    let of_line = |line: &str| line.split(' ').map(shown).collect::<Vec<_>>().join(" ");
    text.lines().map(of_line).collect::<Vec<_>>().join("\n")
}

fn head(title: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{0}</title><style>{STYLE}</style><h1>{0}</h1>",
        escape(title)
    )
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.3rem;text-align:left;overflow-wrap:anywhere}iframe{width:100%;height:32rem;border:1px solid #ccc}pre{white-space:pre-wrap;overflow-wrap:anywhere}";
