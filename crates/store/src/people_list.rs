//! Lists of people for the screen and for downloads, read by key, and what one person's page tells of their past.

use domain::ids::Id;
use domain::people::{AccountState, Profile};
use domain::sync::RunKind;
use domain::{AccountId, CustomerId, DirectoryId, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::code;
use crate::run_list::{ChangeColumns, ListedChange};
use crate::sql::{fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    // Walks `accounts_by_name`; a search that finds little walks all of it, which 100,000 people can take.
    PAGE = "SELECT a.id, a.username, a.state, a.is_administrator, a.profile, d.name AS directory
        FROM accounts a LEFT JOIN directories d ON d.customer_id = a.customer_id AND d.id = a.directory_id
        WHERE a.customer_id = $1 AND (a.sort_key, a.id) > ($2, $3) AND ($4 = '' OR a.state = $4)
        AND ($5 = '' OR ($5 = 'local' AND a.directory_id IS NULL) OR ($5 = 'synced' AND d.provider IN ('entra', 'okta'))
            OR ($5 = 'before' AND d.provider NOT IN ('entra', 'okta')))
        AND ($6 = '' OR a.search_key LIKE $6 ESCAPE '!')
        ORDER BY a.sort_key, a.id LIMIT $7";
    SORT_KEY = "SELECT sort_key FROM accounts WHERE customer_id = $1 AND id = $2";
    // SQLite would rather walk every change of the customer in the order asked for than sort one person's few.
    HISTORY = ["SELECT r.number, r.kind AS run_kind, c.seq, c.kind, c.state, c.object_id, c.account_id, c.name,
            c.username, c.reason, c.fields, c.at
        FROM sync_changes AS c" (index "sync_changes_by_account") "
        JOIN sync_runs r ON r.customer_id = c.customer_id AND r.id = c.run_id
        WHERE c.customer_id = $1 AND c.account_id = $2 AND r.kind IN ('manual', 'scheduled') AND c.state <> 'dropped'
        ORDER BY r.number DESC, c.seq LIMIT $3"];
    OWNED = "SELECT COUNT(*) FROM accounts WHERE customer_id = $1 AND directory_id = $2";
}

/// What a list of people is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Narrowed<'a> {
    /// Part of the search key, in its folded form; empty for everybody.
    pub search: &'a str,
    pub state: Option<AccountState>,
    pub owned: Owned,
}

/// Whose accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Owned {
    #[default]
    Any,
    Local,
    Synced,
    /// Of a directory that the intranet followed before.
    Before,
}

impl Owned {
    const fn code(self) -> &'static str {
        match self {
            Owned::Any => "",
            Owned::Local => "local",
            Owned::Synced => "synced",
            Owned::Before => "before",
        }
    }
}

/// A person in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPerson {
    pub id: AccountId,
    pub username: String,
    pub state: AccountState,
    pub is_administrator: bool,
    pub profile: Profile,
    /// The name of the directory that owns the account; `None` for a local account.
    pub directory: Option<String>,
}

/// An entry in a person's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryEntry {
    pub run: i64,
    pub run_kind: RunKind,
    pub at: Timestamp,
    pub change: ListedChange,
}

#[derive(sqlx::FromRow)]
struct Person {
    id: Uuid,
    username: String,
    state: String,
    is_administrator: bool,
    profile: Json<Profile>,
    directory: Option<String>,
}

impl Person {
    fn read(self) -> Result<ListedPerson, StoreError> {
        Ok(ListedPerson {
            id: AccountId::from_uuid(self.id),
            username: self.username,
            state: code("accounts", "state", &self.state)?,
            is_administrator: self.is_administrator,
            profile: self.profile.0,
            directory: self.directory,
        })
    }
}

#[derive(sqlx::FromRow)]
struct Entry {
    number: i64,
    run_kind: String,
    at: Timestamp,
    #[sqlx(flatten)]
    change: ChangeColumns,
}

/// A pattern that matches text which contains `part`; empty when there is nothing to look for.
pub(crate) fn contains(part: &str) -> String {
    let begins = begins(part);
    if begins.is_empty() {
        begins
    } else {
        format!("%{begins}")
    }
}

