//! One line by itself (F-22 to F-24, R-01 to R-18, D-09), without a look at other lines, People or the directory.

use std::borrow::Cow;

use domain::user_mapping::{Column, Domains, Finding, FindingCode as Code, Severity};
use domain::{Provider, Username};

use super::cell::{self, Name};
use super::holds;
use super::kinds::Kinds;
use super::layout::Layout;
use super::records::{Record, Text};
use super::target::{Target, TargetRead};
use crate::username;

/// How the migration begins the username of an account that is on its way (M-03): nobody may have it.
pub const TEMPORARY_PREFIX: &str = "usersync-moving-";

/// Usernames of the system: nobody is renamed to one, nor given one by hand.
const RESERVED: &[&str] = &[
    "admin",
    "administrator",
    "root",
    "system",
    "sysadmin",
    "guest",
    "anonymous",
    "nobody",
    "null",
];

/// What Entra puts in place of a domain that is not verified.
const CLOUD: &str = ".onmicrosoft.com";

/// How much of a line is shown.
const SHOWN_CHARS: usize = 120;

/// What a line is checked against, beside itself.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    /// The directory that is connected.
    pub provider: Provider,
    /// The sync takes usernames from the provider's sign-in names, so that the rules for those hold.
    pub by_sign_in_name: bool,
    /// The domains of the usernames that the test sync found, in lower case; empty: not known.
    pub domains: &'a Domains,
}

/// A line with both usernames in their stored form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a> {
    pub line: u64,
    pub existing: &'a Name<'a>,
    /// What the account is called afterwards: the existing username where it is kept, nothing where that is not
    /// said.
    pub new: &'a Name<'a>,
    pub target: Target,
    /// A problem was found.
    pub is_wrong: bool,
}

/// The rules of one file's lines.
pub(super) struct Rules<'a> {
    around: Surroundings<'a>,
    /// The sign for "at" and the domain of a new username before, if nothing was to be said of it: mostly the next has the
    /// same.
    domain: String,
}

impl<'a> Rules<'a> {
    pub(super) const fn new(around: Surroundings<'a>) -> Self {
        Self {
            around,
            domain: String::new(),
        }
    }

