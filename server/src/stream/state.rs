//! What the handlers of Stream's API share.

use std::sync::Arc;

use axum::http::Uri;

use crate::http::query::Query;
use crate::store::Store;
use user_handle_service::error::ApiError;
use user_handle_service::stream::application::{self, Application};

/// The state of Stream's routes.
#[derive(Clone)]
pub(crate) struct StreamState {
    pub(crate) store: Arc<dyn Store>,
    applications: Arc<[Application]>,
}

impl StreamState {
    pub(crate) fn new(store: Arc<dyn Store>, applications: &[Application]) -> Self {
        StreamState { store, applications: applications.into() }
    }

    /// The application whose API key is in the query.
    pub(crate) fn application_of(&self, uri: &Uri) -> Result<&Application, ApiError> {
        let query = Query::of(uri);
        let key = application::api_key(&query)?;
        let application = self.applications.iter().find(|application| application.key == key);
        application.ok_or_else(application::unknown_api_key)
    }
}
