//! The rules of mapping files, each under its id.

mod bytes;
mod columns;
mod ends;
mod graph;
mod people;
mod properties;
mod rows;
mod snapshot;
mod targets;
mod text;
mod with_people;

use domain::Provider;
use domain::user_mapping::{Domains, Finding, FindingCode, Rejection, Severity};

use super::{Check, Checked, HEAD_BYTES, Layout, Sink, Surroundings, layout};

/// What a file is checked against.
#[derive(Clone)]
struct Scene {
    provider: Provider,
    domains: Domains,
    old: Vec<String>,
    by_sign_in_name: bool,
    limit: u64,
    seed: u64,
    /// How many bytes of the text come at once.
    piece: usize,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            provider: Provider::Entra,
            domains: Domains::default(),
            old: vec!["Active Directory (contoso.local)".to_owned()],
            by_sign_in_name: true,
            limit: 1_000_000,
            seed: 7,
            piece: usize::MAX,
        }
    }
}

impl Scene {
    fn okta() -> Self {
        Self {
            provider: Provider::Okta,
            ..Self::default()
        }
    }

    /// All findings, in the order of lines.
    fn check(&self, text: &str) -> Result<(Checked, Vec<Finding>), Rejection> {
        let head = text.get(..text.floor_char_boundary(HEAD_BYTES)).unwrap_or(text);
        self.check_as(text, &layout(head, None)?)
    }

    /// The same, of a file of this layout.
    fn check_as(&self, text: &str, layout: &Layout) -> Result<(Checked, Vec<Finding>), Rejection> {
        let around = Surroundings {
            provider: self.provider,
            by_sign_in_name: self.by_sign_in_name,
            domains: &self.domains,
        };
        let mut all = Found::default();
        let mut check = Check::new(layout, around, &self.old, self.limit, self.seed);
        let mut rest = text;
        while !rest.is_empty() {
            let cut = rest
                .char_indices()
                .map(|(place, _)| place)
                .find(|place| *place >= self.piece)
                .unwrap_or(rest.len());
            let (piece, behind) = rest.split_at(cut);
            check.feed(piece, &mut all)?;
            rest = behind;
        }
        let checked = check.finish(&mut all)?;
        all.0.sort();
        Ok((checked, all.0))
    }

    /// Line, severity and code of every finding.
    fn codes(&self, text: &str) -> Vec<(u64, Severity, FindingCode)> {
        let (_, all) = self.check(text).expect("a file that can be read");
        all.iter()
            .map(|finding| (finding.line, finding.severity, finding.code))
            .collect()
    }

    /// The findings of one line below the headings.
    fn line(&self, line: &str) -> Vec<(Severity, FindingCode)> {
        let text = format!("existing_username,new_username,target_directory\n{line}\n");
        self.codes(&text)
            .into_iter()
            .map(|(_, severity, code)| (severity, code))
            .collect()
    }
}

#[derive(Default)]
struct Found(Vec<Finding>);

impl Sink for Found {
    fn line(&mut self, _line: u64, _existing: &str, _new: &str, _target: &str) {}

    fn finding(&mut self, finding: Finding) {
        self.0.push(finding);
    }
}

/// The findings of one line where Entra is connected.
fn line(line: &str) -> Vec<(Severity, FindingCode)> {
    Scene::default().line(line)
}
