//! Chromium, Firefox and WebKitGTK, installed with apt-get where they are needed and missing.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::setup;
use crate::shell::which;

/// Where WebKitGTK keeps its browser, below the folder of the machine's libraries.
const MINI_BROWSER: [&str; 2] = ["webkit2gtk-4.1/MiniBrowser", "webkit2gtk-4.0/MiniBrowser"];

/// How others are named.
const ELSEWHERE: &str = "PATH=/folder/of/its/programs:$PATH";

/// Programs, each with the variable that names it to a script.
pub type Programs = Vec<(&'static str, PathBuf)>;

/// Finds or installs `chromium`, `firefox` or `webkit`: its driver and a display belong to the last.
pub fn programs(browser: &str) -> Result<Programs> {
    match browser {
        "chromium" => Ok(vec![("CHROME", setup::browser()?.chrome)]),
        "firefox" => setup::found_or_installed("Firefox", "firefox-esr", ELSEWHERE, || Ok(find_firefox())),
        "webkit" => {
            let packages = "webkit2gtk-driver xvfb xauth";
            setup::found_or_installed("WebKitGTK", packages, ELSEWHERE, || Ok(find_webkit()))
        }
        _ => bail!("there is no browser {browser}: there are chromium, firefox and webkit"),
    }
}

fn find_firefox() -> Option<Programs> {
    let program = named("FIREFOX").or_else(|| which("firefox-esr")).or_else(|| which("firefox"))?;
    Some(vec![("FIREFOX", program)])
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
