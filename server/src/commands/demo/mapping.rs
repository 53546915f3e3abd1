//! A user mapping as customers send them: most of it right, and at least one of every kind of thing that goes wrong before
//! anything was synchronised: an account that a sync made (P-11) is there only afterwards.

use std::path::{Path, PathBuf};

use simulator::{Kind, Person, Simulator};

use super::people::{EVENTS, before_username, known_already, local_usernames, of_before};
use crate::errors::Failure;

/// The name of the file in the demo's folder.
const NAME: &str = "dirty-user-mapping.csv";

/// Writes the file for the demo's existing customer; gives its path.
pub(super) fn write(data: &Path, simulator: &Simulator) -> Result<PathBuf, Failure> {
    let path = data.join(NAME);
    std::fs::write(&path, text(simulator, Kind::Entra))
        .map_err(|error| Failure::new("the demo's user mapping could not be written", error))?;
    Ok(path)
}

/// Semicolons and another spelling of the headings, as a spreadsheet of another country writes them.
fn text(simulator: &Simulator, kind: Kind) -> String {
    let mut lines = vec!["Existing Username;New Username;Target Directory".to_owned()];
    lines.extend(of_local(simulator, kind));
    let before = of_before(simulator, kind);
    lines.extend(
        before
            .iter()
            .enumerate()
            .map(|(n, person)| of_person(n, person, &before)),
    );
    // One line twice, one of nobody, one with a comma too many, a blank one.
    if let Some(line) = lines.get(5).cloned() {
        lines.push(line);
    }
    lines.push("CONTOSO\\nobody.knows;nobody.knows@contoso.com;".to_owned());
    lines.push("CONTOSO\\too;many;cells;here".to_owned());
    lines.push(String::new());
    lines.push(";somebody@contoso.com;".to_owned());
    lines.join("\r\n")
}

/// Local administrators, one of whom the file would rename; the kiosk that would move; people who are known already.
fn of_local(simulator: &Simulator, kind: Kind) -> Vec<String> {
    let mut lines = vec![
        "admin;admin;Local".to_owned(),
        "break-glass;break.glass@contoso.com;".to_owned(),
        "kiosk.reception;kiosk.reception@contoso.com;Warehouse".to_owned(),
    ];
    let known = known_already(simulator, kind);
    let usernames = local_usernames(simulator, kind);
    lines.extend(
        known
            .iter()
            .zip(usernames)
            .enumerate()
            .map(|(n, (person, existing))| match n {
                // A value that has two meanings.
                2 => [existing.as_str(), &person.principal_name, "AD"].join(";"),
                // The e-mail address, where the username is a short name.
                3 => {
                    let mail = person.mail.as_deref().unwrap_or(&existing);
                    [mail, &person.principal_name, "Entra ID"].join(";")
                }
                // Somebody is to stay.
                5 => [existing.as_str(), "", "Local"].join(";"),
                _ => [existing.as_str(), &person.principal_name, "Entra ID"].join(";"),
            }),
    );
    lines
}

/// What stands in the file about a person of the old directory: mostly what is right.
fn of_person(n: usize, person: &Person, all: &[Person]) -> String {
    let existing = before_username(n, all);
    let right = person.principal_name.as_str();
    let of = |place: usize| {
        all.get(place)
            .map_or(right, |person| person.principal_name.as_str())
    };
    let bare = existing.rsplit('\\').next().unwrap_or_default();
    match n {
        // The e-mail address, where the directory goes by another name (T-03).
        0 => {
            let mail = person.mail.as_deref().unwrap_or(right);
            [existing.as_str(), mail, ""].join(";")
        }
        // Blanks, one of them invisible; a formula that kept zeros; the domain left out.
        1 => [existing.as_str(), " ", right, "\u{a0};"]
            .concat()
            .replacen(' ', ";", 1),
        2 => ["=\"", existing.as_str(), "\";", right, ";"].concat(),
        3 | 4 => [bare, right, ""].join(";"),
        // A domain that nobody has.
        5..8 => [existing.as_str(), &right.replace('@', "@old-"), ""].join(";"),
        // An address with something around it, and a blank inside.
        8 => [existing.as_str(), &format!("<{right}>"), ""].join(";"),
        9 => [existing.as_str(), &right.replacen('.', " ", 1), ""].join(";"),
        // Two who are given the same username.
        11 => [existing.as_str(), of(10), ""].join(";"),
        // A column that slipped by one line.
        14..=19 => [existing.as_str(), of(n + 1), ""].join(";"),
        // Nothing said, a word for somebody who left, a spelling slip.
        20 => [existing.as_str(), "", ""].join(";"),
        21 => [existing.as_str(), right, "leaver"].join(";"),
        22 => [existing.as_str(), right, "Entar"].join(";"),
        // In capitals, which is the same username.
        23 => [existing.to_uppercase().as_str(), right, ""].join(";"),
        // Nobody in the directory has it.
        24 => [existing.as_str(), &["x.", right].concat(), ""].join(";"),
        // Zeros in front that a spreadsheet took away (F-33).
        28 => [existing.trim_start_matches('0'), right, ""].join(";"),
        // The username of an account that has no line (P-09).
        29 => [existing.as_str(), EVENTS, ""].join(";"),
        _ => [existing.as_str(), right, ""].join(";"),
    }
}
