//! Groups: what they are and who belongs to them by rule.

use crate::Kind;
use crate::people::ids::{below, mix, wide};
use crate::people::{Generator, Status};
use crate::tables::company::{DEPARTMENTS, DOMAIN, OFFICES};
use chrono::{DateTime, Duration, Utc};
use std::collections::BTreeSet;

/// Something that can be a member. Sorted: groups and others before people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Member {
    /// The group at this position.
    Group(usize),
    /// The device, contact or service principal at this position.
    Other(usize),
    /// The person at this position.
    Person(usize),
}

/// Who belongs to a group by itself; people added or removed later come on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Nobody.
    None,
    /// Everybody.
    Everyone,
    /// Most enabled employees: the group to synchronise.
    Scope,
    /// Employees of a department.
    Department(usize),
    /// Employees at an office.
    Office(usize),
    /// Guests.
    Guests,
    /// About one in `n`.
    Some(usize),
    /// The people at these positions.
    Range(usize, usize),
}

impl Rule {
    /// The positions among which members can be.
    pub(crate) fn hull(self, generator: Generator) -> std::ops::Range<usize> {
        match self {
            Rule::None => 0..0,
            Rule::Range(from, to) => from.min(generator.users)..to.min(generator.users),
            _ => 0..generator.users,
        }
    }

    /// Whether the generated person at a position inside the hull belongs.
    pub(crate) fn holds(self, generator: Generator, index: usize) -> bool {
        match self {
            Rule::None => false,
            Rule::Everyone | Rule::Range(..) => true,
            Rule::Scope => {
                let traits = generator.traits(index);
                let service =
                    index < crate::people::edge::FIRST_GENERATED && matches!(index, 16 | 28 | 29 | 46);
                traits.employee && !traits.disabled && !service && !left_out(index)
            }
            Rule::Department(number) => {
                Generator::department(index) == Some(number) && generator.traits(index).employee
            }
            Rule::Office(number) => generator.office(index) == number && generator.traits(index).employee,
            Rule::Guests => generator.traits(index).guest,
            Rule::Some(n) => below(mix(wide(index)), n) == 0,
        }
    }
}

/// One in sixty employees is not in the scope group.
fn left_out(index: usize) -> bool {
    index >= crate::people::edge::FIRST_GENERATED && below(mix(wide(index) ^ 0x5C0), 60) == 0
}

/// What sort of group it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GroupForm {
    /// Entra security group.
    Security,
    /// Entra mail-enabled security group.
    MailSecurity,
    /// Microsoft 365 group.
    Unified,
    /// Entra security group with a membership rule.
    Dynamic(&'static str),
    /// `OKTA_GROUP`.
    Okta,
    /// `APP_GROUP`, imported from an on-premises directory.
    App,
    /// `BUILT_IN`.
    BuiltIn,
}

/// A group.
#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) index: usize,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) form: GroupForm,
    /// `visibility: HiddenMembership` (C-10).
    pub(crate) hidden: bool,
    pub(crate) synced: Option<bool>,
    pub(crate) role_assignable: bool,
    pub(crate) rule: Rule,
    pub(crate) added: BTreeSet<Member>,
    pub(crate) removed: BTreeSet<Member>,
    pub(crate) created: DateTime<Utc>,
    /// Profile changes only (Okta `lastUpdated`).
    pub(crate) updated: DateTime<Utc>,
    pub(crate) members_updated: DateTime<Utc>,
    pub(crate) present: bool,
}

impl Group {
    /// Part of the mail address and `mailNickname`.
    pub(crate) fn nickname(&self) -> String {
        let name = crate::tables::names::ascii(&self.name);
        if name.is_empty() {
            format!("group{}", self.index)
        } else {
            name
        }
    }

    /// The mail address of groups that have one.
    pub(crate) fn mail(&self) -> Option<String> {
        matches!(self.form, GroupForm::MailSecurity | GroupForm::Unified)
            .then(|| format!("{}@{DOMAIN}", self.nickname()))
    }
}