    /// Reads the cells of a line, and hands it on if they say whose line it is. (To give it back would mean to move it.)
    #[inline]
    pub(super) fn read(
        &mut self,
        line: u64,
        cells: (Text<'_>, Text<'_>),
        target: &TargetRead,
        found: &mut dyn FnMut(Finding),
        each: impl FnOnce(Row<'_>),
    ) {
        let mut is_wrong = false;
        let mut tell = |column, severity, code, text| {
            is_wrong |= severity == Severity::Error;
            found(Finding {
                line,
                column,
                severity,
                code,
                other: None,
                text,
            });
        };
        let existing = cell::username(cells.0, &mut |severity, code, text| {
            tell(Some(Column::Existing), severity, code, text);
        });
        let new = cell::username(cells.1, &mut |severity, code, text| {
            tell(Some(Column::New), severity, code, text);
        });
        if let Some((severity, code, text)) = &target.finding {
            tell(Some(Column::Target), *severity, *code, Some(text.clone()));
        }
        if existing.text.is_empty() {
            tell(Some(Column::Existing), Severity::Error, Code::ExistingEmpty, None);
            return;
        }
        if let Some(meant) = behind_domain(&existing) {
            let meant = Some(meant.to_owned());
            // Whether somebody is called that is known when it is looked up.
            tell(
                Some(Column::Existing),
                Severity::Notice,
                Code::DomainPrefix,
                meant,
            );
        }
        let target = target.target;
        let new = if new.text.is_empty() {
            without_new((&existing, &new), target, &mut tell)
        } else {
            let is_new_form = existing.kinds.has(Kinds::NOT_ASCII) && existing.text == new.text;
            if is_new_form && cells.0.text.trim() != cells.1.text.trim() {
                tell(Some(Column::New), Severity::Notice, Code::UnicodeOnly, None);
            }
            self.both(&existing, &new, target, &mut tell);
            &new
        };
        each(Row {
            line,
            existing: &existing,
            new,
            target,
            is_wrong,
        });
    }

    /// What the two usernames say together (R-06, R-08, R-11 to R-17, D-09).
    #[inline]
    fn both(&mut self, existing: &Name<'_>, new: &Name<'_>, target: Target, tell: Tell<'_>) {
        let renames = !existing.is_same(new);
        if target == Target::Left {
            if renames {
                tell(Some(Column::New), Severity::Error, Code::OldDirectory, None);
            }
            return;
        }
        if renames || target != Target::Local {
            self.new_name(new, target, renames, &mut |severity, code, text| {
                tell(Some(Column::New), severity, code, text);
            });
        }
        if renames && target == Target::Local {
            tell(None, Severity::Notice, Code::LocalRenamed, None);
        }
    }

    /// whether the new directory, and we, can have this username.
    #[inline]
    fn new_name(&mut self, new: &Name<'_>, target: Target, renames: bool, found: cell::Found<'_>) {
        if renames && is_temporary(new) {
            found(Severity::Error, Code::Placeholder, Some(new.text.to_string()));
        }
        if !self.is_usual(new) {
            self.unusual_name(new, target, renames, found);
        }
    }

    #[inline(never)]
    fn unusual_name(&mut self, new: &Name<'_>, target: Target, renames: bool, found: cell::Found<'_>) {
        let is_local = target == Target::Local;
        if renames && is_reserved(new) {
            found(Severity::Error, Code::Reserved, Some(new.text.to_string()));
        }
        if new.kinds.has(Kinds::BLANK.and(Kinds::NOT_ASCII)) && new.text.contains(char::is_whitespace) {
            if !is_local {
                found(Severity::Error, Code::BlankInside, None);
            }
            return;
        }
        if self.around.by_sign_in_name {
            self.as_sign_in_name(new, target, found);
        }
        if !is_local {
            self.domain_of(new, found);
        }
    }

    /// What the provider allows as a sign-in name.
    fn as_sign_in_name(&self, new: &Name<'_>, target: Target, found: cell::Found<'_>) {
        // Where it goes may still be said (D-05).
        let grave = match target {
            Target::Default | Target::Connected => Severity::Error,
            Target::Local | Target::Left | Target::Unclear => Severity::Warning,
        };
        match self.around.provider {
            Provider::Entra => {
                if let Some(problem) = not_a_principal_name(new) {
                    found(grave, Code::NotAPrincipalName, Some(problem));
                }
            }
            Provider::Okta => {
                let chars = new.text.chars().count();
                if !(5..=100).contains(&chars) {
                    let problem = format!("it has {chars} characters, and 5 to 100 are allowed");
                    found(grave, Code::NotALogin, Some(problem));
                } else if target != Target::Local && !domain::text::is_address(&new.text) {
                    found(Severity::Warning, Code::NotAnAddress, None);
                }
            }
        }
    }

    /// Whether nothing can be said of it, since it is plain and has the domain of one before.
    fn is_usual(&self, name: &Name<'_>) -> bool {
        let user = name.text.strip_suffix(self.domain.as_str());
        // Without an end before the end, so that many bytes are looked at together.
        let has_at = |user: &str| user.bytes().fold(0, |any, byte| any | u8::from(byte == b'@')) != 0;
        !self.domain.is_empty()
            && name.kinds.are_only(Kinds::CAPITAL)
            && name.text.len() <= 100
            && user
                .is_some_and(|user| (4..=64).contains(&user.len()) && !user.ends_with('.') && !has_at(user))
    }

    ///
    fn domain_of(&mut self, new: &Name<'_>, found: cell::Found<'_>) {
        let known = self.around.domains;
        let at = memchr::memrchr(b'@', new.text.as_bytes());
        let Some((name, domain)) = at.and_then(|at| sides(&new.text, at)) else {
            return;
        };
        let is_guest = || {
            let mut windows = name.as_bytes().windows(5);
            windows.any(|window| window.eq_ignore_ascii_case(b"#ext#"))
        };
        if new.kinds.has(Kinds::SIGN) && is_guest() {
            found(Severity::Warning, Code::Guest, None);
            return;
        }
        let end = domain.len().saturating_sub(CLOUD.len());
        if domain
            .get(end..)
            .is_some_and(|end| end.eq_ignore_ascii_case(CLOUD))
        {
            found(Severity::Warning, Code::CloudDomain, None);
            return;
        }
        if known.is_empty() || known.contains(domain) {
            self.domain.clear();
            if (1..=48).contains(&domain.len()) {
                self.domain.push('@');
                self.domain.push_str(domain);
            }
            return;
        }
        let domain = unicode::lower(domain);
        if !known.contains(&domain) {
            found(Severity::Warning, Code::UnknownDomain, Some(domain));
        }
    }
}

/// What is said of a record that is no line, because of this ([`fault`]).
pub(super) fn unreadable(record: &Record<'_>, fault: Code) -> Finding {
    let text = (fault == Code::TooManyCells).then(|| record.raw().chars().take(SHOWN_CHARS).collect());
    Finding {
        line: record.line,
        column: None,
        severity: Severity::Error,
        code: fault,
        other: None,
        text,
    }
}

type Tell<'a> = &'a mut dyn FnMut(Option<Column>, Severity, Code, Option<String>);

/// F-22 to F-24: why the record is no line with the cells it needs.
#[inline]
pub(super) fn fault(record: &Record<'_>, layout: &Layout) -> Option<Code> {
    let columns = &layout.columns;
    let is_comment = || {
        let first = record.cell(0).text.trim_start();
        first.starts_with('#') && !cell::is_error_value(first)
    };
    if record.stray_quote {
        Some(Code::StrayQuote)
    } else if columns.existing == 0 && record.cell(0).kinds.has(Kinds::SIGN) && is_comment() {
        Some(Code::CommentLine)
    } else if record.len() <= columns.existing.max(columns.new) {
        Some(Code::TooFewCells)
    } else if !record.is_blank_from(layout.width) {
        Some(Code::TooManyCells)
    } else {
        None
    }
}

/// the new username where none is given.
fn without_new<'a>(
    (existing, nothing): (&'a Name<'a>, &'a Name<'a>),
    target: Target,
    tell: Tell<'_>,
) -> &'a Name<'a> {
    if target == Target::Local {
        tell(Some(Column::New), Severity::Notice, Code::KeepsName, None);
        existing
    } else if target == Target::Left {
        existing
    } else {
        tell(Some(Column::New), Severity::Error, Code::NewEmpty, None);
        nothing
    }
}

