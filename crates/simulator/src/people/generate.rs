//! Makes the person at a position from the seed. Nothing is stored: a person costs about a microsecond, so
//! a million of them need no memory until someone changes one.

use super::edge::{self, Edge, Quirk};
use super::ids::{below, guid, guid_index, mix, okta, okta_index, wide};
use super::record::{Attr, Life, Manager, Record, Status};
use crate::Kind;
use crate::tables::company::{COMPANY, DEPARTMENTS, DOMAIN, INITIAL_DOMAIN, OFFICES, Office, PARTNERS};
use crate::tables::names::{LANGUAGES, Language, Name, PATTERN, ascii};
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeMap;

/// Direct reports of one manager among the generated people.
const SPAN: usize = 8;
/// How many generated people report directly to the heads of departments.
const LEADERS: usize = 96;
/// Longest `firstName` and `lastName` in Okta's base schema, in characters.
const OKTA_NAME: usize = 50;
/// 2025-06-30 00:00 UTC: no generated person was changed later.
const EPOCH: i64 = 1_751_241_600;

/// Makes people. Cheap to copy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Generator {
    pub(crate) kind: Kind,
    pub(crate) seed: u64,
    /// How many people the directory starts with.
    pub(crate) users: usize,
}

/// What can be told of a position without making the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traits {
    pub(crate) guest: bool,
    pub(crate) disabled: bool,
    /// Neither guest nor service account.
    pub(crate) employee: bool,
}

impl Generator {
    fn hash(self, index: usize, salt: u64) -> u64 {
        mix(self.seed ^ mix(wide(index)) ^ salt.wrapping_mul(0xA076_1D64_78BD_642F))
    }

    fn one_in(self, index: usize, salt: u64, n: usize) -> bool {
        below(self.hash(index, salt), n) == 0
    }

    fn id_seed(self) -> u64 {
        mix(self.seed ^ if self.kind == Kind::Entra { 0x0E17 } else { 0x0C7A })
    }

    /// The directory id of the person at a position.
    pub(crate) fn id(self, index: usize) -> String {
        match self.kind {
            Kind::Entra => guid(self.id_seed(), index).to_string(),
            Kind::Okta => okta("00u", self.id_seed(), index),
        }
    }

    /// The position a person's id stands for.
    pub(crate) fn index_of(self, id: &str) -> Option<usize> {
        match self.kind {
            Kind::Entra => guid_index(self.id_seed(), id),
            Kind::Okta => okta_index("00u", self.id_seed(), id),
        }
    }

    /// The id of the group (or other object) at a position.
    pub(crate) fn group_id(self, index: usize) -> String {
        match self.kind {
            Kind::Entra => guid(self.id_seed().rotate_left(7), index).to_string(),
            Kind::Okta => okta("00g", self.id_seed(), index),
        }
    }

    /// Latest `lastUpdated` a person has who was never changed.
    pub(crate) fn newest() -> DateTime<Utc> {
        DateTime::from_timestamp(EPOCH, 0).unwrap_or_default()
    }

    /// Quick facts about the person at a position (as generated, before any change).
    pub(crate) fn traits(self, index: usize) -> Traits {
        if let Some(edge) = edge::at(index) {
            let guest = matches!(edge.quirk, Quirk::Guest | Quirk::PendingGuest);
            let disabled = matches!(edge.quirk, Quirk::Disabled);
            let service = matches!(edge.quirk, Quirk::Service | Quirk::Disabled) && edge.given.is_none();
            return Traits {
                guest,
                disabled,
                employee: !guest && !service,
            };
        }
        // Nobody reports to those beyond the first eighth, so guests come from there.
        let guest = index > self.users / SPAN + edge::FIRST_GENERATED && self.one_in(index, 1, 40);
        let disabled = !guest && self.one_in(index, 2, 25);
        Traits {
            guest,
            disabled,
            employee: !guest,
        }
    }

