//! Why a run does not go on.

use domain::connection::Advice;
use providers::ProviderError;
use store::StoreError;

use crate::ServiceError;

/// Why a run does not go on.
#[derive(Debug)]
pub(crate) enum Stop {
    /// A person asked for it.
    Cancelled,
    /// The process goes down, or another one has the job: the run goes on elsewhere.
    Interrupted,
    /// What was read must not be used; the advice says why.
    Refused(Advice),
    Provider(ProviderError),
    Store(StoreError),
    Service(ServiceError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Stop::Store(error)
    }
}

impl From<ProviderError> for Stop {
    fn from(error: ProviderError) -> Self {
        Stop::Provider(error)
    }
}

impl From<ServiceError> for Stop {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Store(error) => Stop::Store(error),
            ServiceError::Provider(error) => Stop::Provider(error),
            other => Stop::Service(other),
        }
    }
}

fn advice(problem: String, cure: &str, field: Option<&str>) -> Advice {
    Advice {
        problem,
        cure: cure.to_owned(),
        field: field.map(ToOwned::to_owned),
        permission: None,
        code: None,
    }
}

/// C-22: every object id would be unknown, so everybody would be made anew and blocked.
pub(super) fn other_tenant(name: &str) -> Stop {
    Stop::Refused(advice(
        format!("The credentials lead to another organisation than before: {name}. Nobody was read."),
        "Enter the credentials of the organisation that the accounts here are linked to.",
        Some("tenant"),
    ))
}

/// The run of one person, of whom neither the directory nor an earlier read knows anything.
pub(super) fn nobody_with_this_id(person: &domain::ObjectId) -> Stop {
    Stop::Refused(advice(
        format!("The directory has nobody with the object ID {person}."),
        "Copy the object ID from the person's page in the provider's console, then start again.",
        None,
    ))
}

/// U-03: everybody would be out of scope.
pub(super) fn scope_group_gone(name: &str) -> Stop {
    Stop::Refused(advice(
        format!("The security group {name} no longer exists in the directory. Nobody was blocked for that."),
        "Choose the group that took its place, or remove it from the security groups.",
        Some("groups"),
    ))
}

/// C-11: attributes that cannot be read must never be taken for empty ones.
pub(super) fn unreadable() -> Stop {
    let mut advice = advice(
        "The directory names people but hides all their attributes.".to_owned(),
        "Grant the application permission to read full profiles, then grant admin consent.",
        None,
    );
    advice.permission = Some("User.Read.All".to_owned());
    Stop::Refused(advice)
}

/// I-16: nobody is synchronised by default.
pub(super) fn no_scope() -> Stop {
    Stop::Refused(advice(
        "No security group is chosen, so nobody is in scope.".to_owned(),
        "Choose at least one security group.",
        Some("groups"),
    ))
}

/// Something on our side; the log has the rest under the run's number.
pub(super) fn our_fault(run: i64) -> Advice {
    advice(
        "The run stopped because of a fault on our side. Everything it had applied is in its history."
            .to_owned(),
        &format!("Start it again. If it happens twice, tell us the number of the run, {run}."),
        None,
    )
}
