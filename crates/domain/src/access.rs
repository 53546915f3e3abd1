//! Who may do what. The table role by permission is a golden file: `tests/snapshots`.

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::ids::{ConsoleUserId, CustomerId};
use crate::messages::UserError;

codes! {
    /// What somebody is in the console.
    pub enum Role {
        /// The intranet vendor's deployment team: every customer.
        Staff = "staff",
        /// IT people of one organisation: everything of theirs.
        CustomerAdmin = "customer_admin",
        /// May read a deployment and its runs, change nothing.
        Viewer = "viewer",
    }
}

impl Role {
    pub const fn label(self) -> &'static str {
        match self {
            Role::Staff => "Staff",
            Role::CustomerAdmin => "Customer admin",
            Role::Viewer => "Viewer",
        }
    }
}

codes! {
    /// One thing somebody may be allowed to do.
    pub enum Permission {
        ListCustomers = "list_customers",
        CreateCustomer = "create_customer",
        ReadCustomer = "read_customer",
        EditProvider = "edit_provider",
        TestConnection = "test_connection",
        EditSettings = "edit_settings",
        /// Upload a user mapping, correct it and submit it.
        EditMapping = "edit_mapping",
        /// Return or approve a submitted user mapping.
        ReviewMapping = "review_mapping",
        /// Plan, rehearse, carry out and undo the directory migration (M-22).
        Migrate = "migrate",
        StartTestSync = "start_test_sync",
        StartSync = "start_sync",
        CancelRun = "cancel_run",
        DecideHeldRun = "decide_held_run",
        ReadPeople = "read_people",
        Export = "export",
        ReadAudit = "read_audit",
        /// Put on record what a step of the deployment needs; which steps, says who performs them.
        RecordStep = "record_step",
        Comment = "comment",
        /// Propose, agree, decline and cancel appointments, each for their own side.
        AgreeAppointments = "agree_appointments",
        /// Choose who is told about a deployment.
        EditContacts = "edit_contacts",
        /// See who of the organisation may use the console.
        ReadTeam = "read_team",
        /// Invite people of the organisation, change what they may do, and remove them.
        ManageTeam = "manage_team",
        /// The same for the vendor's own people.
        ManageStaff = "manage_staff",
    }
}

impl Role {
    /// The whole of access control. Staff may do everything; a viewer only reads.
    pub const fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match (self, permission) {
            (Role::Staff, _) => true,
            (
                Role::CustomerAdmin,
                P::ListCustomers | P::CreateCustomer | P::ManageStaff | P::ReviewMapping | P::Migrate,
            ) => false,
            (Role::CustomerAdmin, _) => true,
            (Role::Viewer, P::ReadCustomer | P::ReadPeople | P::Export | P::ReadTeam) => true,
            (Role::Viewer, _) => false,
        }
    }
}

/// Who is acting: every service method takes one first. Made from a session, or for the system itself by a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub user: Option<ConsoleUserId>,
    pub name: String,
    pub role: Role,
    /// The only customer this actor may see; `None` for staff and for the system.
    pub customer: Option<CustomerId>,
}

impl Actor {
    /// The system itself: scheduled jobs and commands of the operator.
    pub fn system(name: &str) -> Self {
        Self {
            user: None,
            name: name.to_owned(),
            role: Role::Staff,
            customer: None,
        }
    }

    /// Refuses with [`UserError::Forbidden`] when the role does not allow it.
    pub fn require(&self, permission: Permission) -> Result<(), UserError> {
        if self.role.may(permission) {
            Ok(())
        } else {
            Err(UserError::Forbidden)
        }
    }

    /// As [`Actor::require`], and the customer must be theirs. Somebody else's customer is [`UserError::NotFound`],
    /// so that nobody learns which customers exist (invariant 15).
    pub fn require_for(&self, permission: Permission, customer: CustomerId) -> Result<(), UserError> {
        match self.customer {
            Some(own) if own != customer => Err(UserError::NotFound),
            None if self.role != Role::Staff => Err(UserError::NotFound),
            _ => self.require(permission),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_role_by_permission() {
        let mut table = String::new();
        for permission in Permission::ALL {
            let allowed: Vec<_> = Role::ALL
                .iter()
                .filter(|role| role.may(*permission))
                .map(|role| role.code())
                .collect();
            table.extend([permission.code(), ": ", &allowed.join(" "), "\n"]);
        }
        insta::assert_snapshot!(table);
    }
}
