//! The page of the data mapping: what the directory has, how often it is filled, and what it makes of a real person.

use std::collections::{BTreeMap, BTreeSet};

use domain::deployment::Step;
use domain::directory::AttributeValue;
use domain::live::AttributeLook;
use domain::numbers::{percent, plural, thousands};
use domain::people::field;
use domain::profile::{ProfileField, ProfileFields};
use domain::settings::{DataMapping, FieldMapping, SyncSettings};
use domain::views::{AttributeNote, AttributeRow, MappingView, PersonChoice, SettingsView};
use domain::{Actor, CustomerId, DirectoryId, ObjectId, Permission};
use rules::mapping::{Becomes, Misfit, ValueProblem, becomes, shortened, value_problem};
use store::Tx;
use store::found_list::{Among, Odd, Shared};
use store::live::Kept;
use store::snapshot::SnapshotUser;

use super::current;
use super::mapping::{Names, in_scope, is_read, known_names, unfit};
use crate::when::when;
use crate::{ServiceError, Services};

/// People whose values are tried on the rows.
const SAMPLED: i64 = 2_000;
/// People shown for one search.
const FOUND: i64 = 10;
/// Attributes shown.
const ROWS: usize = 100;
/// People named who have no username of their own.
const FEW: i64 = 5;
/// Values named that do not fit.
const NAMED: usize = 8;

/// Everything the notes are made from.
struct Known {
    customer: CustomerId,
    directory: DirectoryId,
    mapping: DataMapping,
    fields: ProfileFields,
    /// The first people of those who are looked at.
    sample: Vec<SnapshotUser>,
    /// How many people are looked at in all.
    people: u64,
    /// Nobody is in scope yet, so that is everybody.
    of_everybody: bool,
    /// How many of them have each attribute filled.
    filled: BTreeMap<String, u64>,
    names: Names,
    look: Option<AttributeLook>,
}

impl Services {
    /// The data mapping with everything known about its attributes. `draft` is what is being typed, `person` the object
    /// id of whose values are shown (empty: somebody with most of them filled), `search` a part of somebody's name.
    pub async fn data_mapping(
        &self,
        actor: &Actor,
        slug: &str,
        draft: Option<DataMapping>,
        person: &str,
        search: &str,
    ) -> Result<MappingView, ServiceError> {
        let settings = self.settings(actor, slug).await?;
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadPeople)
            .await?
            .id;
        let (directory, stored) = current(&mut tx, customer).await?;
        let directory = directory.id;
        drop(tx);
        let kept = if settings.shut_until(Step::DataMapping).is_none() {
            self.attribute_look(customer, false).await?
        } else {
            None
        };
        // Whoever only looks has typed nothing: what their form sends has no rows.
        let mapping = draft
            .filter(|_| settings.may_edit(Step::DataMapping))
            .unwrap_or_else(|| stored.mapping.clone());
        let mut tx = self.db().read().await?;
        let known = known(&mut tx, customer, directory, mapping, kept.as_ref()).await?;
        let found = match search.trim() {
            "" => Vec::new(),
            part => store::found_list::search(&mut tx, customer, directory, part, FOUND).await?,
        };
        let chosen = match (&found[..], person) {
            ([only], _) => Some(only.clone()),
            (_, "") => None,
            (_, id) => {
                let id = ObjectId::new(id);
                store::found_list::by_object(&mut tx, customer, directory, &id).await?
            }
        };
        drop(tx);
        let chosen = chosen.or_else(|| fullest(&known).cloned());
        let usernames = self.username_warnings(&known, &stored).await?;
        Ok(self.mapping_view(settings, &known, chosen.as_ref(), &found, usernames, kept))
    }

    fn mapping_view(
        &self,
        settings: SettingsView,
        known: &Known,
        chosen: Option<&SnapshotUser>,
        found: &[SnapshotUser],
        usernames: Vec<String>,
        kept: Option<Kept<Option<AttributeLook>>>,
    ) -> MappingView {
        let (attributes, empty) = attribute_rows(known);
        let rows = known.mapping.fields.iter().map(|row| note(known, row, chosen));
        let now = self.now();
        MappingView {
            username: username_note(known, chosen, usernames),
            rows: rows.collect(),
            person: chosen.map(choice),
            is_found: !found.is_empty(),
            found: if found.len() == 1 {
                Vec::new()
            } else {
                found.iter().map(choice).collect()
            },
            attributes,
            empty,
            looked: known.look.as_ref().map(|look| (look.people, when(look.at, now))),
            problem: kept.and_then(|kept| kept.problem),
            of_everybody: known.of_everybody,
            names_complete: known.names.unlisted.is_none(),
            settings,
        }
    }

    /// B-08, before anything is saved. What the stored attribute gives is counted by the database; another one is tried
    /// on everybody.
    async fn username_warnings(
        &self,
        known: &Known,
        stored: &SyncSettings,
    ) -> Result<Vec<String>, ServiceError> {
        let attribute = &known.mapping.username_attribute;
        let mut warnings = unknown(known, attribute);
        if *attribute != stored.mapping.username_attribute {
            let guests = stored.scope.include_guests;
            let found = self
                .usernames_read(known.customer, known.directory, &known.mapping, guests)
                .await?;
            warnings.extend(found.and_then(|found| unfit(attribute, &found)));
            return Ok(warnings);
        }
        let mut tx = self.db().read().await?;
        let among = in_scope(known.customer, known.directory);
        let (shared, examples) = store::found_list::shared(&mut tx, among, Shared::Username, FEW).await?;
        if shared > 0 {
            let names: Vec<String> = examples.into_iter().map(|(name, _)| name).collect();
            warnings.push(format!(
                "{} a username with somebody else ({}): both wait for a decision.",
                plural(shared.unsigned_abs(), "person shares", "people share"),
                names.join(", ")
            ));
        }
        let without = store::found_list::odd(&mut tx, among, Odd::NoUsername, FEW).await?;
        if !without.is_empty() {
            warnings.push(format!(
                "Empty for {}, among others: no account can be made for them.",
                without.join(", ")
            ));
        }
        Ok(warnings)
    }
}

