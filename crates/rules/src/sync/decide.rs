//! The decision about one person. Every rule names the domain id it comes from.

use domain::directory::{DirectoryStatus, Standing};
use domain::people::{AccountState, BlockReason, BlockedBy, Directory, PeopleAccount, Profile, field};
use domain::settings::DataMapping;
use domain::sync::{ChangeKind, FieldChange, PlannedChange, Reason};
use domain::{AccountId, ObjectId, Username, UsernameKey};

use super::person::{Claim, Decision, Facts, Holder, Person, Rules, username_source};
use crate::mapping::{self, project};

/// Whether the directory wants this person to have an active account.
enum Standpoint {
    Wanted,
    /// Leave everything as it is, with the reason if there is something to say (invariant 16).
    Wait(Option<Reason>),
    Unwanted(BlockReason),
}

impl Rules<'_> {
    /// What happens to this person. `new_id` gives the id of a new account and is called for creations only.
    ///
    /// Never a deletion; nothing for accounts that are Local or of another directory (invariant 10, L-12, L-13).
    pub fn decide(&self, facts: &Facts<'_>, new_id: impl FnOnce() -> AccountId) -> Decision {
        match facts.linked {
            Some(account) => self.decide_linked(facts, account),
            None => self.decide_unlinked(facts, new_id),
        }
    }

    /// An unlinked account of this directory whose username key no present person in scope has: nobody vouches for
    /// it (L-03). Decide the people first; an account one of them links or disputes is no leaver.
    pub fn leaver(&self, account: &PeopleAccount) -> Decision {
        if !self.owns(account) || account.state == AccountState::Blocked {
            return Decision::Unchanged;
        }
        Decision::Change(block(None, account, BlockReason::LeftDirectory))
    }

    /// What cannot be written for a person who is otherwise in order (B-05, I-14, I-15): rows beside their change.
    /// Missing names and addresses are reported once, when the account is made or linked.
    pub fn problems(&self, facts: &Facts<'_>) -> Vec<PlannedChange> {
        let person = facts.person;
        if !matches!(self.standpoint(person), Standpoint::Wanted) {
            return Vec::new();
        }
        let data = &self.settings.mapping;
        let mut reasons = match facts.linked {
            Some(account) if !self.owns(account) || is_kept_blocked(account) => return Vec::new(),
            Some(_) if data.username_follows => match usable_name(person, data) {
                Ok(_) => Vec::new(),
                Err(reason) => vec![reason],
            },
            Some(_) => Vec::new(),
            None if usable_name(person, data).is_err() => return Vec::new(),
            None => mapping::missing(&person.user, data).map(missing).collect(),
        };
        reasons.extend(mapping::misfits(&person.user, data, self.fields));
        reasons
            .into_iter()
            .map(|reason| note(ChangeKind::Flag, person, facts.linked, reason))
            .collect()
    }

    fn owns(&self, account: &PeopleAccount) -> bool {
        account.directory == Directory::External(self.directory)
    }

    fn standpoint(&self, person: &Person) -> Standpoint {
        if !person.present {
            return Standpoint::Unwanted(BlockReason::LeftDirectory);
        }
        // C-11, G-16: what cannot be read says nothing, not even that somebody is disabled.
        let data = &self.settings.mapping;
        if mapping::looks_unreadable(&person.user, data) {
            return Standpoint::Wait(Some(missing(&data.username_attribute)));
        }
        match person.user.status.standing() {
            Standing::Wait => {
                let unknown = person.user.status == DirectoryStatus::Unknown;
                Standpoint::Wait(unknown.then_some(Reason::UnknownStatus))
            }
            Standing::Gone => Standpoint::Unwanted(BlockReason::DisabledInDirectory),
            _ if !person.in_scope => Standpoint::Unwanted(BlockReason::OutOfScope),
            Standing::NotYet => Standpoint::Unwanted(BlockReason::NotYetActive),
            Standing::Works if person.user.guest && !self.settings.scope.include_guests => {
                Standpoint::Unwanted(BlockReason::Guest)
            }
            Standing::Works => Standpoint::Wanted,
        }
    }

    fn decide_unlinked(&self, facts: &Facts<'_>, new_id: impl FnOnce() -> AccountId) -> Decision {
        let person = facts.person;
        if !person.present || !person.in_scope {
            return Decision::Ignored;
        }
        match self.standpoint(person) {
            Standpoint::Wait(None) => Decision::Ignored,
            Standpoint::Wait(Some(reason)) => skip(person, None, reason),
            Standpoint::Unwanted(why) => self.keep_out(facts, why),
            Standpoint::Wanted => match usable_name(person, &self.settings.mapping) {
                Err(reason) => skip(person, None, reason),
                Ok((name, key)) => self.match_or_create(facts, name, key, new_id),
            },
        }
    }

    /// L-02, L-07, I-12: somebody who must not get in and whom we never linked. An unlinked account of this directory
    /// with their username is theirs, as far as anybody can tell, and is blocked: the one block of a holder instead of
    /// a linked account.
    fn keep_out(&self, facts: &Facts<'_>, why: BlockReason) -> Decision {
        let person = facts.person;
        let theirs = facts
            .holder
            .filter(|holder| self.owns(holder.account) && holder.linked_to.is_none())
            .map(|holder| holder.account)
            .filter(|account| account.state != AccountState::Blocked);
        if let (Some(account), Some(name), Some(key)) = (theirs, &person.username, &person.username_key) {
            // Whose account it is, is open, and a claim is no place for the block of an administrator: it would pass
            // by the guard of the last one (I-18).
            if !(facts.rivals && account.is_administrator) {
                let change = block(Some(&person.user.object_id), account, why);
                return claim_if(facts.rivals, facts, change, name, key);
            }
        }
        let reason = match why {
            BlockReason::NotYetActive => Reason::NotYetActive,
            BlockReason::Guest => Reason::GuestExcluded,
            _ => Reason::NeverSeenAndDisabled,
        };
        skip(person, None, reason)
    }

    /// I-02: by username key, in this directory, unlinked: link. Nobody: create. Everything else is for a person to
    /// decide (I-03, I-04, I-07, I-19), or depends on whether the holder leaves the name in this run (I-05).
    fn match_or_create(
        &self,
        facts: &Facts<'_>,
        name: &Username,
        key: &UsernameKey,
        new_id: impl FnOnce() -> AccountId,
    ) -> Decision {
        let Some(holder) = facts.holder else {
            if facts.reserved {
                let username = name.as_str().to_owned();
                let reason = Reason::NameReserved { username };
                return Decision::Change(note(ChangeKind::Dispute, facts.person, None, reason));
            }
            let change = self.create(facts.person, name, new_id());
            return claim_if(facts.rivals, facts, change, name, key);
        };
        if self.owns(holder.account) && holder.linked_to.is_none() {
            let change = self.link(facts.person, name, holder.account);
            return claim_if(facts.rivals, facts, change, name, key);
        }
        let reason = self.held(holder, name, |username| Reason::LinkedElsewhere { username });
        let dispute = note(ChangeKind::Dispute, facts.person, Some(holder.account), reason);
        if !self.may_move(holder) {
            return Decision::Change(dispute);
        }
        Decision::Claim(Box::new(Claim {
            change: self.create(facts.person, name, new_id()),
            username: name.clone(),
            key: key.clone(),
            mover: None,
            old_key: None,
            holder: Some(holder.account.id),
            otherwise: vec![dispute],
        }))
    }

    fn create(&self, person: &Person, name: &Username, id: AccountId) -> PlannedChange {
        let mut fields = vec![
            FieldChange::new(field::USERNAME, None, Some(name.as_str())),
            FieldChange::new(field::STATE, None, Some(AccountState::Active.code())),
        ];
        fields.append(&mut self.fields(person, None));
        PlannedChange {
            kind: ChangeKind::Create,
            object_id: Some(person.user.object_id.clone()),
            account: Some(id),
            account_version: None,
            reason: Reason::Joiner,
            fields,
        }
    }

    /// L-06, L-09: a link brings the account back only if the sync had blocked it.
    fn link(&self, person: &Person, name: &Username, account: &PeopleAccount) -> PlannedChange {
        let mut fields = Vec::new();
        if !is_kept_blocked(account) {
            if self.settings.mapping.username_follows {
                fields.extend(renamed(account, name));
            }
            if account.state == AccountState::Blocked {
                fields.push(state(account, AccountState::Active));
            }
            fields.append(&mut self.fields(person, Some(&account.profile)));
        }
        let reason = Reason::UsernameMatches;
        change(
            ChangeKind::Link,
            Some(&person.user.object_id),
            account,
            reason,
            fields,
        )
    }

    fn decide_linked(&self, facts: &Facts<'_>, account: &PeopleAccount) -> Decision {
        let person = facts.person;
        let standpoint = self.standpoint(person);
        if !self.owns(account) {
            return match standpoint {
                Standpoint::Wanted => {
                    let reason = foreign(account, &account.username);
                    Decision::Change(note(ChangeKind::Dispute, person, Some(account), reason))
                }
                Standpoint::Wait(_) | Standpoint::Unwanted(_) => Decision::Unchanged,
            };
        }
        match standpoint {
            Standpoint::Wait(None) => Decision::Unchanged,
            Standpoint::Wait(Some(reason)) => skip(person, Some(account), reason),
            Standpoint::Unwanted(_) if account.state == AccountState::Blocked => Decision::Unchanged,
            Standpoint::Unwanted(why) => Decision::Change(block(Some(&person.user.object_id), account, why)),
            Standpoint::Wanted if is_kept_blocked(account) => {
                skip(person, Some(account), Reason::BlockedByAdministrator)
            }
            Standpoint::Wanted => self.keep_current(facts, account),
        }
    }

    /// An account of ours that should be active and equal to the directory.
    fn keep_current(&self, facts: &Facts<'_>, account: &PeopleAccount) -> Decision {
        let person = facts.person;
        let mut rest = Vec::new();
        if account.state == AccountState::Blocked {
            rest.push(state(account, AccountState::Active));
        }
        rest.append(&mut self.fields(person, Some(&account.profile)));
        match self.new_name(person, account) {
            None => update(person, account, rest).map_or(Decision::Unchanged, Decision::Change),
            Some((name, key)) => self.rename(facts, account, (name, key), rest),
        }
    }

    /// The name the account should get: the directory's, if usernames follow it and it is another and usable one.
    fn new_name<'p>(
        &self,
        person: &'p Person,
        account: &PeopleAccount,
    ) -> Option<(&'p Username, &'p UsernameKey)> {
        if !self.settings.mapping.username_follows {
            return None;
        }
        usable_name(person, &self.settings.mapping)
            .ok()
            .filter(|(name, _)| **name != account.username)
    }

    /// I-05. Only letter case or Unicode form: nobody else can be in the way. Else it is settled with
    /// all others (I-06, swaps within a run).
    fn rename(
        &self,
        facts: &Facts<'_>,
        account: &PeopleAccount,
        (name, key): (&Username, &UsernameKey),
        rest: Vec<FieldChange>,
    ) -> Decision {
        let person = facts.person;
        let mut fields: Vec<FieldChange> = renamed(account, name).into_iter().collect();
        fields.extend(rest.iter().cloned());
        let (kind, reason) = if account.state == AccountState::Blocked {
            (ChangeKind::Unblock, Reason::BackInScope)
        } else {
            (ChangeKind::Rename, Reason::UsernameChanged)
        };
        let whole = change(kind, Some(&person.user.object_id), account, reason, fields);
        if *key == account.username_key {
            return Decision::Change(whole);
        }
        let reason = match facts.holder {
            Some(holder) => self.held(holder, name, |username| Reason::NameHeld { username }),
            None => claimed_twice(name),
        };
        let dispute = note(ChangeKind::Dispute, person, Some(account), reason);
        Decision::Claim(Box::new(Claim {
            change: whole,
            username: name.clone(),
            key: key.clone(),
            mover: Some(account.id),
            old_key: Some(account.username_key.clone()),
            holder: facts.holder.map(|holder| holder.account.id),
            otherwise: update(person, account, rest)
                .into_iter()
                .chain([dispute])
                .collect(),
        }))
    }

    fn fields(&self, person: &Person, current: Option<&Profile>) -> Vec<FieldChange> {
        project(&person.user, &self.settings.mapping, self.fields, current)
    }

    /// Why the holder's name is not to be had, if they keep it. `ours` gives the reason for an account of this directory.
    fn held(&self, holder: Holder<'_>, name: &Username, ours: impl FnOnce(String) -> Reason) -> Reason {
        if self.owns(holder.account) {
            ours(name.as_str().to_owned())
        } else {
            foreign(holder.account, name)
        }
    }

    /// Only a linked account of this directory can leave its name in a run, and only if usernames follow.
    fn may_move(&self, holder: Holder<'_>) -> bool {
        self.settings.mapping.username_follows && self.owns(holder.account) && holder.linked_to.is_some()
    }
}

