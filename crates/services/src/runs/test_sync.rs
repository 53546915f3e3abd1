//! What the latest read found (H-12): totals, how the mapped attributes are filled, oddities, the first people.

use domain::directory::{AttributeValue, DirectoryStatus, Standing};
use domain::numbers::thousands;
use domain::people::field;
use domain::profile::ProfileFields;
use domain::settings::{DataMapping, SyncSettings};
use domain::sync::RunKind;
use domain::views::{AttributeSample, FoundPerson, Oddity, TestSyncView};
use domain::{Actor, CustomerId, DirectoryId, Permission};
use store::Tx;
use store::found_list::{Among, Filled, MakeUp, Odd, Shared};
use store::snapshot::SnapshotUser;

use super::run_view;
use crate::paging::PAGE_ROWS;
use crate::{ServiceError, Services};

/// People looked at for real values of each attribute.
const SAMPLED: i64 = 500;
/// Real values shown of each attribute.
const EXAMPLES: usize = 3;
/// Longest example, in characters.
const EXAMPLE_CHARS: usize = 80;
/// People named for each oddity.
const NAMED: i64 = 5;

impl Services {
    /// The test sync page. What it shows comes from the latest complete read, whichever run made it.
    pub async fn test_sync(&self, actor: &Actor, slug: &str) -> Result<TestSyncView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadPeople)
            .await?
            .id;
        let directory = store::directories::current(&mut tx, customer).await?;
        let settings = match &directory {
            Some(directory) => store::settings::find(&mut tx, customer, directory.id).await?,
            None => None,
        };
        let (Some(directory), Some(settings)) = (directory, settings) else {
            return Ok(nothing_yet());
        };
        let settings = settings.settings;
        let run = store::runs::latest_of_kind(&mut tx, customer, RunKind::TestSync).await?;
        let run = run.filter(|run| run.directory == directory.id);
        let read_by = match &run {
            Some(run) => store::run_list::later_read(&mut tx, customer, directory.id, run.number).await?,
            None => None,
        };
        let make_up = store::found_list::make_up(&mut tx, customer, directory.id).await?;
        let in_scope = sum(&make_up, |part| part.in_scope);
        // Nobody in scope: then everybody is looked at, which is better than an empty page.
        let among = Among {
            customer,
            directory: directory.id,
            everybody: in_scope == 0,
        };
        let looked_at = if in_scope == 0 {
            sum(&make_up, |_| true)
        } else {
            in_scope
        };
        let sampled = store::found_list::page(&mut tx, among, -1, SAMPLED).await?;
        let filled = store::found_list::filled(&mut tx, among).await?;
        let groups = store::found_list::groups(&mut tx, customer, directory.id).await?;
        let fields = store::profile_fields::all(&mut tx, customer).await?;
        let mapped = (&settings.mapping, &fields);
        Ok(TestSyncView {
            run: run.map(|run| run_view(&run, None, actor, self.now())),
            read_by,
            totals: totals(&make_up, groups.unsigned_abs()),
            oddities: oddities(&mut tx, among, &settings, &make_up, &filled).await?,
            samples: samples(&mut tx, among, mapped, &sampled, &filled, looked_at).await?,
            people: sampled.into_iter().take(PAGE_ROWS).map(found_person).collect(),
            is_connected: true,
            scope_groups: scope_groups(&mut tx, customer, directory.id, &settings).await?,
        })
    }
}

fn nothing_yet() -> TestSyncView {
    TestSyncView {
        run: None,
        read_by: None,
        totals: Vec::new(),
        samples: Vec::new(),
        oddities: Vec::new(),
        people: Vec::new(),
        is_connected: false,
        scope_groups: Vec::new(),
    }
}

fn sum(make_up: &[MakeUp], which: impl Fn(&MakeUp) -> bool) -> u64 {
    make_up
        .iter()
        .filter(|part| which(part))
        .map(|part| part.people.unsigned_abs())
        .sum()
}

