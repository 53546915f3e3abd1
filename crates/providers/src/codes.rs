//! The providers' own error codes. Decisions are made on these, never on texts (provider-apis 1.1, 1.2, 2.2).

use serde::Deserialize;

/// The shapes of an error body: Graph, OAuth (Entra and Okta), Okta's API. All fields optional, unknown ones ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ErrorBody {
    /// Graph: an object. OAuth: a word.
    error: ErrorField,
    error_description: Option<String>,
    error_codes: Vec<i64>,
    #[serde(rename = "errorCode")]
    okta_code: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
enum ErrorField {
    Graph(GraphError),
    Word(String),
    #[default]
    Absent,
}

#[derive(Debug, Deserialize)]
struct GraphError {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default, alias = "innererror", rename = "innerError")]
    inner: Option<Box<GraphError>>,
}

impl ErrorBody {
    pub(crate) fn parse(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    /// Entra's number, `AADSTSnnnnn` without the letters.
    pub(crate) fn aadsts(&self) -> Option<i64> {
        self.error_codes.first().copied().or_else(|| {
            let text = self.error_description.as_deref()?;
            let digits: String = text
                .strip_prefix("AADSTS")?
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            digits.parse().ok()
        })
    }

    /// OAuth's word: `invalid_client`.
    pub(crate) fn oauth(&self) -> Option<&str> {
        match &self.error {
            ErrorField::Word(word) => Some(word),
            _ => None,
        }
    }

    /// OAuth's sentence, only to tell apart what has no code of its own. Never shown or logged.
    pub(crate) fn description(&self) -> &str {
        self.error_description.as_deref().unwrap_or_default()
    }

    /// Graph's code, and the deeper ones after it.
    pub(crate) fn graph(&self) -> Vec<&str> {
        let mut codes = Vec::new();
        let mut level = match &self.error {
            ErrorField::Graph(error) => Some(error),
            _ => None,
        };
        while let Some(error) = level {
            if !error.code.is_empty() {
                codes.push(error.code.as_str());
            }
            level = error.inner.as_deref();
        }
        codes
    }

    /// Graph's message, only to find the attribute's name in it. Never shown or logged.
    pub(crate) fn graph_message(&self) -> &str {
        match &self.error {
            ErrorField::Graph(error) => &error.message,
            _ => "",
        }
    }

    /// `E0000011`
    pub(crate) fn okta(&self) -> Option<&str> {
        self.okta_code.as_deref()
    }

    /// The one code to show and to log.
    pub(crate) fn shown(&self) -> Option<String> {
        let text = self
            .aadsts()
            .map(|number| format!("AADSTS{number}"))
            .or_else(|| self.okta().map(str::to_owned))
            .or_else(|| self.graph().first().map(|code| (*code).to_owned()))
            .or_else(|| self.oauth().map(str::to_owned))?;
        // A code is a short word. Anything else is not one, and might hold what must not be logged.
        let plain = text.len() <= 80
            && text
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
        plain.then_some(text)
    }
}

/// The code in an error body, if there is one.
pub(crate) fn code_of(body: &[u8]) -> Option<String> {
    ErrorBody::parse(body).shown()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_shape_gives_its_code() {
        let cases: [(&str, &str); 6] = [
            (
                r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.","error_codes":[7000215]}"#,
                "AADSTS7000215",
            ),
            (
                r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired."}"#,
                "AADSTS7000222",
            ),
            (
                r#"{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges","innerError":{"date":"2025-02-13T10:17:06","request-id":"1"}}}"#,
                "Authorization_RequestDenied",
            ),
            (
                r#"{"errorCode":"E0000011","errorSummary":"Invalid token provided","errorCauses":[]}"#,
                "E0000011",
            ),
            (
                r#"{"error":"use_dpop_nonce","error_description":"Authorization server requires nonce"}"#,
                "use_dpop_nonce",
            ),
            (
                r#"{"error":{"code":"","innererror":{"code":"SyncStateNotFound"}}}"#,
                "SyncStateNotFound",
            ),
        ];
        for (body, code) in cases {
            assert_eq!(code_of(body.as_bytes()).as_deref(), Some(code), "{body}");
        }
        assert_eq!(code_of(b"<html>"), None);
        assert_eq!(code_of(br#"{"error":"a sentence with anna@contoso.com"}"#), None);
    }
}