    /// The manager of the person at a position. Managers come first, so the tree has no cycle but the
    /// hand-written one.
    pub(crate) fn manager(self, index: usize) -> Manager {
        let above = match edge::at(index).map(|edge| edge.quirk) {
            Some(Quirk::OwnManager) => index,
            Some(Quirk::Manager(other)) => other,
            Some(Quirk::ContactManager) => return Manager::Contact,
            Some(Quirk::Guest | Quirk::PendingGuest | Quirk::Service | Quirk::Bare) => return Manager::None,
            _ => match index {
                0 => return Manager::None,
                1..=12 => 0,
                _ if index < edge::FIRST_GENERATED => 1 + index % DEPARTMENTS.len(),
                _ if self.traits(index).guest => return Manager::None,
                _ => Self::generated_manager(index),
            },
        };
        if above < self.users {
            Manager::Person(above)
        } else {
            Manager::None
        }
    }

    fn generated_manager(index: usize) -> usize {
        let place = index - edge::FIRST_GENERATED;
        if place < LEADERS {
            1 + place % DEPARTMENTS.len()
        } else {
            edge::FIRST_GENERATED + (place - LEADERS) / SPAN
        }
    }

    /// The generated people who report to the generated person at a position.
    pub(crate) fn reports(index: usize) -> std::ops::Range<usize> {
        let first = edge::FIRST_GENERATED + LEADERS + (index - edge::FIRST_GENERATED) * SPAN;
        first..first + SPAN
    }

    /// The department of the person at a position: that of the head above them.
    pub(crate) fn department(index: usize) -> Option<usize> {
        if index == 0 || index == edge::BARE {
            return None;
        }
        let mut at = index;
        while at >= edge::FIRST_GENERATED {
            at = Self::generated_manager(at);
        }
        Some(if at <= DEPARTMENTS.len() {
            at - 1
        } else {
            at % DEPARTMENTS.len()
        })
    }

    /// The office of the person at a position.
    pub(crate) fn office(self, index: usize) -> usize {
        if index < edge::FIRST_GENERATED {
            return index % OFFICES.len();
        }
        let (language, _) = PATTERN[index % PATTERN.len()];
        // One in five works abroad.
        if self.one_in(index, 6, 5) {
            below(self.hash(index, 7), OFFICES.len())
        } else {
            LANGUAGES[language].office
        }
    }

    /// The person at a position, as the directory was first filled.
    pub(crate) fn person(self, index: usize) -> Record {
        let mut record = self.blank(index);
        match edge::at(index) {
            Some(edge) => self.fill_edge(&mut record, edge),
            None => self.fill_generated(&mut record),
        }
        if self.kind == Kind::Okta {
            self.as_okta(&mut record);
        }
        record
    }

    /// A person without any attribute.
    pub(crate) fn blank(self, index: usize) -> Record {
        let age = i64::try_from(below(self.hash(index, 3), 3_600)).unwrap_or(0);
        let changed = i64::try_from(below(self.hash(index, 4), 86_400 * 30)).unwrap_or(0);
        let created = Self::newest() - Duration::days(30 + age) + Duration::seconds(changed % 86_400);
        let updated = Self::newest() - Duration::seconds(changed);
        Record {
            index,
            id: self.id(index),
            principal: String::new(),
            values: Default::default(),
            enabled: Some(true),
            user_type: Some("Member"),
            external_state: None,
            status: Status::Active,
            manager: self.manager(index),
            synced: None,
            created,
            updated: updated.max(created),
            status_changed: created,
            life: Life::Present,
            extra: BTreeMap::new(),
        }
    }

    fn fill_edge(self, record: &mut Record, edge: &'static Edge) {
        let principal = match edge.local {
            local if local.contains("@contoso.") => local.to_owned(),
            local if local.contains('@') => guest_principal(local),
            local => format!("{local}@{DOMAIN}"),
        };
        record.set(Attr::DISPLAY_NAME, Some(edge.shown));
        record.set(Attr::GIVEN_NAME, edge.given);
        record.set(Attr::SURNAME, edge.surname);
        record.set(
            Attr::MAIL,
            Some(if edge.local.contains('@') {
                edge.local.to_owned()
            } else {
                principal.clone()
            }),
        );
        record.principal = principal;
        record.status = edge.status;
        if edge.quirk == Quirk::Bare {
            record.set(Attr::MAIL, None::<String>);
            return;
        }
        if self.traits(record.index).employee {
            self.fill_work(record);
        }
        apply_quirk(record, edge.quirk);
    }

