//! The log: to standard error, as text for people or JSON for programs.

use clap::ValueEnum;
use tracing::level_filters::LevelFilter;

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

/// Starts the log of this process. What goes into it has no secret in it in the first place: nothing is filtered here.
pub fn start(level: Level, format: Format) {
    let log = tracing_subscriber::fmt().with_max_level(level.filter()).with_writer(std::io::stderr).with_target(false);
    match format {
        Format::Text => log.init(),
        Format::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
}
