//! Pages of lists: one row more than asked for is read, which tells whether there is another page without counting.

use domain::views::Page;
use rules::username::{key, search_key, stored};

/// Rows of a page of people or changes.
pub(crate) const PAGE_ROWS: usize = 50;
/// Rows of a page of runs.
pub(crate) const RUN_ROWS: usize = 25;
/// Rows of a page of a download.
pub(crate) const EXPORT_ROWS: usize = 1_000;

/// How many rows to read for a page of `limit`.
pub(crate) fn one_more(limit: usize) -> i64 {
    i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX)
}

/// The first `limit` of the rows read, and the key of the last of them when there are more. A row comes with its key.
pub(crate) fn page<K: ToString, T>(mut rows: Vec<(K, T)>, limit: usize) -> Page<T> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(key, _)| key.to_string());
    Page {
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        next,
    }
}

/// The most of a search that is looked at: longer than any name there is.
pub(crate) const SEARCH_CHARS: usize = 200;

/// What was typed to search for, as it is compared: words with single blanks, folded.
pub(crate) fn searched(typed: &str) -> String {
    let typed: String = typed.chars().take(SEARCH_CHARS).collect();
    search_key(&typed)
}

/// The same, and as usernames are compared, whose accents count.
pub(crate) fn searched_username(typed: &str) -> (String, String) {
    let folded = searched(typed);
    let typed: String = typed.trim().chars().take(SEARCH_CHARS).collect();
    let key = key(&stored(&typed)).as_str().to_owned();
    (folded, key)
}

#[cfg(test)]
mod tests {
    use super::{page, searched, searched_username};

    #[test]
    fn blanks_case_and_accents_do_not_count_in_a_search() {
        assert_eq!(searched("  Jürgen\t BRÖCK "), "jurgen brock");
        assert_eq!(searched(" "), "");
        let both = searched_username(" MÜLLER");
        assert_eq!((both.0.as_str(), both.1.as_str()), ("muller", "müller"));
    }

    #[test]
    fn there_is_a_next_page_only_when_a_row_of_it_was_read() {
        let rows = |n: i64| (1..=n).map(|n| (n, n * 10)).collect::<Vec<_>>();
        for (read, shown, next) in [(0, 0, None), (1, 1, None), (2, 2, None), (3, 2, Some("2"))] {
            let page = page(rows(read), 2);
            assert_eq!((page.rows.len(), page.next.as_deref()), (shown, next), "{read}");
        }
    }
}
