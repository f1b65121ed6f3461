//! Running commands, and the folders that all commands share.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;

use anyhow::{Context, Result, bail};

/// The packages that are built, tested and documented together, with the features whose code is tested: their dependencies have
/// the same features then, and are compiled once.
pub const WORKSPACE: &str = "--workspace --exclude xtask-tools \
    --features user-handle/typed,user-handle/klaim,user-handle-core/native,user-handle-core/sign,user-handle-service/memory,xtask-features/tests";
/// What only some commands need.
pub const TOOLS: &str = "--package xtask-tools";

/// Where things are.
pub struct Folders {
    /// The repository.
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
    /// Intermediate files of the npm package: in the repository, like the package, wherever cargo's folder is.
    pub npm: PathBuf,
    /// This program.
    pub xtask: PathBuf,
}

impl Folders {
    /// Finds them from the current folder and from this program's own path, and makes the repository the current folder.
    pub fn find() -> Result<Folders> {
        let here = std::env::current_dir().context("the current folder is gone")?;
        let root = here
            .ancestors()
            .find(|folder| folder.join("xtask/Cargo.toml").is_file())
            .with_context(|| format!("{} is not inside the repository", here.display()))?
            .to_path_buf();
        std::env::set_current_dir(&root).with_context(|| format!("cannot enter {}", root.display()))?;
        let xtask = std::env::current_exe().context("cannot find the path of this program")?;
        // target/debug/xtask
        let target = xtask
            .ancestors()
            .nth(2)
            .with_context(|| format!("{} is not in a target folder", xtask.display()))?
            .to_path_buf();
        let npm = root.join("target/npm");
        std::fs::create_dir_all(&npm).with_context(|| format!("cannot create {}", npm.display()))?;
        Ok(Folders { root, target, npm, xtask })
    }

    /// Waits until no other process has the lock of this name; it is given up with what this gives.
    pub fn lock(&self, name: &str) -> Result<std::fs::File> {
        let path = self.npm.join(name);
        let lock = std::fs::File::create(&path).with_context(|| format!("cannot create {}", path.display()))?;
        lock.lock().with_context(|| format!("cannot wait for {}", path.display()))?;
        Ok(lock)
    }

    /// Builds a program of the workspace and gives its path; `packages` are those whose dependencies have their features.
    pub fn built(&self, name: &str, packages: &str) -> Result<PathBuf> {
        cargo().words("build").words(packages).arg("--bin").arg(name).arg("--target-dir").arg(&self.target).run()?;
        Ok(self.target.join("debug").join(name))
    }

    /// A program that npm installed.
    pub fn npm_bin(&self, name: &str) -> Cmd {
        Cmd::new(self.root.join("node_modules/.bin").join(name))
    }
}

/// One command, printable as a line that a shell takes.
pub struct Cmd {
    program: OsString,
    args: Vec<OsString>,
    env: Vec<(&'static str, OsString)>,
}

/// The cargo that runs us.
pub fn cargo() -> Cmd {
    Cmd::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

impl Cmd {
    /// A command without arguments.
    pub fn new(program: impl Into<OsString>) -> Cmd {
        Cmd { program: program.into(), args: Vec::new(), env: Vec::new() }
    }

    /// Adds one argument.
    pub fn arg(mut self, arg: impl Into<OsString>) -> Cmd {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Cmd {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds the words of a line that needs no quoting.
    pub fn words(self, line: &str) -> Cmd {
        self.args(line.split_whitespace())
    }

    /// Sets a variable of the command's environment.
    pub fn env(mut self, name: &'static str, value: impl Into<OsString>) -> Cmd {
        self.env.push((name, value.into()));
        self
    }

    /// Runs it with our stdout and stderr; any exit but 0 is an error.
    pub fn run(&self) -> Result<()> {
        self.check(self.status()?)
    }

    /// The same, but what it prints is shown at its end, and only if it failed.
    pub fn run_quietly(&self) -> Result<()> {
        let out = self.started(self.command().output())?;
        if !out.status.success() {
            print!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        }
        self.check(out.status)
    }

    /// Runs it with our stdout and stderr, and gives its exit status.
    pub fn status(&self) -> Result<ExitStatus> {
        self.started(self.command().status())
    }

    /// Runs it, copies what it prints to ours, and gives its exit status and the lines that `is_wanted` chooses.
    pub fn watched(&self, is_wanted: impl Fn(&str) -> bool + Sync) -> Result<(ExitStatus, Vec<String>)> {
        let mut child = self.started(self.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn())?;
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let chosen = Mutex::new(Vec::new());
        let copy = |from: Option<Box<dyn Read + Send>>, to: &mut dyn Write| {
            // A line that cannot be copied is searched all the same.
            for line in from.into_iter().flat_map(|from| BufReader::new(from).split(b'\n')).map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line);
                let _ = writeln!(to, "{line}");
                if is_wanted(&line)
                    && let Ok(mut chosen) = chosen.lock()
                {
                    chosen.push(line.into_owned());
                }
            }
        };
        std::thread::scope(|scope| {
            scope.spawn(|| copy(stderr.map(|from| Box::new(from) as _), &mut std::io::stderr()));
            copy(stdout.map(|from| Box::new(from) as _), &mut std::io::stdout());
        });
        let status = self.started(child.wait())?;
        Ok((status, chosen.into_inner().unwrap_or_default()))
    }

    /// Runs it and gives what it printed, trimmed.
    pub fn read(&self) -> Result<String> {
        let out = self.started(self.command().stderr(Stdio::inherit()).output())?;
        self.check(out.status)?;
        Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned())
    }

    /// Becomes the command, where the system can: signals reach it, and its exit code is ours.
    pub fn exec(&self) -> Result<()> {
        #[cfg(unix)]
        return self.started(Err(std::os::unix::process::CommandExt::exec(&mut self.command())));
        #[cfg(not(unix))]
        self.run()
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).envs(self.env.iter().map(|(name, value)| (name, value))).stdin(Stdio::null());
        command
    }

