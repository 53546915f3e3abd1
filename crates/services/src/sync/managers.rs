//! Who is whose manager (domain 3.9): found out when everybody is planned, and set when everybody is there.

use domain::people::field;
use domain::sync::{ChangeKind, FieldChange, PlannedChange, Reason};
use domain::{AccountId, CustomerId, DirectoryId, ObjectId, Provider};
use rules::sync::{ManagerSearch, Names};
use store::managers::ManagerDifference;
use store::{StoreError, Tx};

use super::Running;
use super::apply::CHUNK;
use super::comparison::PAGE;
use super::plan::{Named, Plan};
use super::stop::Stop;

/// The attribute of Okta that is read besides the mapped ones, because managers may be named by it.
const EMPLOYEE_NUMBER: &str = "employeeNumber";

/// Attributes that tell who somebody is.
const fn identity_attributes(provider: Provider) -> &'static [&'static str] {
    match provider {
        Provider::Entra => &[
            "givenName",
            "surname",
            "employeeId",
            "onPremisesSamAccountName",
            "proxyAddresses",
        ],
        Provider::Okta => &["firstName", "lastName", EMPLOYEE_NUMBER, "secondEmail"],
    }
}

/// Names are looked through this many people at a time.
const NAMES_PAGE: i64 = 10_000;

