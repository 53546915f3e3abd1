//! What stands between us and the database, in words for the operator.

use std::fs::File;
use std::path::{Path, PathBuf};

/// The file of a SQLite address; `None` for PostgreSQL.
pub fn sqlite_file(url: &str) -> Option<&Path> {
    let path = url.strip_prefix("sqlite:")?;
    Some(Path::new(path.trim_start_matches("//")))
}

/// Why SQLite cannot work with this file, if that can be seen. SQLite itself only says that it cannot open it. Makes
/// and removes an empty file beside it, because SQLite keeps its log there.
pub fn obstacle(file: &Path) -> Option<String> {
    if file.is_dir() {
        let inside = file.join("usersync.db");
        return Some(format!(
            "{} is a folder; name a file in it, such as sqlite:{}",
            file.display(),
            inside.display()
        ));
    }
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    if !folder.is_dir() {
        return Some(format!(
            "the folder {} does not exist; make it, or name another one",
            folder.display()
        ));
    }
    let probe = folder.join(format!(".usersync-check-{}", std::process::id()));
    if let Err(error) = File::create(&probe) {
        return Some(format!(
            "the folder {} cannot be written by the user this runs as ({error}); SQLite keeps its log beside the file",
            folder.display()
        ));
    }
    // Left behind it harms nobody.
    let _ = std::fs::remove_file(&probe);
    if !file.exists() {
        return None;
    }
    let opened = File::options().read(true).write(true).open(file).err()?;
    Some(format!(
        "the file {} cannot be read and written by the user this runs as ({opened})",
        file.display()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_way_is_said() {
        let dir = tempfile::tempdir().expect("a folder");
        let said = |path: &Path| obstacle(path).unwrap_or_default();
        assert_eq!(said(&dir.path().join("new.db")), "");
        assert!(said(dir.path()).contains("is a folder; name a file in it"));
        assert!(said(&dir.path().join("no/x.db")).contains("does not exist; make it"));
        // Nobody may write here, whoever runs this.
        #[cfg(target_os = "linux")]
        assert!(said(Path::new("/proc/self/x.db")).contains("cannot be written by the user"));
        assert_eq!(std::fs::read_dir(dir.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn only_sqlite_has_a_file() {
        assert_eq!(sqlite_file("sqlite:a/b.db"), Some(Path::new("a/b.db")));
        assert_eq!(sqlite_file("sqlite://b.db"), Some(Path::new("b.db")));
        assert_eq!(sqlite_file("postgres://u@h/x"), None);
    }
}
