//! Stream's Activity Feeds v2: the users API, and as much of feeds as it takes to see users in activities.
//!
//! ```text
//! users.rs, batches.rs, moderation.rs, admin.rs    the operations
//! *_input.rs, feed_params.rs, activity.rs          what requests say, validated
//! responses.rs, error_body.rs                      what is sent back
//! permissions.rs, token.rs, application.rs         who is calling, and what they may do
//! schemas.rs                                       what the description of the routes needs beside that
//! ```

pub mod activity;
pub mod admin;
pub mod application;
pub mod batches;
pub mod error_body;
pub mod feed_input;
pub mod feed_params;
pub mod fields;
pub mod flag_input;
pub mod moderation;
pub mod permissions;
pub mod responses;
pub mod schemas;
pub mod token;
pub mod user_input;
pub mod users;
