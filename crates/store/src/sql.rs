//! Statements as constants, and the macros that run one on either database.

/// One statement: its name for logs and tests, and its text in both dialects.
#[derive(Clone, Copy, Debug)]
pub struct Sql {
    pub name: &'static str,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

/// A row number as the piece `digits` of a statement writes it.
pub(crate) fn digits(row: i64) -> String {
    format!("{row:012}")
}

/// Declares the statements of a file and lists them in `ALL`. One text serves both databases. Where the dialects
/// differ in a word only, the text is given in pieces, and a piece is one of
///
/// - `(list "$2")`, `(numbers "$2")`, `(ids "$2")`: the entries of the JSON array in a parameter, as a table with the
///   column `value`; ids come as 32 hexadecimal digits;
/// - `(index "name")`: SQLite must use this index. Without statistics it takes a walk over the start of a primary key
///   for as good as a look-up; PostgreSQL has statistics and no such hint;
/// - `(digits "s.row_no")`: a row number as a text of twelve digits, which sorts as the number does ([`digits`]);
/// - `(groups "a.id")`: the ids of the groups that people put an account into, and not the sync, as one text, in an order of
///   their own, so that equal texts are equal groups.
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
    (@sqlite (digits $number:literal)) => { concat!("printf('%012d', ", $number, ")") };
    (@sqlite (groups $account:literal)) => {
        concat!("COALESCE((SELECT group_concat(hex(m.group_id), ',' ORDER BY m.group_id) FROM memberships AS m
            INDEXED BY memberships_by_account WHERE m.customer_id = $1 AND m.account_id = ", $account, " AND NOT m.by_sync), '')")
    };
    (@postgres $text:literal) => { $text };
    (@postgres (digits $number:literal)) => { concat!("lpad(", $number, "::text, 12, '0')") };
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
    (@postgres (groups $account:literal)) => {
        concat!("COALESCE((SELECT string_agg(m.group_id::text, ',' ORDER BY m.group_id) FROM memberships m
            WHERE m.customer_id = $1 AND m.account_id = ", $account, " AND NOT m.by_sync), '')")
    };
    (@one $name:ident $both:literal) => {
        $crate::sql::Sql {
            name: concat!(module_path!(), "::", stringify!($name)),
            sqlite: $both,
            postgres: $both,
        }
    };
}

/// Rows that one statement of `insert_rows` takes on SQLite: few enough for the most values a statement may have (32,766 on SQLite),
/// and a part of what callers write at once, so that nearly all statements have the same text and are prepared once.
pub(crate) const ROWS: usize = 250;

/// What comes before the values of a statement that inserts one row of so many.
pub(crate) fn before_values(text: &'static str, values: usize) -> &'static str {
    let (before, placeholders) = text.split_once("VALUES").unwrap_or((text, ""));
    debug_assert_eq!(placeholders.matches('$').count(), values, "{text}");
    before
}

/// A statement that takes so many arrays.
pub(crate) fn of_arrays(text: &'static str, arrays: usize) -> &'static str {
    debug_assert_eq!(text.matches("[]").count(), arrays, "{text}");
    text
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

/// Inserts many rows: `insert_rows!(tx, SQL, rows, |row| [value, value])`. SQLite is given the text that inserts one, and as
/// many values as there are; PostgreSQL one array for each column, since it reads thousands of parameters slower than it stores
/// them. Taking a value out of JSON costs more than either, so this is for many rows with many columns.
macro_rules! insert_rows {
    ($tx:expr, $sql:expr, $rows:expr, |$row:ident| [$($value:expr),+ $(,)?]) => {{
        let sql = $sql;
        let result = match $tx {
            $crate::Tx::Sqlite(tx) => {
                let mut result = Ok(());
                for chunk in $rows.chunks($crate::sql::ROWS) {
                    let values = [$(stringify!($value)),+].len();
                    let done = sqlx::QueryBuilder::new($crate::sql::before_values(sql.sqlite, values))
                        .push_values(chunk, |mut values, $row| {
                            values$(.push_bind($value))+;
                        })
                        .build()
                        .persistent(chunk.len() == $crate::sql::ROWS)
                        .execute(&mut **tx)
                        .await;
                    if let Err(error) = done {
                        result = Err(error);
                        break;
                    }
                }
                result
            }
            $crate::Tx::Postgres(tx) => sqlx::query($crate::sql::of_arrays(sql.postgres, [$(stringify!($value)),+].len()))
                $(.bind($rows.iter().map(|$row| {
                    // Some values are the same for every row.
                    let _ = $row;
                    $value
                }).collect::<Vec<_>>()))+
                .execute(&mut **tx)
                .await
                .map(|_| ()),
        };
        result.map_err(|source| $crate::StoreError::driver(sql.name, source))
    }};
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

pub(crate) use {execute, fetch_all, fetch_optional, fetch_value, insert_rows, on, statements};
