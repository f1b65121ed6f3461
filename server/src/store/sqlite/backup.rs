//! Copies of a database: made while a server runs, and put back while none does.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::connection;
use super::lock::{Lock, beside};
use crate::store::Timestamp;

/// Writes a copy of the database at `path` to the new file `to`, as it is at one moment; a server may go on writing.
/// Gives the number of users in it.
///
/// The copy has its name only when it is complete and on disk.
///
/// # Errors
/// One line that says what failed; there is no copy then.
pub fn back_up(path: &Path, to: &Path) -> Result<u64, String> {
    if to.exists() {
        return Err(format!("{} exists already", to.display()));
    }
    // SQLite would make an empty database of a file that is not there.
    let source = connection::reader(path).map_err(|error| format!("cannot open {}: {error}", path.display()))?;
    let users = copy(&source, to).map_err(|error| format!("cannot write {}: {error}", to.display()))?;
    Ok(users)
}

/// Puts the copy `from` in the place of the database at `path`, which no server may have open. Gives the number of users
/// in it, and where the database that was there is now.
///
/// # Errors
/// One line that says what failed. The database is as it was then, or, if the disk fails while files are renamed, beside
/// its place, under the name that ends in `.replaced-` and a number.
pub fn restore(path: &Path, from: &Path) -> Result<(u64, Option<PathBuf>), String> {
    let source = connection::reader(from).map_err(|error| format!("cannot open {}: {error}", from.display()))?;
    let in_place = |error: &dyn std::fmt::Display| format!("cannot replace {}: {error}", path.display());
    // The lock is of the file that a link leads to; the copy takes the place of the file, not of the link.
    let path = if path.exists() { path.canonicalize().map_err(|error| in_place(&error))? } else { path.to_owned() };
    let lock = if path.exists() { Some(Lock::take(&path).map_err(|error| in_place(&error))?) } else { None };
    let new = beside(&path, ".restoring");
    remove(&new).map_err(|error| in_place(&error))?;
    let users = copy(&source, &new).map_err(|error| format!("cannot restore {}: {error}", from.display()))?;
    let kept = lock.is_some().then(|| beside(&path, &format!(".replaced-{}", Timestamp::now().0)));
    let moved = (|| {
        if let Some(kept) = &kept {
            // The log first: a log that meets the wrong database would be folded into it.
            for suffix in ["-wal", ""] {
                rename_if_there(&beside(&path, suffix), &beside(kept, suffix))?;
            }
        }
        remove(&beside(&path, "-shm"))?;
        std::fs::rename(&new, &path)?;
        sync_folder(&path)
    })();
    moved.map_err(|error| in_place(&error))?;
    Ok((users, kept))
}

/// A copy that is sound, complete and on disk, or an error and no file.
fn copy(source: &Connection, to: &Path) -> Result<u64, String> {
    let partial = beside(to, ".partial");
    remove(&partial).map_err(|error| error.to_string())?;
    let copied = (|| {
        source.execute("VACUUM INTO ?1", [partial.to_string_lossy()]).map_err(|error| error.to_string())?;
        let users = check(&partial)?;
        let written = File::open(&partial).and_then(|file| file.sync_all());
        let named = written.and_then(|()| std::fs::rename(&partial, to)).and_then(|()| sync_folder(to));
        named.map_err(|error| error.to_string())?;
        Ok(users)
    })();
    if copied.is_err() {
        let _ = remove(&partial);
    }
    copied
}

/// Whether the file is sound and of a version that this server knows; how many users it has.
fn check(path: &Path) -> Result<u64, String> {
    let connection = connection::reader(path).map_err(|error| error.to_string())?;
    let ask = |question: &str| connection.query_row(question, [], |row| row.get::<_, String>(0));
    let answer = ask("PRAGMA integrity_check(1)").map_err(|error| error.to_string())?;
    if answer != "ok" {
        return Err(format!("the database is damaged: {answer}"));
    }
    connection::refuse_newer(&connection).map_err(|error| error.to_string())?;
    let count = connection.query_row("SELECT count(*) FROM users", [], |row| row.get::<_, i64>(0));
    let count = count.map_err(|error| format!("it is no database of this server: {error}"))?;
    Ok(count.unsigned_abs())
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn rename_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::rename(from, to) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A name is on disk when its folder is. Elsewhere than on Unix a folder cannot be opened, and need not be.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
