//! The tests of the server but for its crashes. They are one program: the server is linked into it once, and the tests share a
//! PostgreSQL.
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[macro_use]
#[path = "../common/mod.rs"]
mod common;

mod bad_input;
mod batch;
mod described;
mod faults;
mod feeds;
mod files;
mod http;
mod klaim;
mod klaim_limits;
mod listing;
mod permissions;
mod poolers;
mod postgres;
mod postgres_faults;
mod process;
mod secrets;
mod several_servers;
mod signals;
mod store;
mod tls;
mod two_servers;
mod users;
