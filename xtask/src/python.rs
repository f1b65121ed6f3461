//! Python with the packages of `tests/python/requirements.txt`, in a virtual environment in `target/python`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::shell::{Cmd, Folders, which};
use crate::{fingerprint, setup};

const OLDEST: (u32, u32) = (3, 10);
const REQUIREMENTS: &str = "tests/python/requirements.txt";

/// The Python of the environment, which is made where it is missing or of other requirements.
pub fn environment(folders: &Folders) -> Result<PathBuf> {
    let folder = folders.root.join("target/python");
    let python = folder.join("bin/python");
    let stamp = folder.join("requirements");
    let wanted = fingerprint::of(&folders.root, &[REQUIREMENTS])?;
    if fs::read_to_string(&stamp).is_ok_and(|stamped| stamped == wanted) {
        return Ok(python);
    }
    println!("setup: installing the Python packages of {REQUIREMENTS}");
    let system = system_python()?;
    make(&system, &folder)?;
    let pip = Cmd::new(&python).words("-m pip install --quiet --disable-pip-version-check --requirement");
    pip.arg(REQUIREMENTS).run()?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(python)
}

fn system_python() -> Result<PathBuf> {
    const INSTEAD: &str = "PATH=/folder/of/python3:$PATH";
    let (major, minor) = OLDEST;
    let python = setup::found_or_installed("Python", "python3 python3-venv", INSTEAD, || Ok(which("python3")))?;
    let check = format!("import sys; sys.exit(sys.version_info < ({major}, {minor}))");
    if !Cmd::new(&python).arg("-c").arg(check).status()?.success() {
        let version = Cmd::new(&python).arg("--version").read()?;
        bail!("Python {major}.{minor} or newer is needed and `python3` is {version}");
    }
    Ok(python)
}

/// Debian has the module in a package of its own.
fn make(system: &PathBuf, folder: &PathBuf) -> Result<()> {
    let venv = Cmd::new(system).words("-m venv --clear").arg(folder);
    if venv.run().is_ok() {
        return Ok(());
    }
    setup::install("Python's module venv", "python3-venv", "PATH=/folder/of/another/python3:$PATH")?;
    venv.run()
}
