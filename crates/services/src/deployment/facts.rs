//! From what the store knows to the facts of a deployment.

use domain::deployment::facts::{ConnectionFacts, FirstRunFacts, MappingFacts, PeopleFacts, QuestionFacts};
use domain::deployment::{Facts, Step};
use domain::user_mapping::ReviewState;
use domain::{CustomerId, Timestamp, UserError};
use store::Tx;
use store::customers::CustomerFacts;
use store::deployments::StatementRow;

use crate::ServiceError;

/// What is known of one customer, with what was said about the steps.
pub(crate) struct Known {
    pub(crate) customer: CustomerFacts,
    pub(crate) facts: Facts,
}

/// Reads what is known of one customer.
pub(crate) async fn known(tx: &mut Tx, customer: CustomerId, now: Timestamp) -> Result<Known, ServiceError> {
    let customer = store::customers::facts(tx, customer)
        .await?
        .ok_or(UserError::NotFound)?;
    let statements = store::deployments::latest(tx, customer.customer.id).await?;
    let facts = facts(&customer, &statements, now);
    Ok(Known { customer, facts })
}

/// The facts of a customer's deployment.
pub(crate) fn facts(customer: &CustomerFacts, statements: &[StatementRow], now: Timestamp) -> Facts {
    let settings = customer.settings.as_ref();
    Facts {
        statements: statements
            .iter()
            .filter(|row| still_counts(customer, row))
            .map(|row| (row.step, row.statement.clone()))
            .collect(),
        people: people(customer, statements),
        connection: connection(customer, now),
        test_sync: customer.test_synced_at,
        test_sync_of_another: customer.test_of_another,
        mapping: mapping(customer),
        questions: QuestionFacts {
            to_customer: customer.asked_by_staff,
            to_staff: customer.asked_by_customer,
        },
        migrated: customer.migrated_at,
        scoped: settings.is_some_and(|settings| !settings.scope.groups.is_empty()),
        groups_mapped: settings.is_some_and(|settings| !settings.groups.is_empty()),
        first_run: FirstRunFacts {
            completed: customer.synced_at,
            accepted: customer.accepted_version.is_some()
                && customer.accepted_version == settings.map(|settings| settings.version),
        },
        scheduled: customer.scheduled_since,
    }
}

/// A version that is newer than the submitted one takes it back, but for the reasons it was returned with.
fn mapping(customer: &CustomerFacts) -> MappingFacts {
    let Some(newest) = customer.mapping_version else {
        return MappingFacts::None;
    };
    let Some(review) = customer.review else {
        return MappingFacts::Begun;
    };
    let at = review.at;
    // It was carried out: what changes since is no reason to look at it again.
    if customer.migrated_at.is_some() {
        return MappingFacts::Approved { at };
    }
    match review.state {
        ReviewState::Returned => MappingFacts::Returned { at },
        _ if newest > review.version => MappingFacts::Begun,
        ReviewState::Submitted | ReviewState::Seconding => MappingFacts::Submitted { at },
        ReviewState::Approved if review.drifted => MappingFacts::Drifted { at },
        ReviewState::Approved => MappingFacts::Approved { at },
    }
}

/// What was said about the data mapping and group sync was said about the directory that was connected then.
fn still_counts(customer: &CustomerFacts, row: &StatementRow) -> bool {
    !matches!(row.step, Step::DataMapping | Step::GroupSync) || row.directory == customer.directory
}

/// P2: People itself may have seen the sign-in, or somebody has put it on record.
fn people(customer: &CustomerFacts, statements: &[StatementRow]) -> PeopleFacts {
    let mut said = false;
    let mut proven = None;
    for row in statements.iter().filter(|row| row.step == Step::LocalAdmin) {
        said = true;
        if row.account_stands {
            proven = proven.max(Some(row.statement.at));
        }
    }
    PeopleFacts {
        local_admins: customer.local_admins,
        local_admin_proven: proven.max(customer.local_admin_signed_in_at),
        proven_admin_lost: said && proven.is_none(),
        others: customer.others,
    }
}

fn connection(customer: &CustomerFacts, now: Timestamp) -> ConnectionFacts {
    ConnectionFacts {
        saved: customer.config_saved_at,
        tested: customer.tested,
        worked_before: customer.worked_before,
        expired: customer.secret_expires_at.filter(|at| *at < now),
    }
}
