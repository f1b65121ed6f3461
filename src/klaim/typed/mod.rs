//! For Rust programs: a client of Klaim, its handles and its records.

mod client;
mod record;
mod user;

pub use client::{KlaimClient, KlaimClientBuilder};
pub use record::{KlaimChanges, KlaimRecord, NewKlaimUser};
pub use user::{KlaimListing, KlaimUser, KlaimUsers};
