//! Text templates with `{{dotted.path}}` placeholders.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::Value as Json;

/// Fills every placeholder of `template` from `values`; what is missing becomes empty.
#[must_use]
pub fn render(template: &str, values: &Json) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        let Some((path, after)) = after.split_once("}}") else {
            // An opening without an end is text.
            text.push_str("{{");
            rest = after;
            continue;
        };
        match lookup(values, path.trim()) {
            Some(Json::String(value)) => text.push_str(value),
            Some(Json::Null) | None => {}
            Some(value) => {
                let _ = write!(text, "{value}");
            }
        }
        rest = after;
    }
    text.push_str(rest);
    text
}

/// The value at a dotted path.
#[must_use]
pub fn lookup<'v>(values: &'v Json, path: &str) -> Option<&'v Json> {
    path.split('.').try_fold(values, |value, key| match value {
        Json::Object(fields) => fields.get(key),
        Json::Array(items) => key.parse::<usize>().ok().and_then(|index| items.get(index)),
        _ => None,
    })
}

/// What rendering `bytes` of text costs a core.
#[must_use]
pub const fn render_cost(bytes: usize) -> Duration {
    Duration::from_nanos(60_000 + 40 * bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, expect: &str) {
        let values =
            serde_json::json!({ "input": { "name": "Ada", "items": [3, 4] }, "gone": null });
        assert_eq!(render(template, &values), expect);
    }

    #[test]
    fn placeholders_are_filled_by_path() {
        check(
            "Hello {{input.name}}, {{ input.items.1 }} items",
            "Hello Ada, 4 items",
        );
        check("{{input.items}}", "[3,4]");
    }

    #[test]
    fn what_is_missing_is_empty_and_what_is_open_is_text() {
        check("[{{input.surname}}{{gone}}]", "[]");
        check("a {{input.name", "a {{input.name");
    }
}