impl Running<'_> {
    /// The attributes to read: the mapped ones, and those that tell who somebody is, by which managers are named (Okta)
    /// and usernames are proposed. Every run reads the same, or each would find everybody changed.
    pub(super) fn attributes(&self, provider: Provider) -> Vec<String> {
        let mut all = self.settings.mapping.attributes();
        for name in identity_attributes(provider) {
            if !all.iter().any(|known| known == name) {
                all.push((*name).to_owned());
            }
        }
        all
    }

    /// 3.9: managers are resolved when everybody is planned, so that a manager who is new counts too.
    pub(super) async fn compare_managers(&mut self, plan: &mut Plan) -> Result<(), Stop> {
        if !self.settings.mapping.manager {
            return Ok(());
        }
        self.find_named_managers().await?;
        let (customer, directory, run) = (self.customer, self.run.directory, self.run.id);
        // The run of one person looks at their row only.
        let only = match self.run.person.clone() {
            Some(person) => Some(self.row_of(&person).await?.unwrap_or(0)),
            None => None,
        };
        let (mut after, limit) = only.map_or((0, PAGE), |row| (row - 1, 1));
        loop {
            let mut found = {
                let mut tx = self.services.db().read().await?;
                store::managers::differences(&mut tx, customer, directory, Some(run), after, limit).await?
            };
            found.retain(|difference| only.is_none_or(|row| row == difference.row_no));
            let Some(last) = found.last() else { return Ok(()) };
            after = last.row_no;
            let mut tx = self.begin().await?;
            for difference in found {
                let Some((manager, change)) = manager_change(&difference) else {
                    continue;
                };
                match difference.planned {
                    Some(seq) => {
                        store::changes::add_manager(&mut tx, customer, run, seq, manager, &change).await?;
                    }
                    None => plan.add_manager(
                        PlannedChange {
                            kind: ChangeKind::Update,
                            object_id: Some(difference.object_id),
                            account: Some(difference.account),
                            account_version: None,
                            reason: Reason::AttributesChanged,
                            fields: vec![change],
                        },
                        Named {
                            name: difference.name,
                            username: difference.username,
                        },
                        manager,
                    ),
                }
            }
            tx.commit().await?;
            self.write(plan, false).await?;
        }
    }

    /// Okta's `managerId` may be a login, an e-mail address or an employee number. A text that fits several people
    /// changes nobody's manager, and the run says so.
    async fn find_named_managers(&mut self) -> Result<(), Stop> {
        let (customer, directory) = (self.customer, self.run.directory);
        let meant = {
            let mut tx = self.services.db().read().await?;
            let row = store::directories::find(&mut tx, customer, directory).await?;
            if row.is_none_or(|row| row.provider != Provider::Okta) {
                return Ok(());
            }
            let named = store::managers::named(&mut tx, customer, directory).await?;
            self.search(&mut tx, named).await?
        };
        let mut tx = self.begin().await?;
        store::managers::resolve(&mut tx, customer, directory, &meant).await?;
        let unclear: Vec<&str> = meant
            .iter()
            .filter_map(|(text, id)| id.is_none().then_some(text.as_str()))
            .collect();
        // In the run of one person, other people's managers are nobody's concern.
        if let Some(first) = unclear.first().filter(|_| self.run.person.is_none()) {
            let sentence = format!(
                "Some people's manager could be one of several people, so it stays as it is. Texts in managerId that fit \
                 several people: {}, such as “{first}”.",
                unclear.len()
            );
            self.warn(&mut tx, sentence).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn search(&self, tx: &mut Tx, named: Vec<String>) -> Result<Vec<(String, Option<ObjectId>)>, Stop> {
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let (customer, directory) = (self.customer, self.run.directory);
        let mut search = ManagerSearch::new(named);
        let mut after = 0;
        loop {
            let people = store::managers::names(tx, customer, directory, after, NAMES_PAGE).await?;
            let Some(last) = people.last() else {
                return Ok(search.meant());
            };
            after = last.row_no;
            for person in &people {
                search.see(&Names {
                    object_id: &person.object_id,
                    login: &person.principal_name,
                    mail: person.mail.as_deref(),
                    employee_number: person.employee_number.as_deref(),
                    present: person.present,
                });
            }
        }
    }

    /// After everything is applied: who was given a manager that was only made later in this run, gets them now. So
    /// nobody's manager is ever an account that does not exist, whatever became of its creation.
    pub(super) async fn appoint_managers(&self) -> Result<(), Stop> {
        let (customer, directory, run) = (self.customer, self.run.directory, self.run.id);
        let last = {
            let mut tx = self.services.db().read().await?;
            store::managers::last_change(&mut tx, customer, run).await?
        };
        let mut after = 0;
        while after < last {
            self.check_cancel()?;
            let now = self.services.now();
            let mut tx = self.begin().await?;
            store::managers::appoint(&mut tx, customer, directory, run, (after, after + CHUNK), now).await?;
            tx.commit().await?;
            after += CHUNK;
        }
        Ok(())
    }
}

/// How many people with an account have another manager in the directory than in People, or none of the two: whose
/// manager the next run would set.
pub(crate) async fn other_managers(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<u64, StoreError> {
    let (mut after, mut count) = (0, 0);
    loop {
        let found = store::managers::differences(tx, customer, directory, None, after, PAGE).await?;
        let Some(last) = found.last() else {
            return Ok(count);
        };
        after = last.row_no;
        let differ = found.iter().filter(|found| manager_change(found).is_some());
        count += u64::try_from(differ.count()).unwrap_or(u64::MAX);
    }
}

/// The new manager and the words for it; `None` when nothing is to be done.
fn manager_change(difference: &ManagerDifference) -> Option<(Option<AccountId>, FieldChange)> {
    if difference.stays_blocked || difference.blocks {
        return None;
    }
    // Somebody who is named as their own manager has none: the organisation chart must not turn in a circle.
    let wanted = difference
        .wanted
        .as_ref()
        .filter(|(manager, _)| *manager != difference.account);
    if wanted.map(|w| w.0) == difference.current.as_ref().map(|c| c.0) {
        return None;
    }
    let name = |side: Option<&(AccountId, Option<String>)>| {
        side.map(|(_, name)| name.clone().unwrap_or_else(|| "(unknown)".to_owned()))
    };
    let (before, after) = (name(difference.current.as_ref()), name(wanted));
    let change = FieldChange {
        field: field::MANAGER.to_owned(),
        before,
        after,
    };
    Some((wanted.map(|w| w.0), change))
}
