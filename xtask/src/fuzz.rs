//! `cargo xtask fuzz`: libFuzzer on the pure core. The targets are those of `fuzz/`. Each run begins with the inputs of
//! `fuzz/corpus`: few, chosen to reach as much code as so many can. The rest is found again in seconds.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::shell::{Folders, cargo, host};

const TARGETS: [&str; 4] = ["validation", "token", "response", "retry"];

/// Counters in the code, which libFuzzer reads: those that `cargo fuzz --sanitizer none` passes. There is no unsafe code here
/// for a sanitizer to watch, and so the pinned toolchain does.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg=fuzzing";

/// Longer inputs are slower, and none of the rules needs them.
const MAX_LENGTH: &str = "-max_len=600";

/// Options of `fuzz`.
#[derive(Args)]
pub struct Options {
    /// How long each target runs
    #[arg(long, default_value_t = 60, value_name = "N")]
    seconds: u32,
    /// Only this target
    #[arg(long, value_parser = TARGETS)]
    only: Option<String>,
}

/// Runs the command.
pub fn run(options: &Options) -> Result<()> {
    let folders = Folders::find()?;
    println!("fuzz: building the targets");
    // With a target named, the flags are for the targets alone, not for build scripts.
    let (host, target) = (host()?, folders.target.join("fuzz"));
    cargo()
        .words("build --quiet --release --locked --manifest-path fuzz/Cargo.toml --target")
        .arg(&host)
        .arg("--target-dir")
        .arg(&target)
        .env("RUSTFLAGS", FLAGS)
        .run()?;
    let programs = target.join(&host).join("release");
    let targets: Vec<_> =
        TARGETS.into_iter().filter(|name| options.only.as_deref().is_none_or(|only| only == *name)).collect();
    println!("fuzz: {} targets, {} s each", targets.len(), options.seconds);
    // Two at a time: so many processors every machine has.
    for pair in targets.chunks(2) {
        std::thread::scope(|scope| {
            let running: Vec<_> =
                pair.iter().map(|name| scope.spawn(|| fuzz(&folders, &programs, name, options))).collect();
            running.into_iter().try_for_each(|one| one.join().unwrap_or_else(|_| bail!("a target could not be run")))
        })?;
    }
    println!("fuzz: {} of {} targets found nothing", targets.len(), targets.len());
    Ok(())
}

/// Runs one target from its corpus; what it finds beyond that goes beside its log.
fn fuzz(folders: &Folders, programs: &Path, name: &str, options: &Options) -> Result<()> {
    let folder = folders.root.join("target/fuzz").join(name);
    let (found, corpus) = (folder.join("found"), folders.root.join("fuzz/corpus").join(name));
    for folder in [&found, &corpus] {
        fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    }
    let mut prefix = std::ffi::OsString::from("-artifact_prefix=");
    prefix.push(folder.join("failed-"));
    let told = Command::new(programs.join(name))
        .arg(format!("-max_total_time={}", options.seconds))
        .args([MAX_LENGTH, "-print_final_stats=0"])
        .arg(prefix)
        .args([&found, &corpus])
        .output()
        .with_context(|| format!("cannot run the target {name}"))?;
    let log = folder.join("log");
    fs::write(&log, &told.stderr).with_context(|| format!("cannot write {}", log.display()))?;
    let text = String::from_utf8_lossy(&told.stderr);
    if !told.status.success() {
        let from = text.find("panicked at").or_else(|| text.find("ERROR:")).unwrap_or_default();
        bail!("{name} failed; the input is beside {}:\n{}", log.display(), text.get(from..).unwrap_or_default());
    }
    println!("fuzz: {name}: {}", text.lines().rfind(|line| line.starts_with("Done ")).unwrap_or("done"));
    Ok(())
}
