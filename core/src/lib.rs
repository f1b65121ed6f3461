//! The rules and the protocol of `user-handle`, without I/O and without JavaScript.
//!
//! | module | what it knows |
//! |---|---|
//! | [`rules`] | ids, data, tokens, base URLs, options and their defaults, error codes and texts |
//! | [`wire`] | a request and an answer as plain data, and [`wire::Host`]: a clock, a random number, JSON values |
//! | [`call`] | the state machine of a call: authorise, take turns, send, decode, retry, conclude |
//! | [`stream`], [`klaim`] | a service each: its operations, its records, what its answers mean |
//! | [`import`] | the decisions of a bulk import |
//!
//! A module knows those above it in this table and none below. Whoever drives a [`call::Call`] sends the requests and waits;
//! what is to be sent, and what an answer comes to, is decided here.
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `sign` | no | signing and verifying tokens with an application's secret |
//! | `native` | no | the module `native`, a host whose JSON values are those of `serde_json`; it needs the standard library |
#![cfg_attr(not(any(test, feature = "native")), no_std)]

extern crate alloc;

pub mod call;
pub mod import;
pub mod klaim;
#[cfg(feature = "native")]
pub mod native;
pub mod rules;
pub mod stream;
pub mod wire;

#[cfg(all(any(test, fuzzing), feature = "native", feature = "sign"))]
#[doc(hidden)]
pub mod properties;
