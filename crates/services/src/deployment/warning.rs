//! What is said above a form before somebody edits what is done, or what people are kept up to date by.

use domain::deployment::effect::{cure, reopens};
use domain::deployment::{Edit, ExistingDirectory, Facts, SsoBefore, Step};
use domain::numbers::plural;
use domain::{Actor, Permission, Timestamp};

use super::facts::known;
use super::number;
use crate::{ServiceError, Services};

/// What a form is about to edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    /// The values of the provider that is connected.
    Connection,
    /// Which provider is connected.
    OtherProvider,
    /// Security groups, data mapping, group sync, limits.
    Settings,
    /// The answer to step 3 or 7.
    Answer(Step),
    /// A statement about a step.
    TakeBack(Step),
}

impl Services {
    /// What to know before an edit: how many people it touches, and which finished steps it re-opens until what is done.
    /// `None` when it does neither.
    pub async fn warning(
        &self,
        actor: &Actor,
        slug: &str,
        before: Before,
    ) -> Result<Option<String>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let known = known(&mut tx, customer, self.now()).await?;
        let people = match known.customer.directory {
            // Until a run has written to People nobody is kept up to date.
            Some(directory) if known.customer.synced_at.is_some() => {
                number(store::accounts::active_of_directory(&mut tx, customer, directory).await?)
            }
            _ => 0,
        };
        Ok(sentence(&known.facts, before, people, self.now()))
    }
}

/// The warning: "This connection is live: 812 people are kept up to date by it. Saving changed values re-opens “Connect
/// the provider”; “Test sync” and “First run” then wait for it."
pub(super) fn sentence(facts: &Facts, before: Before, people: u64, now: Timestamp) -> Option<String> {
    let live = (people > 0).then(|| {
        let what = match before {
            Before::Connection | Before::OtherProvider => "This connection is live",
            Before::Settings => "These settings are live",
            Before::Answer(_) | Before::TakeBack(_) => "The sync is live",
        };
        let are = plural(people, "person is", "people are");
        format!("{what}: {are} kept up to date by it.")
    });
    let live = live.map(|text| match before {
        Before::Settings => text.replace("by it.", "by them."),
        _ => text,
    });
    let edit = edit(facts, before, people)?;
    let doing = match before {
        Before::Connection => "Saving changed values",
        Before::OtherProvider => "Saving another provider",
        Before::Settings => "A change here",
        Before::Answer(_) => "Another answer",
        Before::TakeBack(_) => "Taking this back",
    };
    let steps = reopens(facts, edit, now);
    let effect = (!steps.is_empty()).then(|| effect(doing, &steps, cure(facts, edit, now)));
    match (live, effect) {
        (None, None) => None,
        (live, effect) => Some([live, effect].into_iter().flatten().collect::<Vec<_>>().join(" ")),
    }
}

/// The edit that stands behind a form; `None` where there is nothing yet that could be edited.
fn edit(facts: &Facts, before: Before, people: u64) -> Option<Edit> {
    Some(match before {
        Before::Connection => Edit::Connection,
        Before::OtherProvider => Edit::OtherDirectory { linked: people },
        Before::Settings => Edit::Settings,
        Before::TakeBack(step) => Edit::TakeBack(step),
        Before::Answer(Step::Sso) => Edit::Sso(match facts.sso()? {
            SsoBefore::Configured => SsoBefore::NotConfigured,
            SsoBefore::NotConfigured => SsoBefore::Configured,
        }),
        Before::Answer(_) => Edit::Existing(match facts.existing()? {
            ExistingDirectory::Existing => ExistingDirectory::BrandNew,
            ExistingDirectory::BrandNew => ExistingDirectory::Existing,
        }),
    })
}

/// What becomes of finished steps: one is to be done again, the others wait for it.
fn effect(doing: &str, steps: &[Step], cure: Option<Step>) -> String {
    let Some(cure) = cure else {
        return format!("{doing} re-opens {}.", listed(steps));
    };
    let others: Vec<Step> = steps.iter().copied().filter(|step| *step != cure).collect();
    let waiting = listed(&others);
    match (others.len() < steps.len(), others.len()) {
        (true, 0) => format!("{doing} re-opens “{}”.", cure.title()),
        (true, _) => format!("{doing} re-opens “{}”; {waiting} then wait for it.", cure.title()),
        (false, _) => format!("{doing} holds up {waiting} until “{}” is done.", cure.title()),
    }
}

/// Steps by their titles: “A”, “B” and 3 more steps.
fn listed(steps: &[Step]) -> String {
    const NAMED: usize = 3;
    let named = steps.iter().take(NAMED);
    let mut parts: Vec<String> = named.map(|step| format!("“{}”", step.title())).collect();
    if steps.len() > NAMED {
        let more = u64::try_from(steps.len() - NAMED).unwrap_or(u64::MAX);
        parts.push(plural(more, "more step", "more steps"));
    }
    match parts.as_slice() {
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
        [] => String::new(),
    }
}
