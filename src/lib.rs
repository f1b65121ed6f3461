//! Handles on an application's users in a hosted user store: Stream's Activity Feeds v2 users API, from WebAssembly. With
//! the feature `klaim`, a `KlaimClient` has the same for Klaim's users API.
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
//! ([`token`]) or the wire types ([`model`]), and tests that bring a host of their own.
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `serde` | yes | `create::<T: Serialize>` and records as `T: Deserialize` |
//! | `sign` | yes | signing tokens with the app secret |
//! | `klaim` | no | the second service: the module `klaim` |
//! | `npm` | no | what the npm package's JavaScript calls; with `klaim`, for that service and no other |
#![cfg_attr(all(not(feature = "serde"), target_arch = "wasm32"), no_std)]
// The npm build for Klaim has no use for what only the first service needs; what is not used is not in the module.
#![cfg_attr(all(feature = "klaim", not(feature = "serde")), allow(dead_code))]

extern crate alloc;

// The npm package is built without the standard library: its panics would bring the whole of `core::fmt`.
#[cfg(all(feature = "npm", not(feature = "serde"), target_arch = "wasm32"))]
mod bare {
    use lol_alloc::{FreeListAllocator, LockedAllocator};

    // It looks through all free memory at each allocation; of that there is little, because few texts are held at a time,
    // and neighbours that are free become one.
    #[global_allocator]
    static ALLOCATOR: LockedAllocator<FreeListAllocator> = LockedAllocator::new(FreeListAllocator::new());

    #[panic_handler]
    fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}

pub mod error;
pub mod host;
pub mod model;
pub mod options;
pub mod token;
pub mod validate;

// The call loop and what it is made of, for whichever face.
#[cfg(any(feature = "serde", feature = "npm"))]
mod authorise;
#[cfg(any(feature = "serde", feature = "npm"))]
mod call;
#[cfg(all(any(feature = "serde", feature = "npm"), target_arch = "wasm32"))]
mod fetch;
#[cfg(any(all(feature = "npm", feature = "sign"), test))]
mod import;
#[cfg(target_arch = "wasm32")]
mod js;
#[cfg(all(feature = "klaim", any(feature = "serde", feature = "npm")))]
pub mod klaim;
#[cfg(any(feature = "serde", feature = "npm"))]
mod request;
#[cfg(any(feature = "serde", feature = "npm"))]
mod response;
#[cfg(any(feature = "serde", feature = "npm"))]
mod retry;
#[cfg(any(feature = "serde", feature = "npm"))]
mod shared;
#[cfg(all(any(feature = "serde", feature = "npm"), feature = "sign"))]
mod signer;

// The Rust face.
#[cfg(feature = "serde")]
mod builder;
#[cfg(feature = "serde")]
mod client;
#[cfg(feature = "serde")]
mod drive;
#[cfg(feature = "serde")]
mod order;
#[cfg(feature = "serde")]
mod place;
#[cfg(feature = "serde")]
mod user;
#[cfg(feature = "serde")]
mod users;

#[cfg(all(any(test, fuzzing), feature = "serde", feature = "sign", not(target_arch = "wasm32")))]
#[doc(hidden)]
pub mod properties;

/// The Rust code of the README and of the guide, as tests. Only where there is a `fetch`: clients are built in them.
#[cfg(all(doctest, target_arch = "wasm32"))]
#[doc = include_str!("../README.md")]
struct Readme;
#[cfg(all(doctest, target_arch = "wasm32", feature = "klaim"))]
#[doc = include_str!("../docs/guides/rust.md")]
struct Guide;

#[cfg(feature = "serde")]
pub use builder::ClientBuilder;
#[cfg(feature = "serde")]
pub use call::{Event, Given, Listener};
#[cfg(feature = "serde")]
pub use client::Client;
pub use error::{Code, Error, Kind, RateLimit};
#[cfg(all(feature = "klaim", feature = "serde"))]
pub use klaim::{KlaimChanges, KlaimClient, KlaimRecord, KlaimUser, NewKlaimUser};
pub use model::Record;
pub use options::{CallOptions, TokenReason};
#[cfg(any(feature = "serde", feature = "npm"))]
pub use request::Operation;
#[cfg(feature = "serde")]
pub use user::User;
#[cfg(feature = "serde")]
pub use users::Users;
