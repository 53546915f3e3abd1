//! What the database knows of tables that were filled at once.

use store::statistics::{Filled, look};
use test_support::{TestDb, on_both};

on_both!(any_table_is_looked_at_anew, |test: TestDb| async move {
    for filled in Filled::ALL {
        look(&test.db, *filled).await.expect("looked at");
    }
});
