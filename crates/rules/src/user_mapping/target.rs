//! What a value of `target_directory` means (D-01 to D-08). Names need not be precise: the guide promises that.

use domain::Provider;
use domain::people::Directory;
use domain::user_mapping::{FindingCode, Severity};

use super::letters;
use crate::nearest::letters_apart;

/// Where the account of a line belongs after the migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Nothing was said: the directory that is connected (D-01).
    Default,
    /// The directory that is connected, by name (D-03).
    Connected,
    /// People itself (D-02).
    Local,
    /// The directory that the intranet followed before: it stays there, and is left behind (D-06, P-13).
    Left,
    /// What is meant is still to be said.
    Unclear,
}

/// What was made of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetRead {
    pub target: Target,
    /// What is to be said about every line with this value.
    pub finding: Option<(Severity, FindingCode, String)>,
}

/// How much of a value is looked at.
pub(super) const CHARS: usize = 200;

/// Names of Entra, old and new, by their letters.
const ENTRA: &[&str] = &[
    "entra",
    "entraid",
    "microsoftentra",
    "microsoftentraid",
    "msentra",
    "msentraid",
    "azure",
    "azuread",
    "azureactivedirectory",
    "microsoftazure",
    "microsoftazuread",
    "azureentra",
    "azureentraid",
    "azureadentraid",
    "aad",
    "microsoft365",
    "office365",
    "m365",
    "o365",
    "microsoft",
];
const OKTA: &[&str] = &["okta", "oktaworkforce", "oktaidentity"];
/// Words for somebody who has left, and for nothing (D-07).
const NOT_A_DIRECTORY: &[&str] = &[
    "delete", "deleted", "leaver", "left", "remove", "na", "x", "none", "null", "nil", "no",
];

/// What of a value is looked at: no directory has so long a name, and what is left is told to be none.
pub(super) fn looked_at(value: &str) -> &str {
    let value = value.trim();
    let end = value.char_indices().nth(CHARS);
    end.and_then(|(end, _)| value.get(..end)).unwrap_or(value)
}

/// What this value means where `provider` is connected and the intranet followed `old` before.
pub fn read(value: &str, provider: Provider, old: &[String]) -> TargetRead {
    let value = value.trim();
    let name = letters(value);
    let clear = |target| TargetRead {
        target,
        finding: None,
    };
    let unclear = |severity, code, text: &str| TargetRead {
        target: Target::Unclear,
        finding: Some((severity, code, text.to_owned())),
    };
    if value.is_empty() {
        return clear(Target::Default);
    }
    if name == letters(Directory::LOCAL) {
        return clear(Target::Local);
    }
    if name.is_empty() || NOT_A_DIRECTORY.contains(&name.as_str()) {
        return unclear(Severity::Error, FindingCode::DeletionWord, value);
    }
    // Before the provider's names: the old directory may be called Azure.
    if old.iter().any(|old| letters(old) == name) {
        return TargetRead {
            target: Target::Left,
            finding: Some((Severity::Warning, FindingCode::LeftBehind, value.to_owned())),
        };
    }
    for known in Provider::ALL {
        if names(*known).contains(&name.as_str()) {
            return if *known == provider {
                clear(Target::Connected)
            } else {
                unclear(Severity::Error, FindingCode::OtherProvider, value)
            };
        }
    }
    if name == "ad" {
        return unclear(Severity::Warning, FindingCode::AmbiguousTarget, value);
    }
    match meant(&name, provider) {
        Some(meant) => unclear(Severity::Warning, FindingCode::TargetSlip, meant),
        None => unclear(Severity::Warning, FindingCode::UnknownTarget, value),
    }
}

const fn names(provider: Provider) -> &'static [&'static str] {
    match provider {
        Provider::Entra => ENTRA,
        Provider::Okta => OKTA,
    }
}

/// The directory that a misspelt name probably means (D-08): at most two letters away, of a name of four at least.
fn meant(name: &str, provider: Provider) -> Option<&'static str> {
    let near = |known: &&str| known.len() >= 4 && letters_apart(name, known) <= 2;
    if near(&"local") {
        return Some(Directory::LOCAL);
    }
    names(provider).iter().any(near).then(|| provider.label())
}