async fn known(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    mapping: DataMapping,
    kept: Option<&Kept<Option<AttributeLook>>>,
) -> Result<Known, ServiceError> {
    let make_up = store::found_list::make_up(tx, customer, directory).await?;
    let count = |all: bool| -> u64 {
        let parts = make_up.iter().filter(|part| all || part.in_scope);
        parts.map(|part| part.people.unsigned_abs()).sum()
    };
    // Nobody in scope yet: then everybody is looked at, which is better than nobody.
    let everybody = count(false) == 0;
    let among = Among {
        customer,
        directory,
        everybody,
    };
    let sample = store::found_list::page(tx, among, -1, SAMPLED).await?;
    let filled = store::found_list::filled(tx, among).await?;
    let names = known_names(tx, customer).await?;
    Ok(Known {
        customer,
        directory,
        mapping,
        fields: store::profile_fields::all(tx, customer).await?,
        sample,
        people: count(everybody),
        of_everybody: everybody,
        filled: filled
            .into_iter()
            .map(|row| (row.attribute, row.filled.unsigned_abs()))
            .collect(),
        names,
        look: kept.and_then(|kept| kept.answer.clone()),
    })
}

impl Known {
    /// How many have it filled, and of how many: by the latest read, else by the look; `None` when nobody knows.
    fn fill(&self, attribute: &str) -> Option<(u64, u64)> {
        let was_read = self
            .sample
            .iter()
            .any(|person| person.user.attributes.contains_key(attribute));
        if was_read {
            let filled = self.filled.get(attribute).copied().unwrap_or_default();
            return Some((filled, self.people));
        }
        let look = self.look.as_ref()?;
        Some((look.attributes.get(attribute)?.filled, look.people))
    }
}

/// Who of the first people has most of the mapped attributes filled.
fn fullest(known: &Known) -> Option<&SnapshotUser> {
    let wanted = known.mapping.attributes();
    let filled = |person: &SnapshotUser| {
        let values = wanted
            .iter()
            .filter_map(|name| person.user.attributes.get(name)?.as_text());
        values.count()
    };
    // The first of equals: `max_by_key` would take the last.
    known.sample.iter().rev().max_by_key(|person| filled(person))
}

