//! What a mapping is checked against beside its file: the connected directory and its settings, the directories before, and
//! accounts and people in the form the rules take them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use domain::deployment::Step;
use domain::directory::{AttributeValue, Standing};
use domain::people::{AccountState, Profile, field};
use domain::settings::DataMapping;
use domain::user_mapping::MappingKnown;
use domain::{Actor, CustomerId, DirectoryId, Provider, UserError};
use rules::proposals;
use rules::user_mapping::{AccountNow, AccountPlace, PersonFound, Surroundings};
use store::found_list::Among;
use store::snapshot::SnapshotUser;
use store::user_mapping::{AccountBeside, Marks};

use crate::{ServiceError, Services};

/// More domains than this say nothing about a single one.
const MAX_DOMAINS: i64 = 1_000;

/// What a file is checked against.
pub(super) struct Known {
    /// What a browser may know, too.
    pub(super) files: MappingKnown,
    pub(super) directory: DirectoryId,
    /// Usernames of local administrators who have proven to get in (P-07).
    recovery: BTreeSet<String>,
    mapping: DataMapping,
    pub(super) licences: Option<u64>,
    /// Since the last test sync.
    pub(super) read_days_ago: Option<i64>,
    pub(super) marks: Marks,
}

impl Services {
    /// What a file that is about to be uploaded will be checked against, for whoever may upload it.
    pub async fn mapping_known(&self, actor: &Actor, slug: &str) -> Result<MappingKnown, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.mapping_of(&mut tx, actor, slug).await?;
        drop(tx);
        let known = self.known_for_mapping(customer).await?;
        Ok(known.ok_or(UserError::NotFound)?.files)
    }

    /// What the customer's files are checked against; `None` where no directory is connected.
    pub(super) async fn known_for_mapping(
        &self,
        customer: CustomerId,
    ) -> Result<Option<Known>, ServiceError> {
        let mut tx = self.db().read().await?;
        let Some(directory) = store::directories::current(&mut tx, customer).await? else {
            return Ok(None);
        };
        let settings = store::settings::find(&mut tx, customer, directory.id).await?;
        let initial = DataMapping::initial(directory.provider);
        let licences = settings.as_ref().and_then(|row| row.settings.limits.licences);
        let mapping = settings.map_or_else(|| initial.clone(), |row| row.settings.mapping);
        let domains = store::found_list::domains(&mut tx, customer, directory.id, MAX_DOMAINS).await?;
        let are_few = domains.len() < usize::try_from(MAX_DOMAINS).unwrap_or(usize::MAX);
        let old = store::directories::old(&mut tx, customer).await?;
        let statements = store::deployments::latest(&mut tx, customer).await?;
        let facts = store::customers::facts(&mut tx, customer).await?;
        let test_synced_at = facts.and_then(|facts| facts.test_synced_at);
        let marks = store::user_mapping::marks(&mut tx, customer, directory.id).await?;
        Ok(Some(Known {
            files: MappingKnown {
                provider: directory.provider,
                by_sign_in_name: mapping.username_attribute == initial.username_attribute,
                domains: domains.into_iter().filter(|_| are_few).collect(),
                old: old.into_iter().map(|row| row.name).collect(),
            },
            directory: directory.id,
            recovery: statements
                .into_iter()
                .filter(|row| row.step == Step::LocalAdmin && row.account_stands)
                .filter_map(|row| row.account_username)
                .collect(),
            mapping,
            licences: licences.map(u64::from),
            read_days_ago: test_synced_at.map(|at| (self.now() - at).num_days()),
            marks,
        }))
    }
}

