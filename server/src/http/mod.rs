//! What handlers and layers have in common: reading a request, refusals, responses, and the description of routes. Nothing
//! here knows a service.

pub(crate) mod body;
pub(crate) mod budget;
pub(crate) mod clock;
pub(crate) mod context;
pub(crate) mod docs;
pub(crate) mod fallbacks;
pub(crate) mod origin;
pub(crate) mod query;
pub(crate) mod response;
pub(crate) mod service;
