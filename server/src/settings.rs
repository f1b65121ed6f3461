//! What can be set, in one struct.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use crate::klaim::KlaimKey;
use crate::layers::faults::Faults;
use crate::layers::rate_limiter::RateLimit;
use crate::pages::Page;
use crate::stream::Application;

/// The settings of a server.
#[derive(Debug, Default)]
pub struct Settings {
    /// The applications of Stream's API.
    pub apps: Vec<Application>,
    /// The requests that each application may make, and that may be made with Klaim's key. `None`: there is no limit.
    pub rate_limit: Option<RateLimit>,
    /// The API key of Klaim's API. `None`: it refuses every request.
    pub klaim_key: Option<KlaimKey>,
    /// The delay of every response of the services.
    pub latency: Duration,
    /// The requests to the services that fail on purpose. `None`: no request does.
    pub faults: Option<Faults>,
    /// What is served at `/`.
    pub page: Page,
    /// Whether pages of every origin may use published secrets and keys, the metrics and the API reference.
    pub open: bool,
    /// The lines of the log that could not be written, for the metrics.
    pub lost_log_lines: Arc<AtomicU64>,
}

impl Settings {
    /// Whether all secrets and keys are those that the documentation publishes. Then there is nothing to protect.
    pub(crate) fn is_demo(&self) -> bool {
        self.klaim_key.iter().all(KlaimKey::is_published) && self.apps.iter().all(Application::has_published_secret)
    }

    /// Whether a secret or key is one that the documentation publishes.
    pub(crate) fn has_published_key(&self) -> bool {
        self.klaim_key.iter().any(KlaimKey::is_published) || self.apps.iter().any(Application::has_published_secret)
    }
}
