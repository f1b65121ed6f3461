//! `/_faults`: switches faults on and off while the server runs. The console uses it to show how calls are retried.
//!
//! It needs no token, so it exists only in the demo, where all secrets are published and the server listens on loopback
//! addresses. And it accepts only programs and pages of this machine: otherwise any website could switch faults through the
//! browsers of its visitors. It is not in the OpenAPI document, because the test that calls everything in the document would
//! switch faults on.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::routing::get;

use super::decisions::{Faults, Summary};
use super::layer::Injector;
use user_handle_service::error::ApiError;

use crate::http::origin::is_this_machine;
use crate::http::query::Query;
use crate::http::response::JsonResponse;
use crate::http::response::JsonResult;

pub(crate) fn routes(injector: Injector) -> Router {
    Router::new().route("/_faults", get(read).put(switch)).with_state(injector)
}

/// `GET /_faults`: the faults that are in force.
async fn read(State(injector): State<Injector>, headers: HeaderMap) -> JsonResult<Summary> {
    require_this_machine(&headers)?;
    Ok(JsonResponse(StatusCode::OK, injector.faults().summary()))
}

/// `PUT /_faults?spec=rate=0.2,kinds=503,reset`, with the same specification as `--faults`.
async fn switch(State(injector): State<Injector>, headers: HeaderMap, uri: Uri) -> JsonResult<Summary> {
    require_this_machine(&headers)?;
    let query = Query::of(&uri);
    let spec = query.get("spec").unwrap_or_default();
    let faults = Faults::parse(spec).map_err(|problem| ApiError::input("spec", problem))?;
    injector.switch(&faults);
    tracing::info!(%faults, "switched");
    Ok(JsonResponse(StatusCode::OK, faults.summary()))
}

/// Refuses a request that is not from this machine.
fn require_this_machine(headers: &HeaderMap) -> Result<(), ApiError> {
    match is_this_machine(headers) {
        true => Ok(()),
        false => Err(ApiError::not_allowed("faults are switched from this machine only")),
    }
}
