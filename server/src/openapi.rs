//! What the server says of itself: `/openapi.json`, made from the handlers, and a page to read and try it at `/docs`.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{AllOfBuilder, AnyOfBuilder, ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{
    ComponentsBuilder, Content, Header, InfoBuilder, LicenseBuilder, OpenApi, Ref, RefOr, Response, ResponseBuilder,
    ServerBuilder,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::error::{ApiError, ErrorBody, KlaimErrorBody};
use crate::service::Service;
use crate::{answer, klaim};

/// Where the document is.
const DOCUMENT: &str = "/openapi.json";

const ABOUT: &str = "A stand-in for the users API of Stream's Activity Feeds v2, and as much of its feeds as shows users \
    in activities; and for Klaim's users API. Every path is answered with and without its final slash.";

/// What the page at `/docs` may load: its own files. It styles its elements one by one, which a policy calls inline.
const DOCS_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

type Errors = &'static [(StatusCode, &'static str)];

/// What every operation of Stream's API may answer, whatever it does.
const STREAM_ERRORS: Errors = &[
    (StatusCode::BAD_REQUEST, BAD_INPUT),
    (StatusCode::UNAUTHORIZED, BAD_KEY),
    (StatusCode::FORBIDDEN, "The token is missing, refused, or does not reach so far"),
    (StatusCode::NOT_FOUND, "There is no such thing"),
    (StatusCode::TOO_MANY_REQUESTS, TOO_MANY),
    (StatusCode::INTERNAL_SERVER_ERROR, FAILED),
    (StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE),
];

/// The same of Klaim's.
const KLAIM_ERRORS: Errors = &[
    (StatusCode::UNAUTHORIZED, BAD_KEY),
    (StatusCode::TOO_MANY_REQUESTS, TOO_MANY),
    (StatusCode::INTERNAL_SERVER_ERROR, FAILED),
    (StatusCode::SERVICE_UNAVAILABLE, UNAVAILABLE),
];

/// What those with a body may answer beside that.
const BODY_ERRORS: Errors = &[
    (StatusCode::BAD_REQUEST, BAD_INPUT),
    (StatusCode::REQUEST_TIMEOUT, "The body took too long"),
    (StatusCode::PAYLOAD_TOO_LARGE, "The data, or the body, is too large"),
];

const BAD_INPUT: &str = "The input breaks a rule, and the answer says which";
const BAD_KEY: &str = "The API key is missing or unknown";
const TOO_MANY: &str = "Over the rate limit; `Retry-After` says how many seconds to wait";
const FAILED: &str = "The server failed";
const UNAVAILABLE: &str = "The database is busy or full; nothing was changed";

/// Headers of every answer of the services.
const HEADERS: [(&str, Type, &str); 4] = [
    ("X-RateLimit-Limit", Type::Integer, "Requests that the window allows"),
    ("X-RateLimit-Remaining", Type::Integer, "Those that are left"),
    ("X-RateLimit-Reset", Type::Integer, "When the window ends, in Unix seconds"),
    ("X-Request-Id", Type::String, "The id of the request, as in the log"),
];

/// Registers routes with and without the final slash. The document names the spelling of the official clients.
pub(crate) trait OpenApiRoutes<S> {
    fn in_both_spellings(self, routes: UtoipaMethodRouter<S>) -> Self;
}

impl<S: Clone + Send + Sync + 'static> OpenApiRoutes<S> for OpenApiRouter<S> {
    fn in_both_spellings(self, routes: UtoipaMethodRouter<S>) -> Self {
        let (schemas, paths, methods) = routes;
        let others: Vec<String> = paths.paths.keys().map(|path| other_spelling(path)).collect();
        let router = others.into_iter().fold(self, |router, path| router.route(&path, methods.clone()));
        router.routes((schemas, paths, methods))
    }
}

fn other_spelling(path: &str) -> String {
    path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned)
}

/// Completes the document of the routes with what all of them have in common.
pub(crate) fn complete(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("user-handle-server")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").identifier(Some("MIT OR Apache-2.0")).build()))
        .build();
    document.servers = Some(vec![ServerBuilder::new().url("/").description(Some("this server")).build()]);
    let key = ApiKeyValue::with_description("api_key", "The key of the application");
    let token = "A token of the application, alone: without `Bearer`. `user-handle-server token` prints one";
    let token = ApiKeyValue::with_description("Authorization", token);
    let klaim_key =
        HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("Klaim's API key: `--klaim-key`"));
    let mut schemas = vec![
        (ErrorBody::name().into_owned(), ErrorBody::schema()),
        (KlaimErrorBody::name().into_owned(), KlaimErrorBody::schema()),
    ];
    ErrorBody::schemas(&mut schemas);
    let components = document.components.take().unwrap_or_default();
    let components = ComponentsBuilder::from(components)
        .schemas_from_iter(schemas)
        .security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Query(key)))
        .security_scheme("token", SecurityScheme::ApiKey(ApiKey::Header(token)))
        .security_scheme("klaim_key", SecurityScheme::Http(klaim_key.build()));
    document.components = Some(components.build());
    for (path, item) in &mut document.paths.paths {
        for operation in operations(item) {
            complete_operation(operation, Service::of(path));
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, .. } = item;
    [get, put, post, delete].into_iter().filter_map(Option::as_mut)
}

