//! Our own widgets: semantic HTML with the classes of `style/`, no behaviour that needs scripts.

pub mod access;
pub mod answer;
pub mod copy;
pub mod feedback;
pub mod fields;
pub mod icons;
pub mod layout;
pub mod links;
pub mod loaded;
pub mod numbers;
pub mod state;
pub mod steps;
pub mod table;
pub mod time;

pub use access::Allowed;
pub use answer::{Answer, Refused};
pub use copy::Copy;
pub use feedback::{Banner, EmptyState, ErrorPage, Loading, Verdict};
pub use fields::{CheckField, ErrorSummary, Field, Look, Option_, SelectField, Submit, TextArea};
pub use icons::{Dot, DotKind, Logo, ProviderMark};
pub use layout::{Customer, PageHeader, customer};
pub use links::{address, with_query};
pub use loaded::Loaded;
pub use numbers::{percent, plural, thousands};
pub use state::{StateWord, Tone, account_tone, run_tone};
pub use steps::Steps;
pub use table::{Download, Pager, Panel, Scroll, Tile, Tiles};
pub use time::TimeOf;
