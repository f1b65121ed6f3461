//! The OpenAPI document of the server, made from its routes. `pages/docs.rs` serves it.

use utoipa::openapi::{ComponentsBuilder, InfoBuilder, LicenseBuilder, OpenApi, ServerBuilder};

use crate::http::docs;
use crate::{monitoring, services};

const ABOUT: &str = "A stand-in for the users API of Stream's Activity Feeds v2, and as much of its feeds as shows users \
    in activities; and for Klaim's users API. Every path is answered with and without its final slash.";

/// The description of the server: every route with its parameters, bodies and answers.
pub fn openapi() -> OpenApi {
    let services = services::documents();
    let mut own = monitoring::health_routes().merge(monitoring::metrics_routes()).into_openapi();
    if let Some((first, _)) = services.first() {
        docs::complete_own(&mut own, first);
    }
    let (mut schemas, mut security_schemes) = (Vec::new(), Vec::new());
    let mut document = OpenApi::default();
    for (service, mut operations) in services {
        docs::complete_service(&mut operations, &service);
        document.merge(operations);
        schemas.extend(service.error.all);
        security_schemes.extend(service.security_schemes);
    }
    document.merge(own);
    document.info = InfoBuilder::new()
        .title("user-handle-server")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build()))
        .build();
    document.servers = Some(vec![ServerBuilder::new().url("/").description(Some("this server")).build()]);
    let components = ComponentsBuilder::from(document.components.take().unwrap_or_default());
    let components = components.schemas_from_iter(schemas);
    let components =
        security_schemes.into_iter().fold(components, |all, (name, scheme)| all.security_scheme(name, scheme));
    document.components = Some(components.build());
    document
}