    /// The names of the generated person at a position.
    fn names(self, index: usize) -> Names {
        let place = index - edge::FIRST_GENERATED;
        let (language, rank) = PATTERN[place % PATTERN.len()];
        let language = &LANGUAGES[language];
        let ordinal = (place / PATTERN.len()) * language.share + rank;
        let pairs = language.given.len() * language.surnames.len();
        // 7919 is prime and divides no number of pairs, so every pair is used once before a number is added.
        let pair = (ordinal % pairs * 7919 + below(self.seed, pairs)) % pairs;
        let given = &language.given[pair % language.given.len()];
        let surname = &language.surnames[pair / language.given.len()];
        let again = ordinal / pairs;
        let number = if again == 0 {
            String::new()
        } else {
            (again + 1).to_string()
        };
        Names {
            language,
            given,
            surname,
            number,
        }
    }

    fn guest_mail(self, index: usize, local: &str) -> String {
        format!("{local}@{}", PARTNERS[below(self.hash(index, 8), PARTNERS.len())])
    }

    /// The principal name of the person at a position, without the rest of the person.
    pub(crate) fn principal(self, index: usize) -> String {
        if index < edge::FIRST_GENERATED {
            return self.person(index).principal;
        }
        let local = self.names(index).local();
        match (self.traits(index).guest, self.kind) {
            (false, _) => format!("{local}@{DOMAIN}"),
            (true, Kind::Entra) => guest_principal(&self.guest_mail(index, &local)),
            (true, Kind::Okta) => self.guest_mail(index, &local),
        }
    }

    fn fill_generated(self, record: &mut Record) {
        let index = record.index;
        let names = self.names(index);
        let local = names.local();
        let Names {
            language,
            given,
            surname,
            number,
        } = names;
        let shown = match (language.surname_first, language.tag) {
            (true, "zh-CN") => format!("{}{}", surname.shown, given.shown),
            (true, _) => format!("{} {}", surname.shown, given.shown),
            (false, _) => format!("{} {}", given.shown, surname.shown),
        };
        record.set(Attr::DISPLAY_NAME, Some(shown));
        record.set(Attr::GIVEN_NAME, Some(given.shown));
        if !self.one_in(index, 5, 150) {
            record.set(Attr::SURNAME, Some(surname.shown));
        }
        record.set(Attr::LANGUAGE, Some(language.tag));
        let traits = self.traits(index);
        if traits.guest {
            let mail = self.guest_mail(index, &local);
            record.principal = guest_principal(&mail);
            record.set(Attr::MAIL, Some(mail));
            record.user_type = Some("Guest");
            record.external_state = Some(if self.one_in(index, 9, 4) {
                "PendingAcceptance"
            } else {
                "Accepted"
            });
            return;
        }
        record.principal = format!("{local}@{DOMAIN}");
        if !self.one_in(index, 10, 60) {
            let differs = self.one_in(index, 11, 30);
            let mail = if differs {
                format!("{}.{}{number}", surname.ascii, given.ascii)
            } else {
                local
            };
            record.set(Attr::MAIL, Some(format!("{mail}@{DOMAIN}")));
        }
        record.enabled = Some(!traits.disabled);
        record.status = self.status(index, traits.disabled);
        self.fill_work(record);
    }

    fn status(self, index: usize, disabled: bool) -> Status {
        let hash = below(self.hash(index, 12), 100);
        match (disabled, hash) {
            (true, 0..40) => Status::Deprovisioned,
            (true, 40..80) => Status::Suspended,
            (true, _) => Status::Staged,
            (false, 0..3) => Status::Provisioned,
            (false, 3..5) => Status::PasswordExpired,
            (false, 5..7) => Status::LockedOut,
            (false, 7) => Status::Recovery,
            (false, _) => Status::Active,
        }
    }

