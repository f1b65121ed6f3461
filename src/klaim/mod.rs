//! Klaim's users: a user has an `email` and perhaps a `name` and `metadata`, its `user_id` may be any text, and nothing deletes
//! it. What the manual leaves open, and what is done here, is in `docs/klaim.md`.

#[cfg(all(feature = "classes", target_arch = "wasm32"))]
mod classes;
#[cfg(all(feature = "bindings", target_arch = "wasm32"))]
mod connect;
#[cfg(all(feature = "bindings", target_arch = "wasm32"))]
mod requests;
#[cfg(all(feature = "npm", target_arch = "wasm32"))]
mod shell;
#[cfg(feature = "typed")]
mod typed;

#[cfg(feature = "typed")]
pub use typed::{
    KlaimChanges, KlaimClient, KlaimClientBuilder, KlaimListing, KlaimRecord, KlaimUser, KlaimUsers, NewKlaimUser,
};
pub use user_handle_core::klaim::{EMAIL_EXISTS, MISSING_FIELDS, USER_ID_EXISTS, rules};
