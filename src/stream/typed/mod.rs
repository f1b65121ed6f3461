//! For Rust programs: a client of Stream, its handles and its records.

mod builder;
mod client;
mod records;
mod user;
mod users;

pub use builder::ClientBuilder;
pub use client::Client;
pub use records::{AddedUsers, Deleted, DeletedUsers, FlagOptions, FoundUsers, NewUser, Record};
pub use user::User;
pub use users::Users;