    /// Department, title, place and telephone of an employee.
    fn fill_work(self, record: &mut Record) {
        let index = record.index;
        let office = self.office(index);
        fill_office(record, &OFFICES[office]);
        record.set(Attr::COMPANY, Some(COMPANY));
        record.set(Attr::EMPLOYEE_ID, Some(format!("E{:07}", 100_000 + index)));
        let contractor = self.one_in(index, 13, 12);
        record.set(
            Attr::EMPLOYEE_TYPE,
            Some(if contractor { "Contractor" } else { "Employee" }),
        );
        record.set(
            Attr::OFFICE,
            Some(format!(
                "{}/{}",
                office + 1,
                100 + below(self.hash(index, 14), 400)
            )),
        );
        record.set(
            Attr::PHONE,
            Some(format!("{} {:04}", OFFICES[office].phone, index % 10_000)),
        );
        if self.one_in(index, 15, 3) {
            record.set(
                Attr::MOBILE,
                Some(format!("+44 7700 9{:05}", below(self.hash(index, 16), 100_000))),
            );
        }
        let nickname = record.principal.split('@').next().unwrap_or_default().to_owned();
        record.set(Attr::NICKNAME, Some(nickname));
        let Some(department) = Self::department(index) else {
            record.set(Attr::JOB_TITLE, Some("Chief Executive Officer"));
            return;
        };
        let table = &DEPARTMENTS[department];
        let leads = index >= edge::FIRST_GENERATED && Self::reports(index).start < self.users;
        let title = match index {
            1..=12 => table.head,
            _ if leads => table.leader,
            _ => table.titles[below(self.hash(index, 17), table.titles.len())],
        };
        record.set(Attr::DEPARTMENT, Some(table.name));
        record.set(Attr::JOB_TITLE, Some(title));
        record.set(Attr::COST_CENTRE, Some(format!("CC{:03}", 100 + department * 10)));
    }

    /// Okta has no guests' principal names, no four-byte characters and a status of its own.
    fn as_okta(self, record: &mut Record) {
        if record.principal.contains("#EXT#")
            && let Some(mail) = record.text(Attr::MAIL)
        {
            record.principal = mail.to_owned();
            record.set(Attr::EMPLOYEE_TYPE, Some("Guest"));
        }
        if let Some(shown) = record.text(Attr::DISPLAY_NAME)
            && shown.chars().any(|letter| letter.len_utf8() > 3)
        {
            let kept: String = shown.chars().filter(|letter| letter.len_utf8() <= 3).collect();
            record.set(Attr::DISPLAY_NAME, Some(kept.replace("  ", " ")));
        }
        // Okta's base profile has shorter names than Graph.
        for attr in [Attr::GIVEN_NAME, Attr::SURNAME] {
            if let Some(text) = record.text(attr).filter(|text| text.chars().count() > OKTA_NAME) {
                let cut: String = text.chars().take(OKTA_NAME).collect();
                record.set(attr, Some(cut.trim_end().to_owned()));
            }
        }
        if self.traits(record.index).disabled && record.status == Status::Active {
            record.status = Status::Deprovisioned;
        }
        let office = &OFFICES[self.office(record.index)];
        record.set(Attr::TIME_ZONE, Some(office.time_zone));
    }
}

/// What a generated person is called.
struct Names {
    language: &'static Language,
    given: &'static Name,
    surname: &'static Name,
    /// Tells people of the same name apart.
    number: String,
}

impl Names {
    /// The part of the address before the `@`.
    fn local(&self) -> String {
        format!("{}.{}{}", self.given.ascii, self.surname.ascii, self.number)
    }
}

/// `alias_theirdomain#EXT#@tenant` (user resource page).
pub(crate) fn guest_principal(mail: &str) -> String {
    format!("{}#EXT#@{INITIAL_DOMAIN}", mail.replace('@', "_"))
}

fn fill_office(record: &mut Record, office: &'static Office) {
    record.set(Attr::CITY, Some(office.city));
    record.set(Attr::STATE, office.state);
    record.set(Attr::COUNTRY, Some(office.country));
    record.set(Attr::USAGE_LOCATION, Some(office.code));
    record.set(Attr::STREET, Some(office.street));
    record.set(Attr::POSTAL_CODE, Some(office.postal));
}

