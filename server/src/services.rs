//! The services of the server, listed here and nowhere else. To add one, write a folder like `stream/` and name it in both
//! functions.

use std::sync::Arc;

use axum::Router;
use utoipa::openapi::OpenApi;

use crate::http::docs::ServiceDocs;
use crate::http::service::Service;
use crate::klaim::{self, KlaimState};
use crate::settings::Settings;
use crate::store::Store;
use crate::stream::{self, StreamState};

/// A service that is ready to serve.
pub(crate) struct Mounted {
    pub(crate) service: Arc<dyn Service>,
    pub(crate) routes: Router,
}

/// The services over this store. What is about the server itself answers in the form of the first.
pub(crate) fn mount(store: &Arc<dyn Store>, settings: &Settings) -> Vec<Mounted> {
    let stream = StreamState::new(Arc::clone(store), &settings.apps);
    let klaim = KlaimState::new(Arc::clone(store), settings.klaim_key.clone());
    vec![
        Mounted { routes: Router::from(stream::routes()).with_state(stream.clone()), service: Arc::new(stream) },
        Mounted { routes: Router::from(klaim::routes()).with_state(klaim.clone()), service: Arc::new(klaim) },
    ]
}

/// The description of each service: what its operations have in common, and the operations.
pub(crate) fn documents() -> Vec<(ServiceDocs, OpenApi)> {
    vec![(stream::docs(), stream::routes().into_openapi()), (klaim::docs(), klaim::routes().into_openapi())]
}
