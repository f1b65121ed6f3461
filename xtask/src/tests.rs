//! `cargo xtask test`: every test, step by step, in the order in which a failure says most.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};

use crate::extra_connections::ExtraConnections;
use crate::setup::PATIENCE_S;
use crate::shell::{Cmd, Folders, TOOLS, WORKSPACE, cargo};
use crate::{browsers, docs, example, python, scripts, setup, wasm_pack, www};

/// Options of `test`.
#[derive(Args)]
pub struct Options {
    /// Leave out what needs a browser
    #[arg(long, conflicts_with = "only")]
    fast: bool,
    /// Run one step alone
    #[arg(long, value_enum, value_name = "STEP")]
    only: Option<Step>,
}

/// One test runner.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Step {
    /// `cargo test` of the workspace, doctests included
    Native,
    /// The module in wasm, in Node
    Wasm,
    /// The module in wasm, in Chromium
    Web,
    /// The doctests, compiled for wasm: those of the README and of the guide for Rust too
    Doc,
    /// The npm package and the server, in Node
    Node,
    /// What Node's tests have of calls, on the npm package without WebAssembly
    NoWasm,
    /// The server against its own description, and Stream's Python client against the server
    Python,
    /// Stream's SDKs against the server: JavaScript's and Python's are run, the others replayed
    Compatible,
    /// The crate as wasm-pack builds and tests it, in Node and Chromium
    WasmPack,
    /// The npm package, the server, the console and the documents' site, in Chromium; the console in Firefox and WebKitGTK too
    Browser,
    /// The npm package and a server that breaks HTTP on purpose, in Node, Chromium and Firefox
    Faults,
}

impl Step {
    fn needs_browser(self) -> bool {
        matches!(self, Step::Web | Step::WasmPack | Step::Browser | Step::Faults)
    }

    fn needs_package(self) -> bool {
        matches!(self, Step::Node | Step::NoWasm | Step::Browser | Step::Faults)
    }
}

/// Runs the command.
pub fn run(options: &Options) -> Result<()> {
    let folders = Folders::find()?;
    let steps: Vec<Step> = match options.only {
        Some(step) => vec![step],
        None => Step::value_variants().iter().copied().filter(|step| !(options.fast && step.needs_browser())).collect(),
    };
    setup::tools(&folders)?;
    let browser = if steps.iter().any(|step| step.needs_browser()) { Some(setup::browser()?) } else { None };
    if steps.contains(&Step::Native) {
        setup::databases()?;
    }
    let artifacts =
        if steps.iter().any(|step| step.needs_package()) { Some(artifacts(&folders, &steps)?) } else { None };

    let start = Instant::now();
    for step in &steps {
        run_step(*step, &folders, browser.as_ref(), artifacts.as_ref())?;
    }
    println!("\ntest: {} of {} steps passed in {:.0?}", steps.len(), steps.len(), start.elapsed());
    Ok(())
}

fn run_step(
    step: Step,
    folders: &Folders,
    browser: Option<&setup::Browser>,
    artifacts: Option<&Artifacts>,
) -> Result<()> {
    let value = step.to_possible_value();
    let name = value.as_ref().map_or("", |value| value.get_name());
    println!("\n── {name}");
    let start = Instant::now();
    let command = match step {
        Step::Native => Ok(cargo().words("test").words(WORKSPACE)),
        Step::Wasm => wasm_test(folders, "--test wasm"),
        Step::Web => wasm_test(folders, "--test web"),
        Step::Doc => wasm_test(folders, "--doc"),
        Step::Node => node_test("tests/node", artifacts),
        Step::NoWasm => no_wasm_test(artifacts),
        Step::Python => python_test(folders),
        Step::Compatible => compatible_test(folders),
        Step::WasmPack => wasm_pack_test(folders),
        Step::Browser => node_test("tests/browser", artifacts),
        Step::Faults => node_test("tests/faults", artifacts),
    };
    let mut command = command?;
    if let Some(browser) = browser.filter(|_| step.needs_browser()) {
        command = browser.tell(command, folders)?;
    }
    let mut extra_connections = None;
    if step == Step::Web {
        let extra_connections = extra_connections.insert(ExtraConnections::at_a_free_address()?);
        command = command.env("WASM_BINDGEN_TEST_ADDRESS", extra_connections.address.to_string());
    }
    let (status, leaks) = command.watched(holds_secret)?;
    drop(extra_connections);
    if !status.success() {
        bail!("step {name} failed ({status}); this runs it alone: `cargo xtask test --only {name}`");
    }
    if let Some(line) = leaks.first() {
        bail!("step {name} printed a secret or a token, first here: {line}");
    }
    println!("── {name}: passed in {:.1?}", start.elapsed());
    Ok(())
}

/// Whether a line has a secret or a key that the tests use, or a token that is signed: nothing that runs may print one.
fn holds_secret(line: &str) -> bool {
    line.contains("canary-") || line.contains("eyJhbGciOi")
}