/// Blocked, and not by the sync: an administrator's decision stands (L-06, L-09). A block without author is nobody's
/// of ours either.
fn is_kept_blocked(account: &PeopleAccount) -> bool {
    account.state == AccountState::Blocked && account.block.is_none_or(|block| block.by != BlockedBy::Sync)
}

/// The username, or why there is none to use (I-15, R-07, R-13).
fn usable_name<'p>(
    person: &'p Person,
    mapping: &DataMapping,
) -> Result<(&'p Username, &'p UsernameKey), Reason> {
    let (Some(name), Some(key)) = (&person.username, &person.username_key) else {
        return Err(missing(username_source(&person.user, mapping)));
    };
    mapping::username_problem(name).map_or(Ok((name, key)), Err)
}

fn missing(attribute: &str) -> Reason {
    Reason::MissingAttribute {
        attribute: attribute.to_owned(),
    }
}

/// I-03, I-19.
fn foreign(account: &PeopleAccount, name: &Username) -> Reason {
    let username = name.as_str().to_owned();
    match account.directory {
        Directory::Local => Reason::LocalAccount { username },
        Directory::External(_) => Reason::OtherDirectory { username },
    }
}

pub(super) fn claimed_twice(name: &Username) -> Reason {
    Reason::ClaimedTwice {
        username: name.as_str().to_owned(),
    }
}