fn choice(person: &SnapshotUser) -> PersonChoice {
    let user = &person.user;
    PersonChoice {
        object_id: user.object_id.as_str().to_owned(),
        name: user
            .display_name
            .clone()
            .unwrap_or_else(|| user.principal_name.clone()),
        principal_name: user.principal_name.clone(),
    }
}

fn username_note(known: &Known, chosen: Option<&SnapshotUser>, warnings: Vec<String>) -> AttributeNote {
    let attribute = &known.mapping.username_attribute;
    let value = value_of(chosen, attribute);
    let username = chosen.and_then(|person| rules::sync::username_of(&person.user, &known.mapping));
    AttributeNote {
        filled: filled_words(known, attribute),
        becomes: match (chosen, username) {
            (None, _) => String::new(),
            (Some(person), None) if !is_read(&person.user, attribute) => UNREAD.to_owned(),
            (Some(_), None) => "gives no username: no account can be made".to_owned(),
            (Some(_), Some(username)) if value.as_deref() == Some(username.as_str()) => {
                format!("becomes {}", username.as_str())
            }
            (Some(_), Some(username)) => format!("gives the username {}", username.as_str()),
        },
        value,
        warnings,
    }
}

const UNREAD: &str = "not read yet; the next test sync reads it";

fn note(known: &Known, row: &FieldMapping, chosen: Option<&SnapshotUser>) -> AttributeNote {
    let value = chosen.and_then(|person| person.user.attributes.get(&row.attribute));
    let field = known.fields.get(&row.field);
    let mut warnings = unknown(known, &row.attribute);
    warnings.extend(
        field
            .into_iter()
            .flat_map(|field| unfit_values(known, row, field)),
    );
    AttributeNote {
        filled: filled_words(known, &row.attribute),
        value: value_of(chosen, &row.attribute),
        becomes: match (chosen, value, field.map(|field| becomes(row, field, value))) {
            (None, ..) => String::new(),
            (Some(_), None, _) => UNREAD.to_owned(),
            (_, _, Some(Becomes::Text(text))) => format!("becomes {}", shortened(&text)),
            (_, _, Some(Becomes::Empty)) => "is emptied".to_owned(),
            (_, _, Some(Becomes::AsItIs) | None) => "stays as it is".to_owned(),
        },
        warnings,
    }
}

fn value_of(chosen: Option<&SnapshotUser>, attribute: &str) -> Option<String> {
    let user = &chosen?.user;
    let text = match user.attributes.get(attribute) {
        Some(AttributeValue::List(entries)) => entries.join(", "),
        Some(value) => value.to_text()?,
        None if matches!(attribute, "userPrincipalName" | "login") => user.principal_name.clone(),
        None => return None,
    };
    (!text.is_empty()).then(|| shortened(&text))
}

fn filled_words(known: &Known, attribute: &str) -> String {
    if attribute.is_empty() {
        return String::new();
    }
    match known.fill(attribute) {
        None => "How often it is filled is not known yet".to_owned(),
        Some((_, 0)) => "Nobody was read yet".to_owned(),
        Some((0, of)) => format!("Empty for all {}", plural(of, "person", "people")),
        Some((filled, of)) if filled >= of => format!("Filled for all {}", plural(of, "person", "people")),
        Some((filled, of)) => format!(
            "Filled for {} %, empty for {} % of {} people",
            percent(filled, of),
            100 - percent(filled, of),
            thousands(of)
        ),
    }
}

/// B-09, as a warning before it is refused.
fn unknown(known: &Known, attribute: &str) -> Vec<String> {
    let Names {
        known: names,
        unlisted,
    } = &known.names;
    let exists = names.contains(attribute) || known.filled.contains_key(attribute);
    if exists || attribute.is_empty() || names.is_empty() {
        return Vec::new();
    }
    let may_exist = unlisted
        .as_deref()
        .is_some_and(|prefix| attribute.starts_with(prefix));
    let said = if may_exist {
        format!("Whether the directory has an attribute “{attribute}” shows in the next test sync.")
    } else {
        format!("The directory has no attribute “{attribute}”.")
    };
    vec![match rules::nearest::nearest(attribute, names) {
        Some(meant) => format!("{said} Did you mean “{meant}”?"),
        None => said,
    }]
}

