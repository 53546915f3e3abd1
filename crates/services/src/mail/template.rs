//! How a letter looks, as text and as HTML.

use askama::Template;

use super::{Letter, Written};
use crate::ServiceError;

#[derive(Template)]
#[template(path = "letter.txt", escape = "none")]
struct Text<'a> {
    heading: &'a str,
    paragraphs: &'a [String],
    action: Option<(&'a str, String)>,
    reason: &'a str,
    console: &'a str,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Html<'a> {
    heading: &'a str,
    paragraphs: &'a [String],
    action: Option<(&'a str, String)>,
    reason: &'a str,
    console: &'a str,
}

/// Writes a letter in both forms; `console` is the address that local ones are put behind.
pub(super) fn write(letter: &Letter<'_>, console: &str) -> Result<Written, ServiceError> {
    let action = || {
        letter
            .action
            .map(|(label, path)| (label, format!("{console}{path}")))
    };
    let failed = |error| ServiceError::internal("a letter could not be written", error);
    let text = Text {
        heading: letter.subject,
        paragraphs: letter.paragraphs,
        action: action(),
        reason: letter.reason,
        console,
    };
    let html = Html {
        heading: letter.subject,
        paragraphs: letter.paragraphs,
        action: action(),
        reason: letter.reason,
        console,
    };
    Ok(Written {
        text: text.render().map_err(failed)?,
        html: html.render().map_err(failed)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_says_the_same_in_both_forms_and_html_is_escaped() {
        let letter = Letter {
            customer: None,
            to_name: "Anna",
            to_email: "anna@example.org",
            subject: "Run 12 is held <for you>",
            paragraphs: &[
                "30 people & more would be blocked.".to_owned(),
                "Decide.".to_owned(),
            ],
            action: Some(("Open run 12", "/c/contoso/runs/12?x=1&y=2")),
            reason: "You are a contact.",
            link: None,
        };
        let written = write(&letter, "https://sync.example.org").expect("written");
        insta::assert_snapshot!(written.text);
        assert!(
            written.html.contains("Run 12 is held &#60;for you&#62;"),
            "{}",
            written.html
        );
        assert!(written.html.contains("30 people &#38; more would be blocked."));
        assert!(
            written
                .html
                .contains("href=\"https://sync.example.org/c/contoso/runs/12?x=1&#38;y=2\"")
        );
        assert!(!written.html.contains("<for you>"));
    }
}