/// A change that only depends on whether others want the same name.
fn claim_if(
    rivals: bool,
    facts: &Facts<'_>,
    change: PlannedChange,
    name: &Username,
    key: &UsernameKey,
) -> Decision {
    if !rivals {
        return Decision::Change(change);
    }
    let holder = facts.holder.map(|holder| holder.account);
    Decision::Claim(Box::new(Claim {
        change,
        username: name.clone(),
        key: key.clone(),
        mover: None,
        old_key: None,
        holder: None,
        otherwise: vec![note(
            ChangeKind::Dispute,
            facts.person,
            holder,
            claimed_twice(name),
        )],
    }))
}

fn skip(person: &Person, account: Option<&PeopleAccount>, reason: Reason) -> Decision {
    Decision::Change(note(ChangeKind::Skip, person, account, reason))
}

/// A row that writes nothing.
fn note(kind: ChangeKind, person: &Person, account: Option<&PeopleAccount>, reason: Reason) -> PlannedChange {
    PlannedChange {
        kind,
        object_id: Some(person.user.object_id.clone()),
        account: account.map(|account| account.id),
        account_version: account.map(|account| account.version),
        reason,
        fields: Vec::new(),
    }
}

fn change(
    kind: ChangeKind,
    object_id: Option<&ObjectId>,
    account: &PeopleAccount,
    reason: Reason,
    fields: Vec<FieldChange>,
) -> PlannedChange {
    PlannedChange {
        kind,
        object_id: object_id.cloned(),
        account: Some(account.id),
        account_version: Some(account.version),
        reason,
        fields,
    }
}

