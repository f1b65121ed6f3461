//! The project's commands: `cargo xtask <command>`. Each one sets up what it needs by itself.

mod bench;
mod crates;
mod demo;
mod docs;
mod example;
mod fingerprint;
mod fuzz;
mod hashes;
mod knock;
mod licences;
mod lint;
mod load;
mod matrix;
mod package;
mod payload;
mod python;
mod release;
mod reproduce;
mod sbom;
mod semver;
mod setup;
mod shell;
mod slim;
mod soak;
mod surface;
mod tests;
mod www;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's commands. Each one sets up what it needs by itself.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing: the wasm32 target, the npm dev dependencies, a browser and PostgreSQL where asked
    Setup(setup::Options),
    /// Build the npm package into pkg/dist, and the console into www/dist
    Build,
    /// Start the stand-in server, run the quick start against it, and serve the page until Ctrl-C
    Demo(demo::Options),
    /// Build the example of a Rust front end into target/example
    Example,
    /// Run every test: native, wasm in Node and in Chromium, then the packed npm package
    Test(tests::Options),
    /// Install the packed npm package in every runtime, browser, bundler and framework, and run a program there
    Matrix(matrix::Options),
    /// Make 200 000 calls of the npm package while one request in five fails, and balance the books
    Soak(soak::Options),
    /// Make a million calls of the npm package, and look whether memory or handles grow
    Memory(soak::MemoryOptions),
    /// Look for inputs that break the pure core: validation, tokens, responses, retries
    Fuzz(fuzz::Options),
    /// Measure what the server bears: reads and writes over a million users, then ten thousand connections
    Load(load::Options),
    /// Measure the npm package next to its peers, and parts of it alone
    Bench(bench::Options),
    /// Check formatting, lints, docs, types, licences, and that no file names a machine
    Lint,
    /// Compare the public types, items and files with what they were, or take the changes over
    Surface(surface::Options),
    /// Compare the crate with the last release, by the rules of semantic versions
    Semver,
    /// Make and check all that a release has, in target/release-artefacts, without publishing anything
    Release(release::Options),
    /// Build the last commit twice from nothing, in different folders, and compare the bytes
    Reproduce,
    /// Make the API reference of the npm package, the crate and the server, in target/docs
    Docs,
    /// What cargo runs wasm test binaries with
    #[command(hide = true, disable_help_flag = true)]
    WasmBindgenTestRunner {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Setup(options) => setup::run(&options),
        Command::Build => package::run(),
        Command::Demo(options) => return finish(demo::run(&options)),
        Command::Example => example::run(),
        Command::Test(options) => tests::run(&options),
        Command::Matrix(options) => return finish(matrix::run(&options)),
        Command::Soak(options) => soak::run(&options),
        Command::Memory(options) => soak::memory(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Load(options) => load::run(&options),
        Command::Bench(options) => bench::run(&options),
        Command::Lint => lint::run(),
        Command::Surface(options) => surface::run(&options),
        Command::Semver => semver::run(),
        Command::Release(options) => release::run(&options),
        Command::Reproduce => reproduce::run(),
        Command::Docs => docs::run(),
        Command::WasmBindgenTestRunner { args } => {
            let args = [shell::TEST_RUNNER.into()].into_iter().chain(args);
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args)
        }
    };
    finish(done.map(|()| ExitCode::SUCCESS))
}

/// An error is one line on stderr; its causes follow on the same line.
fn finish(done: anyhow::Result<ExitCode>) -> ExitCode {
    done.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
