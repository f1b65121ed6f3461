//! The files that are refused, and what is left of them: as they are, with nothing beside them.

use rusqlite::Connection;

use super::tests::Folder;
use super::{Sqlite, back_up, check, lock, restore};

#[test]
fn files_that_are_not_ours_are_refused_with_a_reason() {
    let folder = Folder::new();
    std::fs::write(folder.file(), "this is no database, and long enough to be seen as none, whatever it is").unwrap();
    assert_eq!(Sqlite::open(&folder.file()).err().unwrap().to_string(), "file is not a database");
    let newer = folder.0.join("newer.db");
    drop(Sqlite::open(&newer).unwrap());
    Connection::open(&newer).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let refusal = format!(
        "it was written by a newer version of this server (format 99, this one knows {})",
        crate::store::schema::VERSION
    );
    assert_eq!(Sqlite::open(&newer).err().unwrap().to_string(), refusal);
    let nowhere = folder.0.join("none").join("users.db");
    let text = Sqlite::open(&nowhere).err().unwrap().to_string();
    assert!(text.starts_with("unable to open database file"), "{text}");
}

#[test]
fn the_database_of_another_program_is_left_as_it_is() {
    let folder = Folder::new();
    for (name, set_up) in [
        ("tables.db", "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT); INSERT INTO users VALUES (1, 'a@b.c')"),
        ("version.db", "CREATE TABLE users (app TEXT, id TEXT, data TEXT); PRAGMA user_version = 1"),
        ("later.db", "CREATE TABLE users (id TEXT); PRAGMA user_version = 7"),
        ("id.db", "PRAGMA application_id = 1"),
        ("log%20#1?.db", "PRAGMA journal_mode = WAL; CREATE TABLE theirs (x)"),
    ] {
        let file = folder.0.join(name);
        Connection::open(&file).unwrap().execute_batch(set_up).unwrap();
        let before = std::fs::read(&file).unwrap();
        let reason = "it is the database of another program";
        assert_eq!(Sqlite::open(&file).err().unwrap().to_string(), reason, "{name}");
        assert_eq!(check(&file), Err(reason.into()), "{name}");
        assert_eq!(std::fs::read(&file).unwrap(), before, "{name}");
        let left = [".lock", "-wal", "-shm"].map(|suffix| lock::beside(&file, suffix).exists());
        assert_eq!(left, [false; 3], "{name}");
    }
}

#[test]
fn a_file_of_an_earlier_version_is_known_by_its_tables() {
    let folder = Folder::new();
    drop(Sqlite::open(&folder.file()).unwrap());
    // As version 2 was, before files had an id.
    let earlier = "DROP TABLE klaim_users; DROP TABLE klaim_names; PRAGMA user_version = 2; PRAGMA application_id = 0";
    Connection::open(folder.file()).unwrap().execute_batch(earlier).unwrap();
    drop(Sqlite::open(&folder.file()).unwrap());
    let connection = Connection::open(folder.file()).unwrap();
    let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).unwrap();
    assert_eq!(id, 0x7568_646c);
}

#[test]
fn a_folder_and_a_file_that_is_too_short_are_no_database() {
    let folder = Folder::new();
    let (database, copy) = (folder.0.join("own.db"), folder.0.join("copy.db"));
    drop(Sqlite::open(&database).unwrap());
    back_up(&database, &copy).unwrap();
    let (inside, short) = (folder.0.join("folder"), folder.0.join("short.db"));
    std::fs::create_dir_all(inside.join("more")).unwrap();
    std::fs::write(&short, "x").unwrap();
    for (path, reason) in [(&inside, "it is a folder"), (&short, "file is not a database")] {
        let shown = path.display();
        assert_eq!(Sqlite::open(path).err().unwrap().to_string(), reason);
        assert_eq!(check(path), Err(reason.into()));
        assert_eq!(back_up(path, &folder.0.join("of.db")), Err(format!("cannot open {shown}: {reason}")));
        assert_eq!(restore(path, &copy), Err(format!("cannot replace {shown}: {reason}")));
        assert_eq!(restore(&database, path), Err(format!("cannot open {shown}: {reason}")));
    }
    assert!(inside.join("more").is_dir());
    assert_eq!(std::fs::read(&short).unwrap(), b"x");
    std::fs::write(&short, "").unwrap();
    assert_eq!(restore(&short, &copy).unwrap().0, 0, "an empty file is nobody's");
}