/// Patterns of which one matches text that contains `part`, whatever its capitals; with nothing to look for, all text.
///
/// For columns without a folded search key. PostgreSQL folds every letter, SQLite those of ASCII only: what it leaves as
/// it stands in the column is found as it was typed, in lower case, in capitals, or with a capital at the start of each
/// word.
pub(crate) fn any_case(part: &str) -> Vec<String> {
    if part.is_empty() {
        return vec!["%".to_owned()];
    }
    let lower = part.to_lowercase();
    let mut at_start = true;
    let mut capitalised = String::with_capacity(lower.len());
    for letter in lower.chars() {
        if at_start {
            capitalised.extend(letter.to_uppercase());
        } else {
            capitalised.push(letter);
        }
        at_start = !letter.is_alphanumeric();
    }
    let mut forms = vec![contains(&lower)];
    for form in [part, &part.to_uppercase(), &capitalised] {
        let form = contains(form);
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

/// A pattern that matches text which begins with `part`; empty when there is nothing to look for.
pub(crate) fn begins(part: &str) -> String {
    if part.is_empty() {
        return String::new();
    }
    let mut pattern = String::with_capacity(part.len() + 1);
    for c in part.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Where an account stands among all by name; `None`: it is gone.
pub async fn sort_key(
    tx: &mut Tx,
    customer: CustomerId,
    account: AccountId,
) -> Result<Option<String>, StoreError> {
    let found = fetch_optional!(tx, (String,), SORT_KEY, customer.uuid(), account.uuid())?;
    Ok(found.map(|(key,)| key))
}

/// People by surname and first name, after the account `after`, at most `limit`. `None` when there is no such
/// account to go on from.
pub async fn page(
    tx: &mut Tx,
    customer: CustomerId,
    narrowed: Narrowed<'_>,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Option<Vec<ListedPerson>>, StoreError> {
    let (sort_key, id) = match after {
        None => (String::new(), Uuid::nil()),
        Some(account) => {
            let found = fetch_optional!(tx, (String,), SORT_KEY, customer.uuid(), account.uuid())?;
            let Some((sort_key,)) = found else { return Ok(None) };
            (sort_key, account.uuid())
        }
    };
    let state = narrowed.state.map_or("", AccountState::code);
    let pattern = contains(narrowed.search);
    let rows = fetch_all!(
        tx,
        Person,
        PAGE,
        customer.uuid(),
        sort_key.as_str(),
        id,
        state,
        narrowed.owned.code(),
        pattern.as_str(),
        limit
    )?;
    rows.into_iter()
        .map(Person::read)
        .collect::<Result<Vec<_>, _>>()
        .map(Some)
}

/// What the syncs did with an account, newest first, at most `limit` entries. Previews and test syncs did nothing, so
/// they are not here; neither is what was rejected.
pub async fn history(
    tx: &mut Tx,
    customer: CustomerId,
    account: AccountId,
    limit: i64,
) -> Result<Vec<HistoryEntry>, StoreError> {
    let rows = fetch_all!(tx, Entry, HISTORY, customer.uuid(), account.uuid(), limit)?;
    rows.into_iter()
        .map(|row| {
            Ok(HistoryEntry {
                run: row.number,
                run_kind: code("sync_runs", "kind", &row.run_kind)?,
                at: row.at,
                change: row.change.read()?,
            })
        })
        .collect()
}

/// How many accounts a directory owns, in whatever state.
pub async fn owned_by(tx: &mut Tx, customer: CustomerId, directory: DirectoryId) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, OWNED, customer.uuid(), directory.uuid())
}

#[cfg(test)]
mod tests {
    use super::{any_case, contains};

    #[test]
    fn what_is_searched_for_is_never_a_pattern() {
        assert_eq!(contains(""), "");
        assert_eq!(contains("anna"), "%anna%");
        assert_eq!(contains("100%_!"), "%100!%!_!!%");
    }

    #[test]
    fn a_text_is_looked_for_in_each_of_its_usual_forms() {
        assert_eq!(any_case(""), ["%"]);
        assert_eq!(any_case("a_b"), ["%a!_b%", "%A!_B%"]);
        assert_eq!(any_case("ÖZIL"), ["%özil%", "%ÖZIL%", "%Özil%"]);
        assert_eq!(
            any_case("élodie o'ö"),
            ["%élodie o'ö%", "%ÉLODIE O'Ö%", "%Élodie O'Ö%"]
        );
    }
}