/// A member that is neither a person nor a group (U-06).
#[derive(Debug, Clone)]
pub(crate) struct Other {
    pub(crate) id: String,
    /// `device`, `orgContact` or `servicePrincipal`.
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
}

/// Position of the organisational contact among [`others`].
pub(crate) const CONTACT: usize = 1;

/// The directory's devices, contacts and service principals.
pub(crate) fn others(generator: Generator) -> Vec<Other> {
    let rows = [
        ("device", "DESKTOP-7Q2LM4"),
        ("orgContact", "Petra Fabrikam (external)"),
        ("servicePrincipal", "Payroll connector"),
    ];
    rows.iter()
        .enumerate()
        .map(|(index, &(kind, name))| Other {
            id: generator.group_id(1_000_000 + index),
            kind,
            name,
        })
        .collect()
}

struct Builder {
    generator: Generator,
    groups: Vec<Group>,
}

impl Builder {
    fn add(&mut self, name: &str, description: &str, form: GroupForm, rule: Rule) -> &mut Group {
        let index = self.groups.len();
        let born =
            Generator::newest() - Duration::days(400) + Duration::minutes(i64::try_from(index).unwrap_or(0));
        self.groups.push(Group {
            index,
            id: self.generator.group_id(index),
            name: name.to_owned(),
            description: (!description.is_empty()).then(|| description.to_owned()),
            form,
            hidden: false,
            synced: None,
            role_assignable: false,
            rule,
            added: BTreeSet::new(),
            removed: BTreeSet::new(),
            created: born,
            updated: born,
            members_updated: born + Duration::days(200),
            present: true,
        });
        &mut self.groups[index]
    }

    fn departments_and_offices(&mut self, form: GroupForm) -> std::ops::Range<usize> {
        let first = self.groups.len();
        for (number, department) in DEPARTMENTS.iter().enumerate() {
            self.add(
                department.name,
                "Everybody in the department",
                form,
                Rule::Department(number),
            );
        }
        let departments = first..self.groups.len();
        for (number, office) in OFFICES.iter().enumerate() {
            self.add(&format!("Office {}", office.city), "", form, Rule::Office(number));
        }
        departments
    }

    /// One group for about every hundredth manager's direct reports.
    fn teams(&mut self, form: GroupForm) {
        let first = crate::people::edge::FIRST_GENERATED;
        let count = (self.generator.users / 100).min(5_000);
        for number in 0..count {
            let reports = Generator::reports(first + number);
            if reports.end <= self.generator.users {
                self.add(
                    &format!("Team {:04}", number + 1),
                    "",
                    form,
                    Rule::Range(reports.start, reports.end),
                );
            }
        }
    }
}

/// The groups a directory starts with.
pub(crate) fn first_groups(generator: Generator) -> Vec<Group> {
    let mut builder = Builder {
        generator,
        groups: Vec::new(),
    };
    match generator.kind {
        Kind::Entra => entra_groups(&mut builder),
        Kind::Okta => okta_groups(&mut builder),
    }
    let users = generator.users;
    for group in &mut builder.groups {
        group
            .added
            .retain(|member| !matches!(member, Member::Person(index) if *index >= users));
    }
    builder.groups
}

