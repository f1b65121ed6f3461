//! Klaim's users API.
//!
//! Its manual leaves some questions open. The answers are in `users.rs` and `input.rs`, and listed in `docs/klaim.md`.
//!
//! ```text
//! users.rs, admin.rs                              the operations
//! input.rs        what requests say, validated
//! responses.rs    what is sent back               api_key.rs    who may call
//! ```

pub mod admin;
pub mod api_key;
pub mod input;
pub mod responses;
pub mod users;
