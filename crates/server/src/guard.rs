//! What every request passes before it reaches a handler, and every answer on its way out.
//!
//! Firedrill listens on this machine only, but the browser runs pages of others: a page from
//! elsewhere must neither read recordings (DNS rebinding, hence the check of `Host`) nor change
//! anything (hence the check of `Origin`).

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// Scripts, styles and connections come from here and nowhere else. Inline styles are allowed
/// because the charts and the editor set them; inline scripts are not.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; \
    frame-ancestors 'none'";

/// Refuses requests that were not meant for this machine or that another site's page sent.
pub(crate) async fn check_origin(request: Request, next: Next) -> Response {
    if !host(&request).is_some_and(|host| is_local(&host)) {
        return Problem::new(
            StatusCode::FORBIDDEN,
            "foreign-host",
            "the request is for another host name than this machine's",
            "Open http://127.0.0.1 or http://localhost with the port that Firedrill printed",
        )
        .into_response();
    }
    if request
        .headers()
        .get(header::ORIGIN)
        .is_some_and(|origin| !is_local_origin(origin))
    {
        return Problem::new(
            StatusCode::FORBIDDEN,
            "foreign-origin",
            "the request comes from another site's page",
            "Use Firedrill's own page",
        )
        .into_response();
    }
    next.run(request).await
}

/// HTTP/2 carries the name in the request's address instead of a header.
fn host(request: &Request) -> Option<String> {
    match request.headers().get(header::HOST) {
        Some(host) => host.to_str().ok().map(str::to_owned),
        None => request.uri().authority().map(ToString::to_string),
    }
}

fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "::1"
}

fn is_local_origin(origin: &HeaderValue) -> bool {
    origin
        .to_str()
        .ok()
        .and_then(|origin| {
            origin
                .strip_prefix("http://")
                .or(origin.strip_prefix("https://"))
        })
        .is_some_and(is_local)
}

/// Adds the headers that keep a browser from doing more than the page needs.
pub(crate) async fn secure_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers: &mut HeaderMap = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The answer to a request whose handler panicked; the panic's text is in the log only.
pub(crate) fn panicked(panic: Box<dyn std::any::Any + Send + 'static>) -> Response<Body> {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no text");
    tracing::error!(panic = text, "a request handler panicked");
    Problem::internal().into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for host in [
            "127.0.0.1",
            "127.0.0.1:7070",
            "localhost:1",
            "LOCALHOST",
            "[::1]:7070",
        ] {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "",
            "example.com",
            "127.0.0.1.example.com",
            "localhost.example.com:7070",
            "[::2]",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }

    #[test]
    fn only_pages_of_this_machine_are_local() {
        assert!(is_local_origin(&HeaderValue::from_static(
            "http://localhost:5173"
        )));
        assert!(!is_local_origin(&HeaderValue::from_static("null")));
        assert!(!is_local_origin(&HeaderValue::from_static(
            "https://example.com"
        )));
    }
}