/// The part of `DOMAIN\user` that is the username.
fn behind_domain<'a>(name: &'a Name<'_>) -> Option<&'a str> {
    if !name.kinds.has(Kinds::BACKSLASH) {
        return None;
    }
    let (_, user) = name.text.split_once('\\')?;
    Some(user).filter(|user| !user.is_empty())
}

/// R-16, for a username that is typed for a new account.
pub fn is_reserved_username(username: &Username) -> bool {
    let text = username.as_str();
    is_reserved(&Name {
        text: Cow::Borrowed(text),
        kinds: Kinds::of(text),
    })
}

/// By its key, as everything that tells accounts apart.
fn is_reserved(name: &Name<'_>) -> bool {
    if name.kinds.has(Kinds::NOT_ASCII) {
        let mut key = String::new();
        username::key_into(&name.text, &mut key);
        RESERVED.contains(&key.as_str())
    } else {
        RESERVED
            .iter()
            .any(|reserved| reserved.eq_ignore_ascii_case(&name.text))
    }
}

/// By its key, as everything that tells accounts apart.
fn is_temporary(name: &Name<'_>) -> bool {
    if name.kinds.has(Kinds::NOT_ASCII) {
        let mut key = String::new();
        username::key_into(&name.text, &mut key);
        key.starts_with(TEMPORARY_PREFIX)
    } else {
        let (text, prefix) = (name.text.as_bytes(), TEMPORARY_PREFIX.as_bytes());
        // The first letter first: hardly any username gets further.
        text.first().map(u8::to_ascii_lowercase) == prefix.first().copied()
            && text
                .get(..prefix.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
    }
}

/// What stands before a sign of one byte, and what behind.
fn sides(text: &str, sign: usize) -> Option<(&str, &str)> {
    Some((text.get(..sign)?, text.get(sign + 1..)?))
}

/// why Entra cannot have it (Microsoft: "username policies": characters and lengths of a user principal name).
fn not_a_principal_name(name: &Name<'_>) -> Option<String> {
    let (text, legal) = (&*name.text, Kinds::CAPITAL.and(Kinds::SIGN));
    if !name.kinds.are_only(legal) {
        let mut chars = text.chars();
        return chars
            .find(|c| !c.is_ascii_alphanumeric() && !holds("'.-_!#^~@", *c))
            .map(|c| format!("it holds “{c}”"));
    }
    let at = memchr::memchr(b'@', text.as_bytes());
    let Some((user, domain)) = at.and_then(|at| sides(text, at)) else {
        return Some("it has no @ with a domain behind".to_owned());
    };
    if holds(domain, '@') {
        Some("it has more than one @".to_owned())
    } else if user.is_empty() || domain.is_empty() {
        Some("one side of the @ is empty".to_owned())
    } else if user.ends_with('.') {
        Some("it has a dot just before the @".to_owned())
    } else if user.len() > 64 {
        Some("it has more than 64 characters before the @".to_owned())
    } else if domain.len() > 48 {
        Some("it has more than 48 characters after the @".to_owned())
    } else {
        // 64, the sign and 48 are the 113 it may have in all.
        None
    }
}
