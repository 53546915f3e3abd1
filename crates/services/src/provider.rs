//! The provider configuration: what is entered, tested and saved. Secrets come in and never go out (C-21).

mod form;
mod save;
mod stored;
mod test;
mod view;

pub(crate) use stored::Connection;
