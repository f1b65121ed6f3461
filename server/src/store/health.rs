//! Whether a database does its work.

/// Whether reads and writes work, each with the reason if they do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Whether users can be read.
    pub reads: Result<(), String>,
    /// Whether users can be written.
    pub writes: Result<(), String>,
}
