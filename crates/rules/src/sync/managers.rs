//! Whom Okta's `managerId` means. It is free text (domain 3.9): organisations fill it with the object id, the login,
//! the e-mail address or the employee number of the manager, in this order of preference.

use std::collections::HashMap;

use domain::{ObjectId, UsernameKey};

use crate::username;

/// Ways to name somebody, other than by object id: login, e-mail address, employee number.
const WAYS: usize = 3;

/// What one person may be called.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    pub object_id: &'a str,
    pub login: &'a str,
    pub mail: Option<&'a str>,
    pub employee_number: Option<&'a str>,
    /// Whether the last complete read contained them.
    pub present: bool,
}

#[derive(Clone, Debug, Default)]
enum Found {
    #[default]
    Nobody,
    One(ObjectId),
    Several,
}

/// Everybody a text may mean, first those who are present, in the order of the ways.
#[derive(Debug, Default)]
struct Wanted {
    /// As the directory spells it, each spelling once.
    texts: Vec<String>,
    found: [Found; 2 * WAYS],
}

/// Finds managers by the texts that name them; everybody of the directory is shown to it once.
#[derive(Debug, Default)]
pub struct ManagerSearch(HashMap<UsernameKey, Wanted>);

impl ManagerSearch {
    /// A search for these texts, which are nobody's object id.
    pub fn new(texts: impl IntoIterator<Item = String>) -> Self {
        let mut wanted: HashMap<UsernameKey, Wanted> = HashMap::new();
        for text in texts {
            wanted.entry(key(&text)).or_default().texts.push(text);
        }
        Self(wanted)
    }

    /// Takes note of one person.
    pub fn see(&mut self, names: &Names<'_>) {
        let ways = [Some(names.login), names.mail, names.employee_number];
        for (way, name) in ways.into_iter().enumerate() {
            let Some(wanted) = name.and_then(|name| self.0.get_mut(&key(name))) else {
                continue;
            };
            let place = if names.present { way } else { WAYS + way };
            let found = &mut wanted.found[place];
            *found = match found {
                Found::Nobody => Found::One(ObjectId::new(names.object_id)),
                Found::One(known) if known.as_str() == names.object_id => continue,
                Found::One(_) | Found::Several => Found::Several,
            };
        }
    }

    /// Whom each text means: the first way that finds anybody decides. `None`: it finds several people. Texts that
    /// nobody answers to are left out.
    pub fn meant(self) -> Vec<(String, Option<ObjectId>)> {
        let mut meant: Vec<_> = self
            .0
            .into_values()
            .flat_map(|wanted| {
                let first = wanted.found.into_iter().find_map(|found| match found {
                    Found::Nobody => None,
                    Found::One(id) => Some(Some(id)),
                    Found::Several => Some(None),
                });
                wanted
                    .texts
                    .into_iter()
                    .filter_map(move |text| Some((text, first.clone()?)))
            })
            .collect();
        meant.sort();
        meant
    }
}

/// Letter case and outer white space do not count, as in usernames.
fn key(name: &str) -> UsernameKey {
    username::key(&username::stored(name))
}