fn totals(make_up: &[MakeUp], groups: u64) -> Vec<(String, u64)> {
    if make_up.is_empty() {
        return Vec::new();
    }
    let standing = |part: &MakeUp| DirectoryStatus::from_code(&part.status).map(DirectoryStatus::standing);
    [
        ("People in the directory", sum(make_up, |_| true)),
        ("In the security groups", sum(make_up, |part| part.in_scope)),
        ("Outside them", sum(make_up, |part| !part.in_scope)),
        (
            "In the groups and active",
            sum(make_up, |part| {
                part.in_scope && standing(part) == Some(Standing::Works)
            }),
        ),
        (
            "In the groups and disabled",
            sum(make_up, |part| {
                part.in_scope && standing(part) == Some(Standing::Gone)
            }),
        ),
        ("Guests", sum(make_up, |part| part.guest)),
        ("Groups read", groups),
    ]
    .into_iter()
    .map(|(name, number)| (name.to_owned(), number))
    .collect()
}

/// The rows of the data mapping with the share of people who have them filled, and real values.
async fn samples(
    tx: &mut Tx,
    among: Among,
    (mapping, fields): (&DataMapping, &ProfileFields),
    people: &[SnapshotUser],
    filled: &[Filled],
    of: u64,
) -> Result<Vec<AttributeSample>, ServiceError> {
    let username = (mapping.username_attribute.as_str(), field::USERNAME);
    let rows = mapping
        .fields
        .iter()
        .map(|row| (row.attribute.as_str(), row.field.as_str()));
    let mut samples = Vec::new();
    for (attribute, key) in std::iter::once(username).chain(rows) {
        let filled = filled_of(filled, attribute);
        let mut examples = examples(attribute, people);
        if examples.is_empty() && filled > 0 {
            // Nobody of the first few has it: look further.
            let limit = i64::try_from(EXAMPLES).unwrap_or(1);
            let found = store::found_list::values(tx, among, attribute, limit).await?;
            examples = found
                .iter()
                .filter_map(AttributeValue::as_text)
                .map(|value| shortened(&value))
                .collect();
            examples.dedup();
        }
        samples.push(AttributeSample {
            attribute: attribute.to_owned(),
            field: fields.label(key).to_owned(),
            filled,
            of,
            examples,
        });
    }
    Ok(samples)
}

fn filled_of(filled: &[Filled], attribute: &str) -> u64 {
    filled
        .iter()
        .find(|row| row.attribute == attribute)
        .map_or(0, |row| row.filled.unsigned_abs())
}

/// The first different values among the people at hand.
fn examples(attribute: &str, people: &[SnapshotUser]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for value in people
        .iter()
        .filter_map(|person| person.user.attributes.get(attribute)?.to_text())
    {
        let value = shortened(&value);
        if !found.contains(&value) {
            found.push(value);
        }
        if found.len() == EXAMPLES {
            break;
        }
    }
    found
}

fn shortened(value: &str) -> String {
    value.chars().take(EXAMPLE_CHARS).collect()
}

/// What is odd about people one by one: the counts are known already, only the names are looked up.
async fn oddities(
    tx: &mut Tx,
    among: Among,
    settings: &SyncSettings,
    make_up: &[MakeUp],
    filled: &[Filled],
) -> Result<Vec<Oddity>, ServiceError> {
    let looked_at: Vec<&MakeUp> = make_up
        .iter()
        .filter(|part| part.in_scope || among.everybody)
        .collect();
    let mut found = shared_oddities(tx, among).await?;
    for (odd, title, explanation) in odd_kinds(settings) {
        let count = match odd {
            Odd::Without(attribute) => {
                let all: u64 = looked_at.iter().map(|part| part.people.unsigned_abs()).sum();
                all.saturating_sub(filled_of(filled, attribute))
            }
            _ => looked_at.iter().map(|part| count_of(odd, part)).sum(),
        };
        if count > 0 {
            found.push(Oddity {
                title: title.to_owned(),
                explanation,
                count,
                examples: store::found_list::odd(tx, among, odd, NAMED).await?,
            });
        }
    }
    Ok(found)
}

