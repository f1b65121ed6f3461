//! Handles on an application's users in a hosted user store.
#![cfg_attr(not(any(feature = "std", test)), no_std)]

extern crate alloc;

// The npm package is built without the standard library: its panics would bring the whole of `core::fmt`.
#[cfg(all(feature = "npm", not(feature = "std"), target_arch = "wasm32"))]
mod bare {
    #[global_allocator]
    static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

    #[panic_handler]
    fn trap(_: &core::panic::PanicInfo<'_>) -> ! {
        core::arch::wasm32::unreachable()
    }
}

mod authorise;
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
mod users;
pub mod validate;

pub use call::{Event, Listener};
pub use client::{Client, ClientBuilder};
pub use error::{Code, Error, Kind, RateLimit};
pub use model::Record;
pub use options::{CallOptions, TokenReason};
pub use request::Operation;
pub use user::User;
pub use users::Users;
