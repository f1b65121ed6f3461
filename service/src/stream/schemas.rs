//! Schemas for the OpenAPI document that no type stands for.

use user_handle_core::rules::validate::MAX_DATA_BYTES;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};

/// A boolean of the query, in every spelling that a client of the API uses.
#[derive(ToSchema)]
#[allow(dead_code, missing_docs, reason = "only its schema is used")]
pub enum QueryFlag {
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

/// The data of a user: a JSON object, `null`, or the empty array that PHP's client sends for no data.
pub fn user_data() -> RefOr<Schema> {
    let null = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Null));
    let object = ObjectBuilder::new().description(Some(format!("At most {MAX_DATA_BYTES} bytes of JSON")));
    RefOr::T(Schema::AnyOf(AnyOfBuilder::new().item(object).item(null).item(empty_array()).build()))
}

/// An array without members.
pub fn empty_array() -> ArrayBuilder {
    ArrayBuilder::new().max_items(Some(0))
}
