//! Copies of an SQLite database: taken while a server runs, and restored while none does.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::error::OpenError;
use super::lock::{Lock, beside};
use super::{connection, migrate, reader, write_ahead_log};
use crate::store::Timestamp;

/// Writes a consistent copy of the database at `path` to the new file `to`; a server may go on writing meanwhile. Returns
/// the number of users in the copy.
///
/// The copy gets its name only when it is complete and on disk.
///
/// # Errors
/// One line that says what failed. No copy is left behind.
pub fn back_up(path: &Path, to: &Path) -> Result<u64, String> {
    if to.exists() {
        return Err(format!("{} exists already", to.display()));
    }
    // Read-only, so that SQLite does not create a missing file as an empty database.
    let open = || {
        let source = reader::own(path)?;
        if !Lock::is_taken(path)? {
            write_ahead_log::require_sound(path)?;
        }
        Ok(source)
    };
    let source = open().map_err(|error: OpenError| format!("cannot open {}: {error}", path.display()))?;
    let users = copy(&source, to).map_err(|error| format!("cannot write {}: {error}", to.display()))?;
    Ok(users)
}

/// Replaces the database at `path`, which no server may have open, with the copy `from`. Returns the number of users in
/// the copy, and the new path of the database that was replaced.
///
/// # Errors
/// One line that says what failed. The database is unchanged; but if the disk fails while files are renamed, it is beside
/// its old path, under a name that ends in `.replaced-` and a number.
pub fn restore(path: &Path, from: &Path) -> Result<(u64, Option<PathBuf>), String> {
    let source = reader::own(from).map_err(|error| format!("cannot open {}: {error}", from.display()))?;
    let in_place = |error: &dyn std::fmt::Display| format!("cannot replace {}: {error}", path.display());
    // If the path is a symbolic link, both the lock and the replacement concern the file it points to.
    let path = if path.exists() { path.canonicalize().map_err(|error| in_place(&error))? } else { path.to_owned() };
    let take = || {
        reader::refuse_foreign_even_if_damaged(&path)?;
        Lock::take(&path)
    };
    let lock = if path.exists() { Some(take().map_err(|error: OpenError| in_place(&error))?) } else { None };
    let new = beside(&path, ".restoring");
    remove(&new).map_err(|error| in_place(&error))?;
    let users = copy(&source, &new).map_err(|error| format!("cannot restore {}: {error}", from.display()))?;
    let kept = lock.is_some().then(|| beside(&path, &format!(".replaced-{}", Timestamp::now().0)));
    let moved = (|| {
        if let Some(kept) = &kept {
            // The write-ahead log first: SQLite would apply a log that it finds beside the wrong database.
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

/// Removes what a backup to `file`, or a restore of it, has written so far. For a process that ends before it is finished.
pub fn discard_unfinished(file: &Path) {
    let restored = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    for copy in [file, &beside(&restored, ".restoring")] {
        // The process ends anyway, and the next copy replaces what is left.
        let _ = remove(&beside(copy, ".partial"));
    }
}

/// Writes a copy that is checked, complete and on disk; on an error, no file is left.
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

/// Fails if the database at `path`, or its copy, is damaged, of another program, or of a version that this server does not know. A
/// server may have it open. Returns the number of users in it.
///
/// # Errors
/// One line that says what is wrong with it.
pub fn check(path: &Path) -> Result<u64, String> {
    let sound_copy = || {
        let connection = reader::own(path)?;
        // A log that a server is writing to has an end that changes.
        if !Lock::is_taken(path)? {
            write_ahead_log::require_sound(path)?;
        }
        connection::require_sound(&connection, "integrity_check")?;
        migrate::refuse_newer(&connection)?;
        migrate::require_whole(&connection)?;
        Ok(connection)
    };
    let connection = sound_copy().map_err(|error: OpenError| error.to_string())?;
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

/// Flushes the folder of `path`, so that a renamed file keeps its new name after a power failure. Only Unix lets a program
/// open a folder, and only there it is needed.
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