#[test]
fn a_file_that_lacks_a_table_or_a_column_is_refused_with_its_name_and_can_be_replaced() {
    let folder = Folder::new();
    let copy = folder.0.join("copy.db");
    drop(Sqlite::open(&folder.file()).unwrap());
    back_up(&folder.file(), &copy).unwrap();
    for (accident, missing) in [
        ("DROP TABLE users", "table users"),
        ("ALTER TABLE users RENAME COLUMN updated_at TO upd", "column updated_at of users"),
        ("ALTER TABLE klaim_users DROP COLUMN name", "column name of klaim_users"),
    ] {
        Connection::open(folder.file()).unwrap().execute_batch(accident).unwrap();
        let reason = format!("it lacks the {missing}, restore a backup");
        assert_eq!(Sqlite::open(&folder.file()).err().unwrap().to_string(), reason);
        assert_eq!(check(&folder.file()), Err(reason));
        restore(&folder.file(), &copy).unwrap();
        drop(Sqlite::open(&folder.file()).unwrap());
    }
    // What somebody added is no fault.
    Connection::open(folder.file()).unwrap().execute_batch("ALTER TABLE users ADD COLUMN note TEXT").unwrap();
    drop(Sqlite::open(&folder.file()).unwrap());
}

#[test]
fn a_copy_takes_the_place_of_an_own_file_only_damaged_and_newer_ones_included() {
    let folder = Folder::new();
    let (copy, other) = (folder.0.join("copy.db"), folder.0.join("other.db"));
    drop(Sqlite::open(&folder.file()).unwrap());
    back_up(&folder.file(), &copy).unwrap();
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)").unwrap();
    let before = std::fs::read(&other).unwrap();
    let refusal = format!("cannot replace {}: it is the database of another program", other.display());
    assert_eq!(restore(&other, &copy), Err(refusal));
    assert_eq!(std::fs::read(&other).unwrap(), before);
    Connection::open(folder.file()).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(restore(&folder.file(), &copy).unwrap().1.is_some(), "newer");
    // Everything but the header.
    let mut bytes = std::fs::read(folder.file()).unwrap();
    bytes[100..].fill(0xa5);
    std::fs::write(folder.file(), bytes).unwrap();
    assert!(restore(&folder.file(), &copy).unwrap().1.is_some(), "damaged");
    assert_eq!(check(&folder.file()), Ok(0));
}

#[test]
fn what_is_no_copy_is_not_put_back() {
    let folder = Folder::new();
    let (file, none, text) = (folder.file(), folder.0.join("none.db"), folder.0.join("text.db"));
    drop(Sqlite::open(&file).unwrap());
    std::fs::write(&text, "this is no database, and long enough to be seen as none, whatever it is").unwrap();
    let refusal = restore(&file, &none).unwrap_err();
    assert!(refusal.starts_with(&format!("cannot open {}: unable to open database file", none.display())), "{refusal}");
    let refusal = format!("cannot open {}: file is not a database", text.display());
    assert_eq!(restore(&folder.0.join("new.db"), &text), Err(refusal));
    let other = folder.0.join("other.db");
    Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
    let refusal = format!("cannot open {}: it is the database of another program", other.display());
    assert_eq!(restore(&folder.0.join("new.db"), &other), Err(refusal));
    let missing = back_up(&none, &folder.0.join("copy.db")).unwrap_err();
    assert!(missing.starts_with(&format!("cannot open {}: unable to open database file", none.display())), "{missing}");
    assert!(!folder.0.join("copy.db").exists() && !folder.0.join("new.db").exists());
}
