//! A plan on its way into the store: planned changes get their number, their words, and go there in chunks.

use domain::people::{PeopleAccount, field};
use domain::sync::PlannedChange;
use domain::{AccountId, GroupId};
use rules::username::search_key;
use store::changes::NewChange;

/// Changes are written this many at a time.
pub(crate) const CHUNK: usize = 1_000;

/// Who a change is about, as the history shows them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) username: String,
}

impl Named {
    /// First name and surname of an account, or its username.
    pub(crate) fn of_account(account: &PeopleAccount) -> Self {
        let part = |key| account.profile.get(key).map(String::as_str).unwrap_or_default();
        let name = format!("{} {}", part(field::FIRST_NAME), part(field::SURNAME));
        let username = account.username.as_str().to_owned();
        let name = match name.trim() {
            "" => username.clone(),
            name => name.to_owned(),
        };
        Self { name, username }
    }

    fn search_key(&self) -> String {
        search_key(&format!("{} {}", self.name, self.username))
    }
}

/// The changes planned so far, in the order in which they are applied.
#[derive(Default)]
pub(crate) struct Plan {
    next_seq: i64,
    waiting: Vec<NewChange>,
}

impl Plan {
    /// How many changes have a number by now.
    pub(crate) fn numbered(&self) -> u64 {
        self.next_seq.unsigned_abs()
    }

    /// Adds a change. `component` keeps changes together whose names depend on each other.
    pub(crate) fn add(&mut self, change: PlannedChange, named: Named, component: Option<i64>) {
        self.push(change, named, component, None, None);
    }

    /// Adds the joining or leaving of a group.
    pub(crate) fn add_membership(&mut self, change: PlannedChange, named: Named, group: GroupId) {
        self.push(change, named, None, Some(group), None);
    }

    /// Adds a new manager for somebody for whom nothing else is planned.
    pub(crate) fn add_manager(&mut self, change: PlannedChange, named: Named, manager: Option<AccountId>) {
        self.push(change, named, None, None, manager);
    }

    fn push(
        &mut self,
        change: PlannedChange,
        named: Named,
        component: Option<i64>,
        group: Option<GroupId>,
        manager: Option<AccountId>,
    ) {
        self.next_seq += 1;
        let search_key = named.search_key();
        let (seq, name, username) = (self.next_seq, named.name, named.username);
        self.waiting.push(NewChange {
            seq,
            component,
            change,
            group,
            manager,
            name,
            username,
            search_key,
        });
    }

    /// What is to be written now: everything, or only whole chunks.
    pub(crate) fn take(&mut self, all: bool) -> Vec<NewChange> {
        if all || self.waiting.len() >= CHUNK {
            std::mem::take(&mut self.waiting)
        } else {
            Vec::new()
        }
    }
}