fn apply_quirk(record: &mut Record, quirk: Quirk) {
    match quirk {
        Quirk::Guest | Quirk::PendingGuest => {
            record.user_type = Some("Guest");
            record.external_state = Some(if quirk == Quirk::Guest {
                "Accepted"
            } else {
                "PendingAcceptance"
            });
        }
        Quirk::Disabled => record.enabled = Some(false),
        Quirk::Unknown => {
            record.enabled = None;
            record.user_type = None;
        }
        Quirk::NoMail => record.set(Attr::MAIL, None::<String>),
        Quirk::Mail(mail) => record.set(Attr::MAIL, Some(mail)),
        Quirk::Synced => {
            record.synced = Some(true);
            let sam = ascii(record.text(Attr::SURNAME).unwrap_or_default());
            record.set(Attr::SAM_ACCOUNT, Some(sam));
        }
        Quirk::FormerlySynced => record.synced = Some(false),
        Quirk::Markup => record.set(
            Attr::JOB_TITLE,
            Some("<script>alert('title')</script> & <b>bold</b>"),
        ),
        Quirk::Formula => record.set(
            Attr::DEPARTMENT,
            Some("=HYPERLINK(\"http://example.com\",\"Sales\")"),
        ),
        Quirk::Spaces => {
            record.set(Attr::CITY, Some(" London "));
            record.set(Attr::JOB_TITLE, Some("Copywriter\u{a0} "));
        }
        Quirk::Full => fill_everything(record),
        Quirk::Plain | Quirk::Service | Quirk::OwnManager | Quirk::Manager(_) => {}
        Quirk::ContactManager | Quirk::Bare => {}
    }
}

fn fill_everything(record: &mut Record) {
    record.set(Attr::STATE, Some("Bayern"));
    record.set(Attr::MOBILE, Some("+49 170 5550045"));
    record.set(Attr::LANGUAGE, Some("de-DE"));
    record.set(Attr::SAM_ACCOUNT, Some("vvollstaendig"));
    record.set(Attr::DIVISION, Some("Europe"));
    record.set(Attr::OTHER_MAIL, Some("vera.privat@example.org"));
    record.set(Attr::EXTENSION_1, Some("blue"));
    record.set(Attr::EXTENSION_2, Some("XL"));
    record.set(Attr::FAX, Some("+49 89 5550999"));
    record.synced = Some(true);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn principal_names_are_unique_and_ascii_over_many_people() {
        let generator = Generator {
            kind: Kind::Entra,
            seed: 5,
            users: 120_000,
        };
        let mut seen = HashSet::new();
        for index in 0..generator.users {
            let person = generator.person(index);
            assert!(person.principal.is_ascii(), "{}", person.principal);
            assert_eq!(person.principal, generator.principal(index));
            assert!(
                seen.insert(person.principal.to_lowercase()),
                "{} twice",
                person.principal
            );
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_people_and_another_seed_others() {
        let one = Generator {
            kind: Kind::Okta,
            seed: 1,
            users: 500,
        };
        let two = Generator { seed: 2, ..one };
        assert!((0..one.users).all(|index| one.principal(index) == one.person(index).principal));
        let names = |of: Generator| (60..90).map(|i| of.person(i).principal).collect::<Vec<_>>();
        assert_eq!(names(one), names(one));
        assert_ne!(names(one), names(two));
    }

    #[test]
    fn everybody_generated_reaches_the_top_through_their_managers() {
        let generator = Generator {
            kind: Kind::Entra,
            seed: 1,
            users: 5_000,
        };
        for index in edge::FIRST_GENERATED..generator.users {
            if generator.traits(index).guest {
                continue;
            }
            let mut at = index;
            for _ in 0..10 {
                match generator.manager(at) {
                    Manager::Person(above) => at = above,
                    Manager::None | Manager::Contact => break,
                }
            }
            assert_eq!(at, 0, "person {index} ends at {at}");
        }
    }

    #[test]
    fn long_names_have_the_length_of_the_limit() {
        let person = Generator {
            kind: Kind::Entra,
            seed: 1,
            users: 50,
        }
        .person(13);
        let count = |attr| person.text(attr).map(|text| text.chars().count());
        assert_eq!(
            (count(Attr::GIVEN_NAME), count(Attr::SURNAME)),
            (Some(64), Some(64))
        );
    }
}
