//! What the newest user mapping would make of one account, before there is a plan.

use domain::CustomerId;
use domain::migration::Place;
use domain::people::PeopleAccount;
use domain::user_mapping::MappingState;
use rules::migration::{Line, Surroundings, wanted};
use store::Tx;

use crate::ServiceError;

/// P-07: whether the newest user mapping renames or moves this administrator; one that is being checked may.
pub(crate) async fn is_changed_by_mapping(
    tx: &mut Tx,
    customer: CustomerId,
    account: &PeopleAccount,
) -> Result<bool, ServiceError> {
    let Some(latest) = store::user_mapping::latest(tx, customer).await? else {
        return Ok(false);
    };
    if latest.state == MappingState::Checking {
        return Ok(true);
    }
    let line = store::user_mapping::line_of_account(tx, customer, latest.number, account.id).await?;
    let directory = store::directories::current(tx, customer).await?;
    let (Some(line), Some(directory)) = (line, directory) else {
        return Ok(false);
    };
    let old = store::directories::old(tx, customer).await?;
    let old: Vec<String> = old.into_iter().map(|old| old.name).collect();
    let around = Surroundings {
        provider: directory.provider,
        directory: directory.id,
        old: &old,
    };
    let now = Place {
        username: account.username.clone(),
        directory: account.directory,
        link: None,
    };
    let said = Line {
        line: line.line.unsigned_abs(),
        new: &line.new,
        target: &line.target,
        person: None,
    };
    let then = wanted(around, account.id, &now, said).place;
    Ok((then.username, then.directory) != (now.username, now.directory))
}
