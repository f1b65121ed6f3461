//! Chromium, Firefox and WebKitGTK, and the proxies of the matrix, installed with apt-get where they are needed and missing.

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

/// Finds or installs `chromium`, `firefox` or `webkit`, whose driver and display belong to it, `nginx` or `caddy`.
pub fn programs(need: &str) -> Result<Programs> {
    match need {
        "chromium" => Ok(vec![("CHROME", setup::browser()?.chrome)]),
        "firefox" => setup::found_or_installed("Firefox", "firefox-esr", ELSEWHERE, || Ok(find_firefox())),
        "webkit" => {
            let packages = "webkit2gtk-driver xvfb xauth";
            setup::found_or_installed("WebKitGTK", packages, ELSEWHERE, || Ok(find_webkit()))
        }
        "nginx" => setup::found_or_installed("nginx", "nginx openssl", ELSEWHERE, || Ok(find_nginx())),
        "caddy" => setup::found_or_installed("Caddy", "caddy", ELSEWHERE, || Ok(find_caddy())),
        _ => bail!("nothing is known of {need}: there are chromium, firefox, webkit, nginx and caddy"),
    }
}

fn find_firefox() -> Option<Programs> {
    let program = named("FIREFOX").or_else(|| which("firefox-esr")).or_else(|| which("firefox"))?;
    Some(vec![("FIREFOX", program)])
}

/// Debian keeps it where only root's PATH has it. openssl makes its certificate.
fn find_nginx() -> Option<Programs> {
    let of_debian = PathBuf::from("/usr/sbin/nginx");
    let program = which("nginx").or_else(|| of_debian.is_file().then_some(of_debian))?;
    which("openssl").map(|_| vec![("NGINX", program)])
}

fn find_caddy() -> Option<Programs> {
    Some(vec![("CADDY", which("caddy")?)])
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
