//! Handles on an application's users in a hosted user store: Stream's Activity Feeds v2 users API, and with the feature
//! `klaim` Klaim's users API, from WebAssembly.
//!
//! The crate is used in two ways. In JavaScript, `wasm-pack build` makes a module of it that exports `connect`, `user`, `Client`
//! and `User`; the npm package `user-handle` is the same with a loader around it. In Rust, a [`Client`] makes [`User`]
//! handles; each method of a handle is one call, with validation before it, and timeouts, retries and decoding around it.
//! Rust programs leave the exports to JavaScript out: `default-features = false, features = ["typed"]`.
//!
//! ```no_run
//! # #[cfg(all(target_arch = "wasm32", feature = "typed"))]
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
//! | feature | default | what it adds |
//! |---|---|---|
//! | `stream` | yes | Stream's users API |
//! | `klaim` | no | Klaim's users API |
//! | `server` | yes | what is for servers: signing with the app secret, batches, imports |
//! | `classes` | yes | for JavaScript: the exported functions and classes |
//! | `typed` | no | for Rust: `create::<T: Serialize>` and records as `T: Deserialize`; brings `stream` along |
//! | `npm` | no | for the npm package: what its classes call, its allocator and panic handler |
#![cfg_attr(all(feature = "npm", not(feature = "typed"), target_arch = "wasm32"), no_std)]

extern crate alloc;

// The npm package is built without the standard library: its panics would bring the whole of `core::fmt`.
#[cfg(all(feature = "npm", not(feature = "typed"), target_arch = "wasm32"))]
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

#[cfg(all(feature = "bindings", target_arch = "wasm32"))]
mod bindings;
#[cfg(all(any(feature = "bindings", feature = "typed"), target_arch = "wasm32"))]
mod fetch;
#[cfg(any(feature = "typed", all(feature = "bindings", target_arch = "wasm32")))]
pub mod host;
#[cfg(feature = "typed")]
mod typed;

// The services.
#[cfg(feature = "klaim")]
pub mod klaim;
#[cfg(feature = "stream")]
pub mod stream;

#[cfg(all(feature = "typed", feature = "klaim"))]
pub use klaim::{KlaimChanges, KlaimClient, KlaimRecord, KlaimUser, NewKlaimUser};
/// What JavaScript imports; for the tests, which are in Rust.
#[cfg(all(feature = "classes", feature = "stream", target_arch = "wasm32"))]
#[doc(hidden)]
pub use stream::classes as exports;
#[cfg(all(feature = "typed", not(target_arch = "wasm32")))]
#[doc(hidden)]
pub use typed::HasFetch;
#[cfg(feature = "server")]
pub use user_handle_core::rules::token::{Secret, sign};
pub use user_handle_core::rules::{Code, Kind, Phase, RateLimit, Violation, token, validate};
#[cfg(feature = "typed")]
pub use {
    host::StepResult,
    stream::{Client, ClientBuilder, Record, User, Users},
    typed::{ApiFailure, CallOptions, Error, Event, Listener},
    user_handle_core::rules::options::TokenReason,
    user_handle_core::wire::Operation,
};

/// The Rust code of the README and of the guide, as tests. Only where there is a `fetch`: clients are built in them.
#[cfg(all(doctest, target_arch = "wasm32", feature = "typed"))]
#[doc = include_str!("../README.md")]
struct Readme;
#[cfg(all(doctest, target_arch = "wasm32", feature = "typed", feature = "klaim"))]
#[doc = include_str!("../docs/guides/rust.md")]
struct Guide;
