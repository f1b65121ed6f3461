//! The rules of the services that `user-handle` speaks to, as they answer a request: who may do what, which input is refused in
//! which words, and what is sent back. The stand-in server is these rules behind HTTP and over a database; `user-handle/testing`
//! of the npm package is the same rules over a store in memory.
//!
//! Nothing here knows HTTP, a database, a runtime or JavaScript. An operation is an `async fn` that takes the caller, the query, a
//! [`body::Body`] and the traits of [`store`] that it needs; it waits for nothing but those two.
//!
//! ```text
//! stream/     Stream's API                        klaim/      Klaim's
//! store/      what is stored, and what a store has to do
//! error.rs    why a request is refused            answer.rs   what is sent back
//! body.rs, json.rs, query.rs                      what is read of a request
//! listing.rs                                      what the query of a list says
//! memory/     a store in memory, and Stream's API over it, with the feature `memory`
//! ```

pub mod answer;
pub mod body;
pub mod error;
pub mod json;
pub mod klaim;
pub mod limits;
pub mod listing;
#[cfg(feature = "memory")]
pub mod memory;
#[cfg(all(feature = "npm", target_arch = "wasm32"))]
mod npm;
pub mod query;
pub mod store;
pub mod stream;

/// What the npm package's module needs beside its exports.
#[cfg(all(feature = "npm", target_arch = "wasm32"))]
mod allocator {
    use lol_alloc::{FreeListAllocator, LockedAllocator};

    #[global_allocator]
    static ALLOCATOR: LockedAllocator<FreeListAllocator> = LockedAllocator::new(FreeListAllocator::new());
}