impl Known {
    pub(super) const fn around(&self) -> Surroundings<'_> {
        Surroundings {
            provider: self.files.provider,
            by_sign_in_name: self.files.by_sign_in_name,
            domains: &self.files.domains,
        }
    }

    /// Everybody the test sync found, in a synchronised group or not.
    pub(super) const fn among(&self, customer: CustomerId) -> Among {
        Among {
            customer,
            directory: self.directory,
            everybody: true,
        }
    }

    pub(super) fn account(&self, account: AccountBeside) -> OwnedAccount {
        let place = match account.directory {
            None => AccountPlace::Local,
            Some(id) if id == self.directory => AccountPlace::Connected,
            Some(_) => AccountPlace::Before,
        };
        let number = self.field_of(employee_number(self.files.provider));
        OwnedAccount {
            place,
            is_recovery: place == AccountPlace::Local && self.recovery.contains(&account.username),
            employee_number: number.and_then(|field| account.profile.get(field)).cloned(),
            account,
        }
    }

    /// The profile field an attribute feeds.
    fn field_of(&self, attribute: &str) -> Option<&str> {
        let mut fields = self.mapping.fields.iter();
        let row = fields.find(|row| row.attribute == attribute)?;
        Some(&row.field)
    }

    pub(super) fn person(&self, person: SnapshotUser) -> OwnedPerson {
        let text = |attribute: &str| {
            let value = person.user.attributes.get(attribute)?;
            value.as_text().map(Cow::into_owned)
        };
        let (first_name, surname) = match self.files.provider {
            Provider::Entra => ("givenName", "surname"),
            Provider::Okta => ("firstName", "lastName"),
        };
        let addresses = match self.files.provider {
            Provider::Entra => "proxyAddresses",
            Provider::Okta => "secondEmail",
        };
        let addresses = match person.user.attributes.get(addresses) {
            Some(AttributeValue::List(all)) => all.clone(),
            Some(value) => value.to_text().into_iter().collect(),
            None => Vec::new(),
        };
        OwnedPerson {
            first_name: text(first_name).unwrap_or_default(),
            surname: text(surname).unwrap_or_default(),
            employee_number: text(employee_number(self.files.provider)),
            account_name: text("onPremisesSamAccountName"),
            addresses,
            username: person.username.as_ref().map(|name| name.as_str().to_owned()),
            person,
        }
    }
}

const fn employee_number(provider: Provider) -> &'static str {
    match provider {
        Provider::Entra => "employeeId",
        Provider::Okta => "employeeNumber",
    }
}

/// An account on its way to the rules.
pub(super) struct OwnedAccount {
    account: AccountBeside,
    place: AccountPlace,
    is_recovery: bool,
    employee_number: Option<String>,
}

impl OwnedAccount {
    fn field<'a>(profile: &'a Profile, key: &str) -> Option<&'a str> {
        profile.get(key).map(String::as_str)
    }

    pub(super) fn beside(&self) -> AccountNow<'_> {
        let profile = &self.account.profile;
        let field = |key| Self::field(profile, key).unwrap_or_default();
        AccountNow {
            username: &self.account.username,
            email: field(field::EMAIL),
            first_name: field(field::FIRST_NAME),
            surname: field(field::SURNAME),
            place: self.place,
            is_blocked: self.account.state == AccountState::Blocked,
            is_administrator: self.account.is_administrator,
            is_recovery: self.is_recovery,
            has_signed_in: self.account.has_signed_in,
        }
    }

    pub(super) fn to_propose(&self, id: u32) -> proposals::Account<'_> {
        let profile = &self.account.profile;
        proposals::Account {
            id,
            username: &self.account.username,
            email: Self::field(profile, field::EMAIL),
            given_name: Self::field(profile, field::FIRST_NAME),
            surname: Self::field(profile, field::SURNAME),
            display_name: None,
            employee_number: self.employee_number.as_deref(),
            is_administrator: self.account.is_administrator,
            is_blocked: self.account.state == AccountState::Blocked,
        }
    }
}

/// A person on their way to the rules.
pub(super) struct OwnedPerson {
    person: SnapshotUser,
    username: Option<String>,
    first_name: String,
    surname: String,
    employee_number: Option<String>,
    account_name: Option<String>,
    addresses: Vec<String>,
}

impl OwnedPerson {
    fn works(&self) -> bool {
        self.person.user.status.standing() == Standing::Works
    }

    pub(super) fn beside(&self) -> PersonFound<'_> {
        let user = &self.person.user;
        PersonFound {
            username: self.username.as_deref().unwrap_or_default(),
            others: [user.mail.as_deref().unwrap_or_default(), &user.principal_name],
            first_name: &self.first_name,
            surname: &self.surname,
            is_enabled: self.works(),
            is_in_scope: self.person.in_scope,
            is_guest: user.guest,
        }
    }

    pub(super) fn to_propose(&self, id: u32) -> proposals::Person<'_> {
        let user = &self.person.user;
        proposals::Person {
            id,
            new_username: self.username.as_deref().unwrap_or_default(),
            sign_in_name: &user.principal_name,
            mail: user.mail.as_deref(),
            further_addresses: &self.addresses,
            employee_number: self.employee_number.as_deref(),
            account_name: self.account_name.as_deref(),
            given_name: Some(&self.first_name),
            surname: Some(&self.surname),
            display_name: user.display_name.as_deref(),
            is_enabled: self.works(),
            in_scope: self.person.in_scope,
            is_guest: user.guest,
        }
    }
}
