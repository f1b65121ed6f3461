//! What the handlers of Stream's API share.

use std::sync::Arc;

use axum::http::Uri;

use super::tokens::KnownTokens;
use crate::http::query::Query;
use crate::store::Store;
use user_handle_service::error::ApiError;
use user_handle_service::stream::application::{self, Application};

/// The state of Stream's routes.
#[derive(Clone)]
pub(crate) struct StreamState {
    pub(crate) store: Arc<dyn Store>,
    applications: Arc<[Client]>,
}

/// An application, and the tokens that its clients have sent.
pub(crate) struct Client {
    pub(super) application: Application,
    pub(super) tokens: KnownTokens,
}

impl StreamState {
    pub(crate) fn new(store: Arc<dyn Store>, applications: &[Application]) -> Self {
        let client =
            |application: &Application| Client { application: application.clone(), tokens: KnownTokens::default() };
        StreamState { store, applications: applications.iter().map(client).collect() }
    }

    /// The application whose API key is in the query.
    pub(super) fn client_of(&self, uri: &Uri) -> Result<&Client, ApiError> {
        let query = Query::of(uri);
        let key = application::api_key(&query)?;
        let client = self.applications.iter().find(|client| client.application.key == key);
        client.ok_or_else(application::unknown_api_key)
    }
}
