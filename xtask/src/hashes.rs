//! SHA-256 of files, as `sha256sum` prints and checks it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The hash of a file, in hexadecimal.
pub fn sha256(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A line for each file of a folder, named by its path there.
pub fn lines(folder: &Path, files: &[String]) -> Result<String> {
    files.iter().map(|file| Ok(format!("{}  {file}\n", sha256(&folder.join(file))?))).collect()
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn a_hash_is_that_of_the_standard() {
        let file = std::env::temp_dir().join(format!("xtask-hashes-{}", std::process::id()));
        fs::write(&file, "abc").unwrap();
        let hash = sha256(&file);
        fs::remove_file(&file).unwrap();
        assert_eq!(hash.unwrap(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