fn complete_operation(operation: &mut Operation, service: Option<Service>) {
    for content in responses(operation).flat_map(|(_, response)| response.content.values_mut()) {
        let RefOr::T(content) = content else { continue };
        content.schema = content.schema.take().map(match service {
            Some(Service::Klaim) => with_message,
            Some(Service::Stream) | None => with_duration,
        });
    }
    if let Some(service) = service {
        add_what_the_service_has(operation, service);
    }
    let error = match service {
        Some(Service::Klaim) => KlaimErrorBody::name(),
        Some(Service::Stream) | None => ErrorBody::name(),
    };
    // What says nothing of its body is an error.
    for (_, response) in responses(operation).filter(|(_, response)| response.content.is_empty()) {
        let content = Content::new(Some(Ref::from_schema_name(error.clone())));
        response.content.insert("application/json".into(), RefOr::T(content));
    }
}

/// The answers of an operation, each with its status.
fn responses(operation: &mut Operation) -> impl Iterator<Item = (&String, &mut Response)> {
    operation.responses.responses.iter_mut().filter_map(|(status, response)| match response {
        RefOr::T(response) => Some((status, response)),
        RefOr::Ref(_) => None,
    })
}

fn add_what_the_service_has(operation: &mut Operation, service: Service) {
    let needs = |scheme: &str| SecurityRequirement::new::<_, [&str; 0], &str>(scheme, []);
    let (security, errors) = match service {
        Service::Stream => (needs("api_key").add("token", [""; 0]), STREAM_ERRORS),
        Service::Klaim => (needs("klaim_key"), KLAIM_ERRORS),
    };
    operation.security = Some(vec![security]);
    let with_body = if operation.request_body.is_some() { BODY_ERRORS } else { &[] };
    for (status, description) in errors.iter().chain(with_body) {
        let response = ResponseBuilder::new().description(*description);
        let responses = &mut operation.responses.responses;
        responses.entry(status.as_str().to_owned()).or_insert(RefOr::T(response.build()));
    }
    for (status, response) in responses(operation) {
        for (name, kind, description) in HEADERS {
            response.headers.insert(name.to_owned(), described(kind, description));
        }
        if ["429", "503"].contains(&status.as_str()) {
            response.headers.insert("Retry-After".into(), described(Type::Integer, "Seconds to wait"));
        }
    }
}

fn described(kind: Type, description: &str) -> RefOr<Header> {
    let mut header = Header::new(ObjectBuilder::new().schema_type(SchemaType::Type(kind)).build());
    header.description = Some(description.into());
    RefOr::T(header)
}

/// Every JSON answer has the time that it took, as its last field, but for Klaim's.
fn with_duration(schema: RefOr<Schema>) -> RefOr<Schema> {
    let duration = text("How long the server took, as Go writes durations").pattern(Some(r"^[0-9]+\.[0-9]{2}ms$"));
    let duration = ObjectBuilder::new().property("duration", duration).required("duration");
    RefOr::T(Schema::AllOf(AllOfBuilder::new().item(schema).item(duration).build()))
}

/// Every answer of Klaim's says what was done, as its first field.
fn with_message(schema: RefOr<Schema>) -> RefOr<Schema> {
    let message = text("What was done").enum_values(Some([klaim::CREATED, klaim::FETCHED]));
    let message = ObjectBuilder::new().property("message", message).required("message");
    RefOr::T(Schema::AllOf(AllOfBuilder::new().item(message).item(schema).build()))
}

fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).description(Some(description))
}

/// Serves the document, and the page that shows it. The document is written when it is first asked for, which costs a
/// start nothing.
pub(crate) fn pages(document: fn() -> OpenApi) -> Router {
    let text = Arc::new(OnceLock::new());
    let document = get(async move || match text.get_or_init(|| document().to_json()) {
        Ok(text) => answer::json_text(StatusCode::OK, text.clone()),
        Err(error) => ApiError::internal(error).into_response(),
    });
    let set = |name: HeaderName, value| SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value));
    let page: Router = SwaggerUi::new("/docs").config(Config::from(DOCUMENT)).into();
    let page = page
        .layer(set(header::CONTENT_SECURITY_POLICY, DOCS_POLICY))
        .layer(set(header::REFERRER_POLICY, "no-referrer"));
    Router::new().route(DOCUMENT, document).merge(page)
}

/// A boolean of the query, in every spelling that a client of the API uses.
#[derive(ToSchema)]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum QueryFlag {
    #[schema(rename = "true")]
    True,
    #[schema(rename = "false")]
    False,
    #[schema(rename = "True")]
    PythonsTrue,
    #[schema(rename = "False")]
    PythonsFalse,
    #[schema(rename = "1")]
    One,
    #[schema(rename = "0")]
    Zero,
}

/// The data of a user: a JSON object, or nothing, or PHP's empty array for nothing.
pub(crate) fn data_schema() -> RefOr<Schema> {
    let null = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null));
    let object = ObjectBuilder::new().description(Some("At most 10 240 bytes of JSON"));
    RefOr::T(Schema::AnyOf(AnyOfBuilder::new().item(object).item(null).item(empty_array()).build()))
}

/// PHP's spelling of "nothing".
pub(crate) fn empty_array() -> ArrayBuilder {
    ArrayBuilder::new().max_items(Some(0))
}
