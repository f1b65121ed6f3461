//! Whether files have changed since a step last ran: a hash of their names and bytes.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A hash of files and of folders with all that is in them, relative to `root`. What is missing counts as missing.
pub fn of(root: &Path, paths: &[&str]) -> Result<String> {
    let mut files = BTreeSet::new();
    for path in paths {
        collect(root, Path::new(path), &mut files)?;
    }
    let mut hasher = DefaultHasher::new();
    // What is built names the folder it was built in, so that a copy of the tree builds anew.
    hasher.write(root.as_os_str().as_encoded_bytes());
    for file in files {
        let full = root.join(&file);
        let bytes = match fs::read(&full) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => b"missing".to_vec(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", full.display())),
        };
        for part in [file.as_os_str().as_encoded_bytes(), &bytes] {
            hasher.write_usize(part.len());
            hasher.write(part);
        }
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(root: &Path, path: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    let full = root.join(path);
    if !full.is_dir() {
        files.insert(path.to_path_buf());
        return Ok(());
    }
    for entry in fs::read_dir(&full).with_context(|| format!("cannot list {}", full.display()))? {
        let name = entry.with_context(|| format!("cannot list {}", full.display()))?.file_name();
        collect(root, &path.join(name), files)?;
    }
    Ok(())
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn it_follows_names_and_bytes() {
        let root = std::env::temp_dir().join(format!("xtask-fingerprint-{}", std::process::id()));
        fs::create_dir_all(root.join("src")).unwrap();
        fs::write(root.join("src/a"), "1").unwrap();
        let hash = || of(&root, &["src", "absent"]).unwrap();
        let first = hash();
        assert_eq!(first, hash());
        fs::write(root.join("src/a"), "2").unwrap();
        let second = hash();
        fs::rename(root.join("src/a"), root.join("src/b")).unwrap();
        let third = hash();
        fs::write(root.join("absent"), "").unwrap();
        let fourth = hash();
        fs::remove_dir_all(&root).unwrap();
        let distinct: BTreeSet<_> = [first, second, third, fourth].into();
        assert_eq!(distinct.len(), 4);
    }
}
