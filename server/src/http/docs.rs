//! How routes are registered and described in the OpenAPI document.

use axum::http::StatusCode;
use utoipa::ToSchema;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::{SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Content, Header, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// Statuses with their descriptions.
pub(crate) type Errors = &'static [(StatusCode, &'static str)];

pub(crate) const BAD_INPUT: &str = "The input breaks a rule, and the answer says which";
pub(crate) const BAD_KEY: &str = "The API key is missing or unknown";
pub(crate) const RATE_LIMITED: &str = "Over the rate limit; `Retry-After` says how many seconds to wait";
pub(crate) const FAILED: &str = "The server failed";
pub(crate) const UNAVAILABLE: &str = "The database is busy or full; nothing was changed";

/// The errors of every operation that has a body.
const BODY_ERRORS: Errors = &[
    (StatusCode::BAD_REQUEST, BAD_INPUT),
    (StatusCode::REQUEST_TIMEOUT, "The body took too long"),
    (StatusCode::PAYLOAD_TOO_LARGE, "The data, or the body, is too large"),
];

/// The headers of every response of a service.
const HEADERS: [(&str, Type, &str); 4] = [
    ("X-RateLimit-Limit", Type::Integer, "Requests that the window allows"),
    ("X-RateLimit-Remaining", Type::Integer, "Those that are left"),
    ("X-RateLimit-Reset", Type::Integer, "When the window ends, in Unix seconds"),
    ("X-Request-Id", Type::String, "The id of the request, as in the log"),
];

/// What all operations of a service have in common.
pub(crate) struct ServiceDocs {
    /// The ways to authenticate, by name.
    pub(crate) security_schemes: Vec<(&'static str, SecurityScheme)>,
    /// Which of them an operation needs.
    pub(crate) security: SecurityRequirement,
    /// Adds to the schema of a successful response what all of them have.
    pub(crate) success: fn(RefOr<Schema>) -> RefOr<Schema>,
    /// The schema of an error.
    pub(crate) error: Schemas,
    /// The errors that every operation may have.
    pub(crate) errors: Errors,
}

/// A schema with its name, and the schemas that it refers to.
pub(crate) struct Schemas {
    pub(crate) name: String,
    pub(crate) all: Vec<(String, RefOr<Schema>)>,
}

pub(crate) fn schemas_of<T: ToSchema>() -> Schemas {
    let name = T::name().into_owned();
    let mut all = vec![(name.clone(), T::schema())];
    T::schemas(&mut all);
    Schemas { name, all }
}

/// Registers routes with and without a final slash. The document names the spelling that the official clients use.
pub(crate) trait RoutesWithAndWithoutSlash<S> {
    fn with_and_without_slash(self, routes: UtoipaMethodRouter<S>) -> Self;
}

impl<S: Clone + Send + Sync + 'static> RoutesWithAndWithoutSlash<S> for OpenApiRouter<S> {
    fn with_and_without_slash(self, routes: UtoipaMethodRouter<S>) -> Self {
        let (schemas, paths, methods) = routes;
        let others: Vec<String> = paths.paths.keys().map(|path| other_spelling(path)).collect();
        let router = others.into_iter().fold(self, |router, path| router.route(&path, methods.clone()));
        router.routes((schemas, paths, methods))
    }
}

fn other_spelling(path: &str) -> String {
    path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned)
}

/// Adds to the operations of a service what all of them have in common.
pub(crate) fn complete_service(document: &mut OpenApi, docs: &ServiceDocs) {
    for operation in operations(document) {
        complete_successes(operation, docs);
        operation.security = Some(vec![docs.security.clone()]);
        let with_body = if operation.request_body.is_some() { BODY_ERRORS } else { &[] };
        for (status, description) in docs.errors.iter().chain(with_body) {
            let response = ResponseBuilder::new().description(*description);
            let responses = &mut operation.responses.responses;
            responses.entry(status.as_str().to_owned()).or_insert(RefOr::T(response.build()));
        }
        for (status, response) in responses(operation) {
            for (name, kind, description) in HEADERS {
                response.headers.insert(name.to_owned(), header(kind, description));
            }
            if ["429", "503"].contains(&status.as_str()) {
                response.headers.insert("Retry-After".into(), header(Type::Integer, "Seconds to wait"));
            }
        }
        complete_errors(operation, docs);
    }
}

/// Completes operations about the server itself, which respond in the form of the service with these docs.
pub(crate) fn complete_own(document: &mut OpenApi, docs: &ServiceDocs) {
    for operation in operations(document) {
        complete_successes(operation, docs);
        complete_errors(operation, docs);
    }
}

fn complete_successes(operation: &mut Operation, docs: &ServiceDocs) {
    for content in responses(operation).flat_map(|(_, response)| response.content.values_mut()) {
        let RefOr::T(content) = content else { continue };
        content.schema = content.schema.take().map(docs.success);
    }
}

/// Responses that are described without a body are errors.
fn complete_errors(operation: &mut Operation, docs: &ServiceDocs) {
    for (_, response) in responses(operation).filter(|(_, response)| response.content.is_empty()) {
        let content = Content::new(Some(Ref::from_schema_name(docs.error.name.clone())));
        response.content.insert("application/json".into(), RefOr::T(content));
    }
}

fn operations(document: &mut OpenApi) -> impl Iterator<Item = &mut Operation> {
    document.paths.paths.values_mut().flat_map(|item| {
        let PathItem { get, put, post, delete, .. } = item;
        [get, put, post, delete].into_iter().filter_map(Option::as_mut)
    })
}

/// The responses of an operation, each with its status.
fn responses(operation: &mut Operation) -> impl Iterator<Item = (&String, &mut Response)> {
    operation.responses.responses.iter_mut().filter_map(|(status, response)| match response {
        RefOr::T(response) => Some((status, response)),
        RefOr::Ref(_) => None,
    })
}

fn header(kind: Type, description: &str) -> RefOr<Header> {
    let mut header = Header::new(ObjectBuilder::new().schema_type(SchemaType::Type(kind)).build());
    header.description = Some(description.into());
    RefOr::T(header)
}

/// The schema of a response that has the time it took as its last field.
pub(crate) fn with_duration(schema: RefOr<Schema>) -> RefOr<Schema> {
    let duration = text("How long the server took, as Go writes durations").pattern(Some(r"^[0-9]+\.[0-9]{2}ms$"));
    let duration = ObjectBuilder::new().property("duration", duration).required("duration");
    RefOr::T(Schema::AllOf(AllOfBuilder::new().item(schema).item(duration).build()))
}

/// The schema of a string.
pub(crate) fn text(description: &str) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).description(Some(description))
}
