//! What somebody means who names what an entry is about: the log itself keeps ids and codes, which outlive names.

use domain::appointment::AppointmentKind;
use domain::deployment::Step;
use domain::{CustomerId, Provider};
use rules::username::search_key;
use store::Tx;
use store::people_list::Narrowed;

use crate::ServiceError;
use crate::paging::searched;

/// Accounts, and people of each team, that are looked through: whoever means one of more types more.
const MOST: i64 = 200;

/// The objects of a customer's entries whose names hold what was typed.
pub(super) async fn objects(
    tx: &mut Tx,
    customer: CustomerId,
    typed: &str,
) -> Result<Vec<String>, ServiceError> {
    let part = searched(typed);
    if part.is_empty() {
        return Ok(Vec::new());
    }
    let holds = |name: &str| search_key(name).contains(&part);
    let mut all = codes(&part, holds);
    for (id, name) in store::groups::all(tx, customer).await? {
        if holds(&name) {
            all.push(id.to_string());
        }
    }
    for team in [Some(customer), None] {
        for user in store::console_users::team(tx, team, MOST).await? {
            if holds(&user.name) || holds(&user.email) {
                // Entries about people of the console name them by id or by address.
                all.extend([user.id.to_string(), user.email]);
            }
        }
    }
    for contact in store::contacts::all(tx, customer).await? {
        if holds(&contact.name) || holds(&contact.email) {
            all.push(contact.id.to_string());
        }
    }
    let narrowed = Narrowed {
        search: &part,
        ..Narrowed::default()
    };
    let people = store::people_list::page(tx, customer, narrowed, None, MOST).await?;
    all.extend(people.into_iter().flatten().map(|person| person.id.to_string()));
    Ok(all)
}

/// What has its name in the program: steps, appointments, providers, and runs by their number.
fn codes(part: &str, holds: impl Fn(&str) -> bool) -> Vec<String> {
    let steps = Step::ALL.iter().map(|step| (step.title(), step.code()));
    let appointments = AppointmentKind::ALL
        .iter()
        .map(|kind| (kind.title(), kind.code()));
    let providers = Provider::ALL
        .iter()
        .map(|provider| (provider.label(), provider.code()));
    let named = steps.chain(appointments).chain(providers);
    let run = part
        .strip_prefix("run ")
        .filter(|number| number.parse::<i64>().is_ok());
    named
        .filter(|(name, _)| holds(name))
        .map(|(_, code)| code)
        .chain(run)
        .map(ToOwned::to_owned)
        .collect()
}
