//! JSON values as attribute values.

use domain::directory::AttributeValue;
use serde_json::Value;

/// Any JSON value. Objects have no meaning in a profile field and read as null; numbers that are not whole keep their
/// text.
pub(crate) fn attribute(value: &Value) -> AttributeValue {
    match value {
        Value::Null | Value::Object(_) => AttributeValue::Null,
        Value::Bool(flag) => AttributeValue::Bool(*flag),
        Value::Number(number) => number.as_i64().map_or_else(
            || AttributeValue::Text(number.to_string()),
            AttributeValue::Integer,
        ),
        Value::String(text) => AttributeValue::Text(text.clone()),
        Value::Array(entries) => AttributeValue::List(entries.iter().filter_map(entry).collect()),
    }
}

fn entry(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text that is not empty.
pub(crate) fn text(value: Option<&Value>) -> Option<String> {
    value?
        .as_str()
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}