fn block(object_id: Option<&ObjectId>, account: &PeopleAccount, why: BlockReason) -> PlannedChange {
    let fields = vec![state(account, AccountState::Blocked)];
    change(
        ChangeKind::Block,
        object_id,
        account,
        Reason::Blocked { why },
        fields,
    )
}

/// An update, or the unblocking it comes with; nothing to do gives `None`.
fn update(person: &Person, account: &PeopleAccount, fields: Vec<FieldChange>) -> Option<PlannedChange> {
    if fields.is_empty() {
        return None;
    }
    let (kind, reason) = if account.state == AccountState::Blocked {
        (ChangeKind::Unblock, Reason::BackInScope)
    } else {
        (ChangeKind::Update, Reason::AttributesChanged)
    };
    Some(change(
        kind,
        Some(&person.user.object_id),
        account,
        reason,
        fields,
    ))
}

fn state(account: &PeopleAccount, after: AccountState) -> FieldChange {
    FieldChange::new(field::STATE, Some(account.state.code()), Some(after.code()))
}

fn renamed(account: &PeopleAccount, name: &Username) -> Option<FieldChange> {
    (account.username != *name).then(|| {
        FieldChange::new(
            field::USERNAME,
            Some(account.username.as_str()),
            Some(name.as_str()),
        )
    })
}