    fn started<T>(&self, result: std::io::Result<T>) -> Result<T> {
        result.with_context(|| format!("cannot run `{}`", Path::new(&self.program).display()))
    }

    fn check(&self, status: ExitStatus) -> Result<()> {
        if !status.success() {
            bail!("`{self}` failed ({status})");
        }
        Ok(())
    }
}

impl fmt::Display for Cmd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.env {
            write!(f, "{name}={} ", quoted(value))?;
        }
        // The name is enough: a full path says where this machine keeps its tools.
        let name = Path::new(&self.program).file_name().unwrap_or(&self.program);
        write!(f, "{}", quoted(name))?;
        self.args.iter().try_for_each(|arg| write!(f, " {}", quoted(arg)))
    }
}

/// A word as a shell reads it.
fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Writes a file.
pub fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Removes a file, which may be gone already.
pub fn remove_file(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Writes a program that runs a command with further arguments, unless it is there: another process may be running it.
pub fn script(file: &Path, command: &Cmd) -> Result<()> {
    let words = std::iter::once(&command.program).chain(&command.args).map(|word| quoted(word));
    let text = format!("#!/bin/sh\nexec {} \"$@\"\n", words.collect::<Vec<_>>().join(" "));
    if std::fs::read_to_string(file).is_ok_and(|written| written == text) {
        return Ok(());
    }
    write(file, text)?;
    #[cfg(unix)]
    std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .with_context(|| format!("cannot make {} a program", file.display()))?;
    Ok(())
}

/// What rustc calls this machine.
pub fn host() -> Result<String> {
    let about = Cmd::new("rustc").words("--version --verbose").read()?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc does not name its host")?;
    Ok(host.to_owned())
}

/// The program called `name` on PATH.
pub fn which(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn a_command_prints_as_a_shell_takes_it() {
        let cmd = Cmd::new("/usr/bin/node").env("URL", "http://a/?b").words("--test a.mjs").arg("it's");
        assert_eq!(cmd.to_string(), r"URL='http://a/?b' node --test a.mjs 'it'\''s'");
    }

    #[test]
    fn what_a_command_prints_is_watched() {
        let script = "console.log('one\\ntwo'); console.error('no two'); process.exit(3)";
        let (status, chosen) = Cmd::new("node").arg("--eval").arg(script).watched(|line| line.contains("two")).unwrap();
        assert_eq!(status.code(), Some(3));
        assert_eq!(chosen.len(), 2, "{chosen:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_script_passes_on_its_arguments() {
        let file = std::env::temp_dir().join(format!("xtask script {}", std::process::id()));
        script(&file, &Cmd::new("echo").arg("it's")).unwrap();
        let printed = Cmd::new(&file).arg("two  words").arg("--version").read();
        std::fs::remove_file(&file).unwrap();
        assert_eq!(printed.unwrap(), "it's two  words --version");
    }

    #[test]
    fn a_program_that_is_missing_is_named() {
        let error = Cmd::new("no-such-program").run().unwrap_err();
        assert_eq!(error.to_string(), "cannot run `no-such-program`");
    }
}
