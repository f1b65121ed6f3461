//! The log: to standard error, as text for people or JSON for programs.
//!
//! A thread of its own writes it, so that no request waits for whoever reads standard error, or fails because nobody does.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;

/// The most bytes that wait to be written. A line that comes when there are as many is lost.
const MAX_WAITING: usize = 4 * 1024 * 1024;

/// How long the process waits at its end until everything is written.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

/// What is logged.
#[derive(Clone, Copy, ValueEnum)]
pub enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// How it is written.
#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    /// A line for people
    Text,
    /// A JSON object a line
    Json,
}

impl Level {
    const fn filter(self) -> LevelFilter {
        match self {
            Level::Off => LevelFilter::OFF,
            Level::Error => LevelFilter::ERROR,
            Level::Warn => LevelFilter::WARN,
            Level::Info => LevelFilter::INFO,
            Level::Debug => LevelFilter::DEBUG,
            Level::Trace => LevelFilter::TRACE,
        }
    }
}

/// Starts the log of this process, and returns the number of lines that were lost, which is kept up to date. It does not
/// filter secrets: code that logs must not log any.
pub fn start(level: Level, format: Format) -> Arc<AtomicU64> {
    let log = tracing_subscriber::fmt().with_max_level(level.filter()).with_writer(|| &*STDERR).with_target(false);
    match format {
        Format::Text => log.init(),
        Format::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    // The hook of the standard library writes to standard error on the thread that panics.
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a thread panicked")));
    Arc::clone(&STDERR.lost)
}

/// Writes a line that is for people, whatever the level and the format of the log.
pub fn print(line: &str) {
    STDERR.queue(format!("{line}\n").into_bytes());
}

/// Waits until everything is written, but not for long.
pub fn flush() {
    let (done, written) = sync_channel(1);
    if STDERR.messages.send(Message::Flush(done)).is_ok() {
        // An error means that nobody reads standard error.
        let _ = written.recv_timeout(FLUSH_TIMEOUT);
    }
}

static STDERR: LazyLock<Stderr> = LazyLock::new(|| Stderr::start(io::stderr()));

/// Standard error, written by a thread of its own.
struct Stderr {
    messages: Sender<Message>,
    waiting: Arc<AtomicUsize>,
    lost: Arc<AtomicU64>,
}

enum Message {
    Line(Vec<u8>),
    Flush(SyncSender<()>),
}

impl Stderr {
    fn start(output: impl Write + Send + 'static) -> Self {
        let (messages, received) = channel();
        let (waiting, lost) = (Arc::<AtomicUsize>::default(), Arc::<AtomicU64>::default());
        let (unwritten, failed) = (Arc::clone(&waiting), Arc::clone(&lost));
        // Without the thread, every line is lost, and counted.
        let _ = std::thread::Builder::new()
            .name("log".into())
            .spawn(move || write_all(output, &received, &unwritten, &failed));
        Stderr { messages, waiting, lost }
    }

    fn queue(&self, line: Vec<u8>) {
        let bytes = line.len();
        let has_room = self.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes <= MAX_WAITING;
        if !has_room || self.messages.send(Message::Line(line)).is_err() {
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn write_all(mut output: impl Write, messages: &Receiver<Message>, waiting: &AtomicUsize, lost: &AtomicU64) {
    for message in messages {
        match message {
            Message::Line(line) => {
                if output.write_all(&line).is_err() {
                    lost.fetch_add(1, Ordering::Relaxed);
                }
                waiting.fetch_sub(line.len(), Ordering::Relaxed);
            }
            Message::Flush(done) => drop(done.send(())),
        }
    }
}

/// Takes a whole line at a time, as the subscriber writes them.
impl Write for &Stderr {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.queue(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
