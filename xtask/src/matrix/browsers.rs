//! Chromium, Firefox and WebKitGTK, installed with apt-get where they are needed and missing.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::fixture::Environment;
use crate::setup;
use crate::shell::{Cmd, which};

/// The variable that names Firefox to a script.
pub const FIREFOX: &str = "FIREFOX";

/// Where WebKitGTK keeps its browser, below the folder of the machine's libraries.
const MINI_BROWSER: [&str; 2] = ["webkit2gtk-4.1/MiniBrowser", "webkit2gtk-4.0/MiniBrowser"];

/// The browsers that were asked for, by the variable that names each to a script.
#[derive(Default)]
pub struct Found(Vec<(&'static str, PathBuf)>);

impl Found {
    /// Variables for the scripts.
    pub fn variables(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        self.0.iter().map(|(name, path)| (*name, path.as_path()))
    }
}

/// Finds the browsers that these environments need.
pub fn find(environments: &[Environment]) -> Result<Found> {
    let needed = |name: &str| environments.iter().any(|one| one.needs.iter().any(|need| need == name));
    let mut found = Found::default();
    if needed("chromium") {
        found.0.push(("CHROME", setup::browser()?.chrome));
    }
    if needed("firefox") {
        found.0.push((FIREFOX, firefox()?));
    }
    if needed("webkit") {
        found.0.extend(webkit()?);
    }
    Ok(found)
}

/// Programs, each with the variable that names it to a script.
pub type Programs = Vec<(&'static str, PathBuf)>;

/// Finds Firefox, or installs Debian's.
pub fn firefox() -> Result<PathBuf> {
    let find = || {
        let program = named(FIREFOX).or_else(|| which("firefox-esr")).or_else(|| which("firefox"))?;
        Some(vec![(FIREFOX, program)])
    };
    let programs = found_or_installed("Firefox", "firefox-esr", find)?;
    programs.into_iter().map(|(_, program)| program).next().context("Firefox is nowhere")
}

/// Finds WebKitGTK, its driver and a display for it, or installs Debian's; each by the variable that names it to a script.
pub fn webkit() -> Result<Programs> {
    found_or_installed("WebKitGTK", "webkit2gtk-driver xvfb xauth", find_webkit)
}

/// The driver, the browser that it starts, and a display for it.
fn find_webkit() -> Option<Programs> {
    let driver = which("WebKitWebDriver")?;
    let display = which("xvfb-run").filter(|_| which("xauth").is_some())?;
    let browser = named("MINI_BROWSER").or_else(mini_browser)?;
    Some(vec![("WEBKIT_DRIVER", driver), ("XVFB_RUN", display), ("MINI_BROWSER", browser)])
}

fn mini_browser() -> Option<PathBuf> {
    let libraries = std::fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    let places = libraries.chain([PathBuf::from("/usr/libexec")]);
    places.flat_map(|place| MINI_BROWSER.map(|name| place.join(name))).find(|file| file.is_file())
}

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|path| path.is_file())
}

fn found_or_installed(what: &str, packages: &str, find: fn() -> Option<Programs>) -> Result<Programs> {
    if let Some(programs) = find() {
        return Ok(programs);
    }
    let mend = format!("apt-get update && apt-get install -y {packages}");
    let root = Cmd::new("id").arg("-u").read()? == "0";
    if which("apt-get").is_none() || !(root || which("sudo").is_some()) {
        bail!("{what} is needed and not there; on Debian and Ubuntu, as root: `{mend}`");
    }
    println!("matrix: installing {packages} with apt-get");
    let apt = |words: &str| {
        let (program, first) = if root { ("apt-get", None) } else { ("sudo", Some("apt-get")) };
        Cmd::new(program).args(first).words(words).env("DEBIAN_FRONTEND", "noninteractive").run()
    };
    apt("update")
        .and_then(|()| apt(&format!("install -y {packages}")))
        .with_context(|| format!("{what} could not be installed; by hand: `{mend}`"))?;
    find().with_context(|| format!("`{mend}` did not bring {what}"))
}
