//! Handles on an application's users in a hosted user store: Stream's Activity Feeds v2 users API, from WebAssembly.
//!
//! This is the Rust face, for front ends; the npm package `user-handle` is the same crate behind JavaScript names. A
//! [`Client`] makes [`User`] handles; each verb of a handle is one call, with validation before it, and timeouts, retries
//! and decoding around it.
//!
//! ```no_run
//! # #[cfg(target_arch = "wasm32")]
//! # async fn example() -> Result<(), user_handle::Error> {
//! use serde::{Deserialize, Serialize};
//! use user_handle::Client;
//!
//! #[derive(Serialize, Deserialize)]
//! struct Profile {
//!     name: String,
//! }
//!
//! let client = Client::builder("demo-key").token("header.claims.signature").build()?;
//! let user = client.user("ada")?;
//! user.create(&Profile { name: "Ada".into() }).await?;
//! let record = user.get::<Profile>().await?;
//! assert_eq!(record.data.name, "Ada");
//! user.delete().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Outside wasm32 there is no `fetch`: there the crate serves whoever needs the rules ([`validate`]), the tokens
//! ([`token`]) or the wire types ([`model`]), and tests that bring a [`host::Host`] of their own.
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `serde` | yes | `create::<T: Serialize>` and records as `T: Deserialize` |
//! | `sign` | yes | signing tokens with the app secret |
//! | `npm` | no | what the npm package's JavaScript calls |
#![cfg_attr(not(any(feature = "serde", test)), no_std)]

extern crate alloc;

// The npm package is built without the standard library: its panics would bring the whole of `core::fmt`.
#[cfg(all(feature = "npm", not(feature = "serde"), target_arch = "wasm32"))]
mod bare {
    #[global_allocator]
    static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

    #[panic_handler]
    fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}

mod authorise;
mod builder;
mod call;
mod client;
pub mod error;
#[cfg(target_arch = "wasm32")]
mod fetch;
pub mod host;
#[cfg(target_arch = "wasm32")]
mod js;
pub mod model;
pub mod options;
mod request;
mod response;
mod retry;
pub mod token;
mod user;
#[cfg(feature = "serde")]
mod users;
pub mod validate;

/// The README's Rust code, as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use builder::ClientBuilder;
pub use call::{Event, Listener};
pub use client::Client;
pub use error::{Code, Error, Kind, RateLimit};
pub use model::Record;
pub use options::{CallOptions, TokenReason};
pub use request::Operation;
pub use user::User;
#[cfg(feature = "serde")]
pub use users::Users;
