//! Who is synchronised, which fields, which groups, how much at once.

mod attributes;
mod draft;
mod group_sync;
mod groups;
mod limits;
mod live;
mod mapping;
mod parts;
mod profile_fields;
mod search;

pub use group_sync::GroupSyncPage;
pub use groups::SecurityGroupsPage;
pub use limits::LimitsPage;
pub use mapping::DataMappingPage;
pub use profile_fields::ProfileFieldsPage;
