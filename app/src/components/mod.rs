//! Our own widgets: semantic HTML with the classes of `style/`, no behaviour that needs scripts. Those that ask for
//! data or for the address are the server's alone; the others may be part of an island.

pub mod advice;
pub mod copy;
pub mod feedback;
pub mod fields;
pub mod icons;
pub mod state;
pub mod steps;
pub mod table;
pub mod time;

#[cfg(feature = "ssr")]
pub mod access;
#[cfg(feature = "ssr")]
pub mod answer;
#[cfg(feature = "ssr")]
pub mod coverage;
#[cfg(feature = "ssr")]
pub mod layout;
#[cfg(feature = "ssr")]
pub mod links;
#[cfg(feature = "ssr")]
pub mod lists;
#[cfg(feature = "ssr")]
pub mod loaded;

pub use advice::Cure;
pub use copy::Copy;
pub use domain::numbers::{percent, plural, thousands};
pub use feedback::{Banner, EmptyState, Verdict};
pub use fields::{
    CheckField, Choice, ErrorSummary, Field, Look, Option_, RadioField, SelectField, Submit, TextArea, Told,
};
pub use icons::{Dot, DotKind, Logo, ProviderMark};
pub use state::{StateWord, Tone, account_tone, run_tone};
pub use steps::Steps;
pub use table::{Panel, Scroll, Tile, Tiles, heads};
pub use time::TimeOf;

#[cfg(feature = "ssr")]
pub use {
    access::{Allowed, ConnectFirst},
    answer::{Answer, Done, Refused, RefusedAndGone, WhyRefused, gone, gone_unless, kept},
    coverage::Coverage,
    layout::{Customer, PageHeader, customer},
    links::{address, page_path, param, part, query, with_query},
    lists::{AFTER, Download, Filters, Pager, after, after_by, listed},
    loaded::{ErrorPage, Loaded, awaited},
};
