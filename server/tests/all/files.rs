//! The file of the database as accounts and commands find it.
#![cfg(unix)]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

use crate::common::folder::Folder;
use crate::common::postgres::{Account, account};
use crate::common::process::{Server, clean};

#[test]
fn a_file_that_its_account_may_not_write_is_refused_when_it_starts() {
    let folder = Folder::new();
    let path = |name: &str| folder.path().join(name);
    let database = format!("sqlite:{}", path("users.db").display());
    assert!(Server::on(&database).terminate());
    // Where the tests run as root, who may write every file, the server runs as another account, and from where that one can
    // read the program.
    let server = path("server");
    // By a program: a file that this process has open for writing could not be run.
    let mut copy = std::process::Command::new("cp");
    assert!(copy.arg(env!("CARGO_BIN_EXE_user-handle-server")).arg(&server).status().unwrap().success());
    std::fs::set_permissions(path("users.db"), Permissions::from_mode(0o444)).unwrap();
    for of_folder in [0o777, 0o555] {
        std::fs::set_permissions(folder.path(), Permissions::from_mode(of_folder)).unwrap();
        let mut command = clean(std::process::Command::new(&server));
        if let Some(Account { user, group }) = account() {
            command.uid(user).gid(group);
        }
        let output = command.args(["--listen", "127.0.0.1:0", "--database", &database]).output().unwrap();
        let text = format!("error: cannot open the database {database}: it is read-only for this account\n");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), text, "{of_folder:o}");
        assert_eq!(output.status.code(), Some(1));
    }
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
}
