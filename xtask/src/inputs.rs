//! One hash over the files a step reads, so that a step whose inputs are unchanged is skipped.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::failure::Failure;

/// All files under `path` (or `path` itself) in a stable order, without what editors and tools leave behind.
pub(crate) fn files_under(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    if path.is_file() {
        found.push(path.to_path_buf());
    } else if path.is_dir() {
        for entry in std::fs::read_dir(path).map_err(Failure::file("list", path))? {
            let entry = entry.map_err(Failure::file("list", path))?;
            if !matches!(
                entry.file_name().to_str(),
                Some("target" | "node_modules" | ".git")
            ) {
                found.extend(files_under(&entry.path())?);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// SHA-256 in hex over the names and contents of all files under `paths`, and over `extra` (versions, options).
pub(crate) fn hash(root: &Path, paths: &[&str], extra: &[&str]) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    for text in extra {
        feed(&mut hash, text.as_bytes());
    }
    for path in paths {
        for file in files_under(&root.join(path))? {
            let name = file.strip_prefix(root).unwrap_or(&file);
            feed(&mut hash, name.to_string_lossy().as_bytes());
            feed(
                &mut hash,
                &std::fs::read(&file).map_err(Failure::file("read", &file))?,
            );
        }
    }
    let mut hex = String::new();
    for byte in hash.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}

/// The length goes first: otherwise moving bytes from one file to the next would keep the hash.
fn feed(hash: &mut Sha256, bytes: &[u8]) {
    hash.update(bytes.len().to_string().as_bytes());
    hash.update(b":");
    hash.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_sees_contents_names_and_options() {
        let folder = std::env::temp_dir().join(format!("usersync-xtask-inputs-{}", std::process::id()));
        let file = folder.join("a/one.css");
        std::fs::create_dir_all(folder.join("a")).unwrap();
        std::fs::write(&file, "one").unwrap();
        let first = hash(&folder, &["a"], &["dev"]).unwrap();
        assert_eq!(first, hash(&folder, &["a"], &["dev"]).unwrap());
        assert_ne!(first, hash(&folder, &["a"], &["release"]).unwrap());
        std::fs::write(&file, "two").unwrap();
        assert_ne!(first, hash(&folder, &["a"], &["dev"]).unwrap());
        std::fs::write(&file, "one").unwrap();
        std::fs::rename(&file, folder.join("a/two.css")).unwrap();
        assert_ne!(first, hash(&folder, &["a"], &["dev"]).unwrap());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