fn entra_groups(builder: &mut Builder) {
    use GroupForm::Security;
    builder.add(
        "Intranet users",
        "Everybody who may use the intranet",
        Security,
        Rule::Scope,
    );
    let departments = builder.departments_and_offices(Security);
    let nest = |range: std::ops::Range<usize>| range.map(Member::Group).collect::<BTreeSet<_>>();
    builder
        .add(
            "All departments",
            "Holds the department groups, nobody directly",
            Security,
            Rule::None,
        )
        .added = nest(departments.clone());
    builder
        .add("Commercial", "Sales and marketing", Security, Rule::None)
        .added = nest(departments.start..departments.start + 2);
    // A diamond: reached through "All departments" twice (U-05).
    let commercial = builder.groups.len() - 1;
    let all = commercial - 1;
    builder
        .add("Whole company", "Nested twice over", Security, Rule::Range(0, 1))
        .added = BTreeSet::from([Member::Group(all), Member::Group(commercial)]);
    // A cycle of nesting (U-05): each group is a member of the other.
    let one = builder.groups.len();
    builder
        .add("Project Aurora", "", Security, Rule::Range(1, 5))
        .added = BTreeSet::from([Member::Group(one + 1)]);
    builder
        .add("Aurora contractors", "", Security, Rule::Range(30, 36))
        .added = BTreeSet::from([Member::Group(one)]);
    entra_odd_groups(builder);
    builder.teams(Security);
}

/// Groups for the awkward cases of section 3.5.
fn entra_odd_groups(builder: &mut Builder) {
    use GroupForm::{Dynamic, MailSecurity, Security, Unified};
    builder.add("Leadership team", "", Unified, Rule::Range(0, 13));
    builder
        .add(
            "Board matters",
            "Its members are hidden",
            Unified,
            Rule::Range(0, 6),
        )
        .hidden = true;
    // The same name twice (U-07).
    builder.add(
        "Newsletter readers",
        "Customers' newsletter",
        MailSecurity,
        Rule::Some(3),
    );
    builder.add("Newsletter readers", "Staff newsletter", Security, Rule::Some(5));
    builder.add(
        "All guests",
        "",
        Dynamic("(user.userType -eq \"Guest\")"),
        Rule::Guests,
    );
    builder.add(
        "Company picnic",
        "Sausages and sack races",
        Unified,
        Rule::Some(7),
    );
    builder
        .add("Domain users", "From the old domain", Security, Rule::Some(2))
        .synced = Some(true);
    builder.add("Empty group", "", Security, Rule::None);
    builder
        .add(
            "Mixed objects",
            "People, a device, a contact, an application",
            Security,
            Rule::Range(17, 20),
        )
        .added = BTreeSet::from([Member::Other(0), Member::Other(1), Member::Other(2)]);
    builder
        .add("Intranet administrators", "", Security, Rule::Range(10, 11))
        .role_assignable = true;
    builder.add("営業部 (東京)", "", Security, Rule::Range(6, 8));
}

fn okta_groups(builder: &mut Builder) {
    use GroupForm::{App, BuiltIn, Okta};
    builder.add(
        "Everyone",
        "All users in your organization",
        BuiltIn,
        Rule::Everyone,
    );
    builder.add(
        "Okta Administrators",
        "Okta manages this group, which contains all administrators in your organization.",
        BuiltIn,
        Rule::Range(10, 11),
    );
    builder.add(
        "Intranet users",
        "Everybody who may use the intranet",
        Okta,
        Rule::Scope,
    );
    builder.departments_and_offices(Okta);
    builder.add("Leadership team", "", Okta, Rule::Range(0, 13));
    builder.add("Newsletter readers", "", Okta, Rule::Some(3));
    builder.add("Contractors", "", Okta, Rule::Some(12));
    builder.add("Empty group", "", Okta, Rule::None);
    builder.add(
        "Domain Users",
        "contoso.local/Users/Domain Users",
        App,
        Rule::Some(2),
    );
    builder.add(
        "VPN Access",
        "contoso.local/Groups/VPN Access",
        App,
        Rule::Some(9),
    );
    builder.teams(Okta);
}

/// Whether somebody with this status is listed as a member of Okta groups. Assumption: deactivated people
/// are not, as they are not in the plain list either (no vendor page says).
pub(crate) fn listed(kind: Kind, status: Status) -> bool {
    kind == Kind::Entra || status != Status::Deprovisioned
}