/// `cargo test` for wasm32, with wasm-bindgen's runner.
fn wasm_test(folders: &Folders, what: &str) -> Result<Cmd> {
    let tools = folders.built("xtask-tools", TOOLS)?;
    let tools = tools.to_str().with_context(|| format!("{} is not UTF-8", tools.display()))?;
    Ok(cargo()
        .words("test --package user-handle --no-default-features --features typed,klaim,server")
        .words("--target wasm32-unknown-unknown")
        .words(what)
        .arg("--config")
        .arg(format!("target.wasm32-unknown-unknown.runner = [{tools:?}, \"wasm-bindgen-test-runner\"]")))
}

/// What the Node and browser tests are run against.
struct Artifacts {
    /// What `npm pack` made.
    tarball: PathBuf,
    /// The server's binary.
    server: PathBuf,
    /// The folder of the Rust front end's page, for the browser.
    front_end: Option<PathBuf>,
    /// The folder of the documents' site, for the browser.
    site: Option<PathBuf>,
    /// Further browsers, by the variable that names each program to a script.
    browsers: browsers::Programs,
}

fn artifacts(folders: &Folders, steps: &[Step]) -> Result<Artifacts> {
    let tarball = scripts::pack(folders)?;
    let server = scripts::server(folders)?;
    www::build(folders)?;
    let front_end = if steps.contains(&Step::Browser) { Some(example::build(folders)?) } else { None };
    let site = if steps.contains(&Step::Browser) { Some(docs::site(folders)?) } else { None };
    let mut programs = Vec::new();
    if steps.contains(&Step::Faults) || steps.contains(&Step::Browser) {
        programs.extend(browsers::programs("firefox")?);
    }
    if steps.contains(&Step::Browser) {
        programs.extend(browsers::programs("webkit")?);
    }
    Ok(Artifacts { tarball, server, front_end, site, browsers: programs })
}

/// Python's own test runner, over `tests/python`. It needs the server and not the package.
fn python_test(folders: &Folders) -> Result<Cmd> {
    let python = python::environment(folders)?;
    let server = scripts::server(folders)?;
    Ok(Cmd::new(python).words("-m unittest discover --verbose -s tests/python").env("USER_HANDLE_SERVER", server))
}

/// Stream's SDKs against the server. It needs Python with Stream's client, and not the package.
fn compatible_test(folders: &Folders) -> Result<Cmd> {
    let python = python::environment(folders)?;
    let server = scripts::server(folders)?;
    Ok(node_test("tests/compatible", None)?.env("USER_HANDLE_PYTHON", python).env("USER_HANDLE_SERVER", server))
}

/// wasm-pack, then what it has built. It needs the server and not the npm package.
fn wasm_pack_test(folders: &Folders) -> Result<Cmd> {
    let built = wasm_pack::build_and_test(folders)?;
    let server = scripts::server(folders)?;
    Ok(node_test("tests/wasm-pack", None)?.env("WASM_PACK_OUT", built).env("USER_HANDLE_SERVER", server))
}

/// The files of Node's tests that are about calls, whatever the module is made into.
const CALLS: &[&str] = &[
    "bad-input",
    "bulk",
    "calls",
    "contract",
    "errors",
    "field-faults",
    "getstream-cases",
    "headers",
    "hostile",
    "import",
    "klaim",
    "memory",
    "outcomes",
    "recovery",
    "secrets",
    "soak",
    "tokens",
    "writes",
];

/// The npm package without WebAssembly, in Node.
fn no_wasm_test(artifacts: Option<&Artifacts>) -> Result<Cmd> {
    let files = CALLS.iter().map(|name| format!("tests/node/{name}.test.mjs").into()).collect();
    Ok(test_runner(files, artifacts).env("USER_HANDLE_FORM", "no-wasm"))
}

/// Node's own test runner, over the files of one folder: Node 20 takes no patterns.
fn node_test(folder: &str, artifacts: Option<&Artifacts>) -> Result<Cmd> {
    let mut files: Vec<OsString> = std::fs::read_dir(folder)
        .with_context(|| format!("cannot list {folder}"))?
        .filter_map(|entry| Some(entry.ok()?.file_name()))
        .filter(|name| name.to_string_lossy().ends_with(".test.mjs"))
        .map(|name| Path::new(folder).join(name).into_os_string())
        .collect();
    files.sort();
    if files.is_empty() {
        bail!("there are no tests in {folder}: no file is called *.test.mjs");
    }
    Ok(test_runner(files, artifacts))
}

fn test_runner(files: Vec<OsString>, artifacts: Option<&Artifacts>) -> Cmd {
    // One more than can run, up to eight: every file waits now and then, for a server or a browser, and browsers take memory.
    let at_a_time = std::thread::available_parallelism().map_or(2, |processors| (processors.get() + 1).min(8));
    let mut command = Cmd::new("node")
        .words("--test --test-reporter=spec")
        .arg(format!("--test-concurrency={at_a_time}"))
        .arg(format!("--test-timeout={PATIENCE_S}000"))
        .args(files);
    if let Some(Artifacts { tarball, server, front_end, site, browsers }) = artifacts {
        command = command.env("USER_HANDLE_TARBALL", tarball).env("USER_HANDLE_SERVER", server);
        if let Some(folder) = front_end {
            command = command.env("RUST_FRONT_END", folder);
        }
        if let Some(folder) = site {
            command = command.env("DOCUMENTS_SITE", folder);
        }
        for (variable, program) in browsers {
            command = command.env(variable, program);
        }
    }
    command
}
