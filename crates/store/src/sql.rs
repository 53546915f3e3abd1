//! Statements as constants, and the macros that run one on either database.

/// One statement: its name for logs and tests, and its text in both dialects.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

/// Declares the statements of a file and lists them in `ALL`. One text serves both databases. Where the dialects
/// differ in a word only, the text is given in pieces, and a piece is one of
///
/// - `(list "$2")`, `(numbers "$2")`, `(ids "$2")`: the entries of the JSON array in a parameter, as a table with the
///   column `value`; ids come as 32 hexadecimal digits;
/// - `(index "name")`: SQLite must use this index. Without statistics it takes a walk over the start of a primary key
///   for as good as a look-up; PostgreSQL has statistics and no such hint.
///
/// Where they differ in more, both texts stand side by side.
macro_rules! statements {
    ($($name:ident = $text:tt;)+) => {
        $(pub(crate) const $name: $crate::sql::Sql = statements!(@one $name $text);)+
        pub(crate) const ALL: &[$crate::sql::Sql] = &[$($name),+];
    };
    (@one $name:ident { sqlite: $sqlite:literal, postgres: $postgres:literal $(,)? }) => {
        $crate::sql::Sql {
            name: concat!(module_path!(), "::", stringify!($name)),
            sqlite: $sqlite,
            postgres: $postgres,
        }
    };
    (@one $name:ident [ $($piece:tt)+ ]) => {
        $crate::sql::Sql {
            name: concat!(module_path!(), "::", stringify!($name)),
            sqlite: concat!($(statements!(@sqlite $piece)),+),
            postgres: concat!($(statements!(@postgres $piece)),+),
        }
    };
    (@sqlite $text:literal) => { $text };
    (@sqlite (list $parameter:literal)) => { concat!("(SELECT value FROM json_each(", $parameter, "))") };
    (@sqlite (numbers $parameter:literal)) => { statements!(@sqlite (list $parameter)) };
    (@sqlite (ids $parameter:literal)) => {
        concat!("(SELECT unhex(value) AS value FROM json_each(", $parameter, "))")
    };
    (@sqlite (index $name:literal)) => { concat!(" INDEXED BY ", $name) };
    (@postgres $text:literal) => { $text };
    (@postgres (list $parameter:literal)) => {
        concat!("(SELECT jsonb_array_elements_text(", $parameter, ") AS value)")
    };
    (@postgres (numbers $parameter:literal)) => {
        concat!("(SELECT jsonb_array_elements_text(", $parameter, ")::bigint AS value)")
    };
    (@postgres (ids $parameter:literal)) => {
        concat!("(SELECT jsonb_array_elements_text(", $parameter, ")::uuid AS value)")
    };
    (@postgres (index $name:literal)) => { "" };
    (@one $name:ident $both:literal) => {
        $crate::sql::Sql {
            name: concat!(module_path!(), "::", stringify!($name)),
            sqlite: $both,
            postgres: $both,
        }
    };
}

/// Runs the same expression on either database: `on!(tx, SQL, (text, connection) => expression)`.
macro_rules! on {
    ($tx:expr, $sql:expr, ($text:ident, $connection:ident) => $run:expr) => {{
        let sql = $sql;
        let result = match $tx {
            $crate::Tx::Sqlite(tx) => {
                let ($text, $connection) = (sql.sqlite, &mut **tx);
                $run
            }
            $crate::Tx::Postgres(tx) => {
                let ($text, $connection) = (sql.postgres, &mut **tx);
                $run
            }
        };
        result.map_err(|source| $crate::StoreError::driver(sql.name, source))
    }};
}

/// Executes a statement and gives the number of rows it touched.
macro_rules! execute {
    ($tx:expr, $sql:expr $(, $argument:expr)* $(,)?) => {
        $crate::sql::on!($tx, $sql, (text, connection) =>
            sqlx::query(text)$(.bind($argument))*.execute(connection).await.map(|done| done.rows_affected()))
    };
}

/// Reads all rows of a query.
macro_rules! fetch_all {
    ($tx:expr, $row:ty, $sql:expr $(, $argument:expr)* $(,)?) => {
        $crate::sql::on!($tx, $sql, (text, connection) =>
            sqlx::query_as::<_, $row>(text)$(.bind($argument))*.fetch_all(connection).await)
    };
}

/// Reads at most one row of a query; absent is `Ok(None)`.
macro_rules! fetch_optional {
    ($tx:expr, $row:ty, $sql:expr $(, $argument:expr)* $(,)?) => {
        $crate::sql::on!($tx, $sql, (text, connection) =>
            sqlx::query_as::<_, $row>(text)$(.bind($argument))*.fetch_optional(connection).await)
    };
}

/// Reads exactly one value.
macro_rules! fetch_value {
    ($tx:expr, $value:ty, $sql:expr $(, $argument:expr)* $(,)?) => {
        $crate::sql::on!($tx, $sql, (text, connection) =>
            sqlx::query_scalar::<_, $value>(text)$(.bind($argument))*.fetch_one(connection).await)
    };
}

pub(crate) use {execute, fetch_all, fetch_optional, fetch_value, on, statements};
