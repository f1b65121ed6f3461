//! Tells where the console's files are: `www/dist` beside this crate, which the build of the page makes.

use std::env;
use std::path::Path;

fn main() -> Result<(), env::VarError> {
    let server = env::var("CARGO_MANIFEST_DIR")?;
    // Without `..`: a debug build serves only files whose real path is in this folder, and the folder may be made later.
    let www = Path::new(&server).with_file_name("www");
    let page = www.join("dist");
    println!("cargo::rustc-env=USER_HANDLE_CONSOLE={}", page.display());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CARGO_MANIFEST_DIR");
    // A release has the files in it: it is out of date when they change, or when they are made.
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let watched = [page, www].into_iter().find(|folder| folder.is_dir());
        watched.into_iter().for_each(|folder| println!("cargo::rerun-if-changed={}", folder.display()));
    }
    Ok(())
}
