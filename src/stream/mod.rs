//! Stream's Activity Feeds v2, users.

#[cfg(all(feature = "bindings", target_arch = "wasm32"))]
mod arguments;
#[cfg(all(feature = "bindings", feature = "server", target_arch = "wasm32"))]
mod batch;
#[cfg(all(feature = "npm", feature = "server", target_arch = "wasm32"))]
mod batch_checks;
#[cfg(all(feature = "classes", target_arch = "wasm32"))]
#[doc(hidden)]
pub mod classes;
#[cfg(all(feature = "bindings", target_arch = "wasm32"))]
mod connect;
#[cfg(all(feature = "npm", feature = "server", target_arch = "wasm32"))]
mod import;
#[cfg(all(feature = "bindings", target_arch = "wasm32"))]
mod requests;
#[cfg(all(feature = "npm", target_arch = "wasm32"))]
mod shell;
#[cfg(feature = "typed")]
mod typed;

#[cfg(feature = "typed")]
pub use typed::{
    AddedUsers, Client, ClientBuilder, Deleted, DeletedUsers, FlagOptions, FoundUsers, NewUser, Record, User, Users,
};
pub use user_handle_core::stream::references::reference;
pub use user_handle_core::stream::settings::{DEFAULT_BASE_URL, DEFAULT_GROUP, DEFAULT_VERSION, LOCAL_BASE_URL};