/// What does not fit among the people looked at (B-03 to B-06), by cause: how many people, and the values with most of
/// them.
fn unfit_values(known: &Known, row: &FieldMapping, field: &ProfileField) -> Vec<String> {
    let mut found: BTreeMap<ValueProblem, BTreeMap<String, u64>> = BTreeMap::new();
    for person in &known.sample {
        let Some(value) = person.user.attributes.get(&row.attribute) else {
            continue;
        };
        if let Some(problem) = value_problem(field, value) {
            let text = shortened(&value.to_text().unwrap_or_default());
            *found.entry(problem).or_default().entry(text).or_default() += 1;
        }
    }
    let looked_at = u64::try_from(known.sample.len()).unwrap_or(u64::MAX);
    let looked_at = plural(looked_at, "person", "people");
    found
        .into_iter()
        .map(|(problem, values)| {
            let people = format!("{} of {looked_at} looked at", thousands(values.values().sum()));
            let values = most(values);
            match problem {
                ValueProblem::Misfit(Misfit::TooLong { limit }) => format!(
                    "Longer than {limit} characters for {people}, so not written; their field stays as it is: {values}."
                ),
                ValueProblem::Misfit(Misfit::NotOfKind { kind }) => format!(
                    "{} takes {}. That is not so for {people}, whose field stays as it is: {values}.",
                    field.title,
                    kind.takes()
                ),
                ValueProblem::NotAnAddress => {
                    format!("Not an e-mail address for {people}: {values}.")
                }
                ValueProblem::Several => {
                    format!("Several values for {people}; the first one counts: {values}.")
                }
            }
        })
        .collect()
}

/// The values most people have, each with its number of people where that is more than one (B-04).
fn most(values: BTreeMap<String, u64>) -> String {
    let distinct = values.len();
    let mut values: Vec<(String, u64)> = values.into_iter().collect();
    values.sort_by_key(|(_, people)| std::cmp::Reverse(*people));
    let mut named: Vec<String> = values
        .into_iter()
        .take(NAMED)
        .map(|(value, people)| match people {
            1 => format!("“{value}”"),
            _ => format!("“{value}” ({})", thousands(people)),
        })
        .collect();
    let others = u64::try_from(distinct.saturating_sub(NAMED)).unwrap_or(u64::MAX);
    if others > 0 {
        named.push(plural(others, "other value", "other values"));
    }
    named.join(", ")
}

/// The attributes worth looking at, and those nobody has filled.
fn attribute_rows(known: &Known) -> (Vec<AttributeRow>, Vec<String>) {
    let mut names: BTreeSet<&str> = known.names.known.iter().map(String::as_str).collect();
    let mapped = known.mapping.attributes();
    names.extend(known.filled.keys().map(String::as_str));
    let (mut rows, mut empty) = (Vec::new(), Vec::new());
    for name in names {
        let filled = known.fill(name);
        let is_mapped = mapped.iter().any(|mapped| mapped == name);
        if matches!(filled, Some((0, _))) && !is_mapped {
            empty.push(name.to_owned());
            continue;
        }
        rows.push(AttributeRow {
            name: name.to_owned(),
            feeds: feeds(known, name),
            filled,
            example: example(known, name),
        });
    }
    rows.sort_by_key(|row| {
        let share = row.filled.map_or(0, |(filled, of)| percent(filled, of));
        (row.feeds.is_empty(), std::cmp::Reverse(share))
    });
    rows.truncate(ROWS);
    (rows, empty)
}

fn feeds(known: &Known, name: &str) -> Vec<String> {
    let mapping = &known.mapping;
    let username = (mapping.username_attribute == name).then_some(field::USERNAME);
    let rows = mapping.fields.iter().filter(|row| row.attribute == name);
    username
        .into_iter()
        .chain(rows.map(|row| row.field.as_str()))
        .map(|key| known.fields.label(key).to_owned())
        .collect()
}

fn example(known: &Known, name: &str) -> Option<String> {
    let of_read = known
        .sample
        .iter()
        .find_map(|person| person.user.attributes.get(name)?.to_text());
    let of_look = || known.look.as_ref()?.attributes.get(name)?.example.clone();
    of_read.or_else(of_look).map(|text| shortened(&text))
}
