//! The name of a directory that the intranet followed before: files say it, so it has to mean one directory (D-02, D-03).

use domain::FieldError;
use domain::people::Directory;

use crate::user_mapping::letters;

/// The longest name, in characters.
const MAX_CHARS: usize = 80;

/// Why a directory cannot be called that, beside `others` of the customer; with the cure.
pub fn name_problem(name: &str, others: &[String]) -> Option<String> {
    let name = name.trim();
    let meant = letters(name);
    if meant.is_empty() {
        return Some("Say what the directory is called, for instance Active Directory.".to_owned());
    }
    if name.chars().count() > MAX_CHARS {
        return Some(format!("A name has at most {MAX_CHARS} characters. Shorten it."));
    }
    if let Some(hidden) = FieldError::unseen("name", name, false) {
        return Some(hidden.message);
    }
    if meant == letters(Directory::LOCAL) {
        let words = "Local means the intranet’s own accounts, which are never imported. Choose another name.";
        return Some(words.to_owned());
    }
    let twin = others.iter().find(|other| letters(other) == meant)?;
    Some(format!(
        "There is a directory {twin} already. Choose it above, or choose another name."
    ))
}
