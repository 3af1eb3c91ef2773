//! The embedded page: files of `dist`, and the page itself for every address that it routes.
//!
//! The page's build is committed, so that building the server needs no Node. Names are stable
//! instead of hashed; freshness comes from entity tags.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::problem::Problem;

#[derive(RustEmbed)]
#[folder = "dist"]
#[allow_missing = true]
struct Dist;

/// What is served when the page was not built into this binary.
const NOT_BUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
    <title>Firedrill</title>\n<h1>The page is not part of this build</h1>\n\
    <p>Build it with <code>cargo xtask web</code>, then start Firedrill again. The HTTP API works \
    without it: see <a href=\"/api/openapi.json\">/api/openapi.json</a>.</p>\n</html>\n";

/// Serves a file of the page, or the page for an address without a file.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            format!("{method} is not possible here"),
            "Use GET; the API is under /api/v1",
        )
        .into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if path == "api" || path.starts_with("api/") {
        return Problem::not_found(
            "unknown-endpoint",
            format!("there is no endpoint /{path}"),
            "/api/openapi.json lists all endpoints",
        )
        .into_response();
    }
    if let Some(file) = Dist::get(path) {
        return respond(path, &file, &headers);
    }
    // A name with a dot is a file that is not there; anything else is an address of the page. The
    // code tool's addresses end in the name of a source file, so the page's own prefixes come first.
    let of_the_page = path.starts_with("sessions/") || path.starts_with("recordings/");
    let last = path.rsplit('/').next().unwrap_or_default();
    if !of_the_page && last.contains('.') {
        let detail = format!("there is no file /{path}");
        return Problem::not_found("unknown-file", detail, "Reload the page").into_response();
    }
    match Dist::get("index.html") {
        Some(file) => respond("index.html", &file, &headers),
        None => Html(NOT_BUILT).into_response(),
    }
}

fn respond(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag: String = file.metadata.sha256_hash()[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let tag = format!("\"{tag}\"");
    let unchanged = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        // A proxy or the compression may have marked the tag as weak.
        .is_some_and(|tags| {
            tags.split(',')
                .any(|t| t.trim().trim_start_matches("W/") == tag)
        });
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = HeaderValue::from_static(content_type(path));
        let body = Body::from(file.data.clone().into_owned());
        ([(header::CONTENT_TYPE, kind)], body).into_response()
    };
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "map" | "webmanifest") => "application/json",
        Some("woff2") => "font/woff2",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("wasm") => "application/wasm",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
