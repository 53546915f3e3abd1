//! What somebody probably meant who wrote something that is not there.

use std::collections::BTreeSet;

/// The known name most like this one, if any is like it: the same but for capitals, else at most a third of its
/// letters away.
pub fn nearest<'a>(name: &str, known: &'a BTreeSet<String>) -> Option<&'a str> {
    let folded = name.to_lowercase();
    let far = name.chars().count() / 3;
    known
        .iter()
        .map(|candidate| {
            (
                letters_apart(&folded, &candidate.to_lowercase()),
                candidate.as_str(),
            )
        })
        .filter(|(distance, _)| *distance <= far)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be put in, taken out or replaced (Levenshtein).
pub fn letters_apart(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (to, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let here = (diagonal + usize::from(from != *to))
                .min(*above + 1)
                .min(left + 1);
            diagonal = *above;
            *above = here;
            left = here;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}
