//! The store: one text of SQL over two databases.
//!
//! [`Db`] is a closed enum of the two pools, [`Tx`] of the two transactions. Every statement is a constant made by
//! `statements!`, which also lists it, so that a test can prepare all of them on both databases and check that no
//! statement touches a customer's rows without the customer's id. A unit of work is: begin, several store
//! functions, commit; dropping a [`Tx`] rolls back.

mod db;
mod error;
mod sql;

pub mod accounts;
pub mod appointments;
pub mod audit;
pub mod changes;
pub mod compare;
pub mod console_users;
pub mod contacts;
pub mod customers;
pub mod deployments;
pub mod directories;
pub mod found_list;
pub mod groups;
pub mod invitations;
pub mod jobs;
pub mod letters;
pub mod links;
pub mod live;
pub mod managers;
pub mod migration;
pub mod notices;
pub mod password_resets;
pub mod people_file;
pub mod people_list;
pub mod profile_fields;
pub mod providers;
pub mod run_list;
pub mod runs;
pub mod schedules;
pub mod sealed;
pub mod sessions;
pub mod settings;
pub mod snapshot;
pub mod statistics;
pub mod time_zones;
pub mod user_mapping;

pub use db::{Db, DbOptions, Tx};
pub use error::StoreError;
pub use sql::Sql;

/// A stored JSON value.
pub use sqlx::types::Json;

/// Every statement of the store, for the tests that prepare them all.
pub fn statements() -> Vec<Sql> {
    [
        accounts::ALL,
        appointments::ALL,
        audit::ALL,
        changes::ALL,
        compare::ALL,
        console_users::ALL,
        contacts::ALL,
        customers::ALL,
        deployments::ALL,
        directories::ALL,
        found_list::ALL,
        groups::ALL,
        invitations::ALL,
        jobs::ALL,
        letters::ALL,
        links::ALL,
        live::ALL,
        managers::ALL,
        migration::CARRY_OUT,
        migration::DUPLICATES,
        migration::ENTRIES,
        migration::OVERLAY,
        migration::PLANS,
        migration::RECONCILE,
        migration::REHEARSED,
        migration::RESERVED,
        migration::RUNS,
        notices::ALL,
        password_resets::ALL,
        people_file::ALL,
        people_list::ALL,
        profile_fields::ALL,
        providers::ALL,
        run_list::ALL,
        runs::ALL,
        schedules::ALL,
        sealed::ALL,
        sessions::ALL,
        settings::ALL,
        snapshot::ALL,
        time_zones::ALL,
        user_mapping::ALL,
        user_mapping::LINES,
        user_mapping::BESIDE,
        user_mapping::ALIKE,
        user_mapping::FIXABLE,
        user_mapping::LEFT_OUT,
        user_mapping::REVIEW,
    ]
    .concat()
}
