//! The project's commands: `cargo xtask <command>`. Each one sets up what it needs by itself.

mod bindings;
mod browsers;
mod crates;
mod docs;
mod example;
mod extra_connections;
mod fingerprint;
mod fuzz;
mod licences;
mod lint;
mod module;
mod package;
mod payload;
mod python;
mod readme;
mod release;
mod sbom;
mod scripts;
mod semver;
mod server_packages;
mod setup;
mod shell;
mod slim;
mod surface;
mod tests;
mod variant;
mod wasm_pack;
mod www;

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
    /// Install what is missing: the wasm32 target, the npm dev dependencies, a browser, PostgreSQL and PgBouncer where asked
    Setup(setup::Options),
    /// Build the npm package into pkg/dist, and the console into www/dist
    Build,
    /// Start the stand-in server, run the quick start against it, and serve the page until Ctrl-C: [--once] [--port N]
    Demo(scripts::Options),
    /// Build the example of a Rust front end into target/example
    Example,
    /// Run every test: native, wasm in Node and in Chromium, then the packed npm package
    Test(tests::Options),
    /// Install the packed npm package in every runtime, browser, bundler and framework, and run a program there: [NAME...]
    /// [--list] [--write]
    Matrix(scripts::Options),
    /// Make 200 000 calls of the npm package while one request in five fails, and balance the books: [--calls N] [--seed N]
    Soak(scripts::Options),
    /// Make a million calls of the npm package, and look whether memory or handles grow: [--calls N] [--users N]
    Memory(scripts::Options),
    /// Look for inputs that break the pure core: validation, tokens, responses, retries
    Fuzz(fuzz::Options),
    /// Measure what the server bears: reads and writes over a million users, then ten thousand connections: [--users N]
    /// [--seconds N] [--connections N] [--burst N]
    Load(scripts::Options),
    /// Make a PostgreSQL with Patroni fail over while programs write and read through two servers: [--only TEXT] [--write]
    Cluster(scripts::Options),
    /// Measure the npm package next to its peers, and parts of it alone: [NAME...] [--rounds N] [--quick] [--long] [--seed N]
    /// [--write]
    Bench(scripts::Options),
    /// Check formatting, lints, docs, types, licences, and that no file names a machine
    Lint,
    /// Compare the public types, items and files with what they were, or take the changes over
    Surface(surface::Options),
    /// Compare the crate with the last release, by the rules of semantic versions
    Semver,
    /// Make and check all that a release has, in target/release-artefacts, without publishing anything
    Release(release::Options),
    /// Pack the server for npm in target/server-packages, with its binary for this machine or for other targets
    ServerPackages(server_packages::Platforms),
    /// Build the last commit twice from nothing, in different folders, and compare the bytes
    Reproduce,
    /// Make a site of all documents in target/site: with a search, a playground, and the API reference of packages and crates
    Docs,
    /// Run wasm-pack, installed in target/tools, with the wasm-bindgen of Cargo.lock: nothing is downloaded
    #[command(disable_help_flag = true)]
    WasmPack(wasm_pack::Options),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Setup(options) => setup::run(&options),
        Command::Build => package::run(),
        Command::Demo(options) => scripts::demo(&options),
        Command::Example => example::run(),
        Command::Test(options) => tests::run(&options),
        Command::Matrix(options) => scripts::matrix(&options),
        Command::Soak(options) => scripts::run("tests/soak/soak.mjs", &options),
        Command::Memory(options) => scripts::run("tests/soak/memory.mjs", &options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Load(options) => scripts::load(&options),
        Command::Cluster(options) => scripts::run("tests/cluster/run.mjs", &options),
        Command::Bench(options) => scripts::bench(&options),
        Command::Lint => lint::run(),
        Command::Surface(options) => surface::run(&options),
        Command::Semver => semver::run(),
        Command::Release(options) => release::run(&options),
        Command::ServerPackages(options) => server_packages::run(&options),
        Command::Reproduce => scripts::reproduce(),
        Command::Docs => docs::run(),
        Command::WasmPack(options) => wasm_pack::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // One line on stderr; its causes follow on the same line.
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod test {
    use clap::CommandFactory;

    use super::*;

    /// clap looks at a subcommand only when it is run: two groups of flags with one name end the program then.
    #[test]
    fn every_command_can_be_parsed() {
        Cli::command().debug_assert();
    }
}