fn count_of(odd: Odd<'_>, part: &MakeUp) -> u64 {
    let status = DirectoryStatus::from_code(&part.status);
    let standing = status.map(DirectoryStatus::standing);
    let counts = match odd {
        Odd::NoMail => return part.no_mail.unsigned_abs(),
        Odd::NoUsername => return part.no_username.unsigned_abs(),
        Odd::Guest => part.guest,
        Odd::Disabled => standing == Some(Standing::Gone),
        Odd::Pending => standing == Some(Standing::NotYet),
        Odd::UnknownStatus => status == Some(DirectoryStatus::Unknown),
        Odd::Without(_) => false,
    };
    if counts { part.people.unsigned_abs() } else { 0 }
}

/// What to look for, the gravest first: title and what it means.
fn odd_kinds(settings: &SyncSettings) -> Vec<(Odd<'_>, &'static str, String)> {
    let mapping = &settings.mapping;
    let guests = if settings.scope.include_guests {
        "They are synchronised, with their e-mail address as username."
    } else {
        "They are left out. Include guests with the security groups if they should be here."
    };
    let no_username = format!(
        "The attribute {} is empty, so no account can be made for them.",
        mapping.username_attribute
    );
    let mut kinds = vec![
        (Odd::NoUsername, "No username", no_username),
        (
            Odd::UnknownStatus,
            "Unknown status",
            "Nothing is changed for them until we know what it means.".to_owned(),
        ),
        (
            Odd::Disabled,
            "Disabled in the directory",
            "No account is made for them; an account they have is blocked.".to_owned(),
        ),
        (
            Odd::Pending,
            "Not active yet",
            "Staged or invited; they are picked up once they are active.".to_owned(),
        ),
        (Odd::Guest, "Guests", guests.to_owned()),
        (
            Odd::NoMail,
            "No e-mail address",
            "Their profile has none, and the intranet cannot write to them.".to_owned(),
        ),
    ];
    if let Some(row) = mapping.fields.iter().find(|row| row.field == field::SURNAME) {
        let why = format!(
            "The attribute {} is empty; the list of people sorts them by what there is.",
            row.attribute
        );
        kinds.push((Odd::Without(&row.attribute), "No surname", why));
    }
    kinds
}

/// What two people have in common, the gravest first.
async fn shared_oddities(tx: &mut Tx, among: Among) -> Result<Vec<Oddity>, ServiceError> {
    let kinds = [
        (
            Shared::Username,
            "The same username",
            "Two people cannot have one username: both wait for a decision. Change one of them in the directory.",
        ),
        (
            Shared::Mail,
            "The same e-mail address",
            "A shared mailbox, or one person with two accounts in the directory.",
        ),
        (
            Shared::DisplayName,
            "The same name",
            "Different people, or one person with two accounts in the directory.",
        ),
    ];
    let mut found = Vec::new();
    for (shared, title, explanation) in kinds {
        let (count, examples) = store::found_list::shared(tx, among, shared, NAMED).await?;
        if count > 0 {
            found.push(Oddity {
                title: title.to_owned(),
                explanation: explanation.to_owned(),
                count: count.unsigned_abs(),
                examples: examples
                    .into_iter()
                    .map(|(what, n)| format!("{what} ({n} people)"))
                    .collect(),
            });
        }
    }
    Ok(found)
}

/// The chosen groups by their current names (U-02), with how many are in them (U-06).
async fn scope_groups(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    settings: &SyncSettings,
) -> Result<Vec<String>, ServiceError> {
    let read = store::found_list::read_groups(tx, customer, directory).await?;
    let describe = |chosen: &domain::settings::ScopeGroup| {
        let Some(group) = read
            .iter()
            .find(|group| group.object_id == chosen.object_id.as_str())
        else {
            return format!("{} (not read yet)", chosen.name);
        };
        let members = thousands(group.members.unsigned_abs());
        match group.other_members {
            0 => format!("{} ({members} members)", group.name),
            others => format!(
                "{} ({members} members, and {others} that are not people)",
                group.name
            ),
        }
    };
    Ok(settings.scope.groups.iter().map(describe).collect())
}

fn found_person(person: SnapshotUser) -> FoundPerson {
    FoundPerson {
        object_id: person.user.object_id.0,
        name: person
            .user
            .display_name
            .unwrap_or_else(|| person.user.principal_name.clone()),
        principal_name: person.user.principal_name,
        mail: person.user.mail,
        status: person.user.status.label().to_owned(),
        in_scope: person.in_scope,
    }
}
