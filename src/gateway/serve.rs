//! Serves the page of metrics on a port of its own, over plain HTTP on loopback, for a Prometheus on the same
//! machine. Knows nothing of what is counted.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::net::TcpListener;

/// The media type of the text format, version 0.0.4.
const TEXT_FORMAT: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

/// Answers `GET /metrics` with what `page` says, for as long as it is not dropped.
pub async fn serve(listener: TcpListener, page: impl Fn() -> String + Send + Sync + 'static) {
    let page = Arc::new(page);
    while let Ok((socket, _)) = listener.accept().await {
        let page = Arc::clone(&page);
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = answer(request.method(), request.uri().path(), &*page);
                async move { Ok::<_, Infallible>(answer) }
            });
            let mut builder = http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(crate::limits::HEADER_TIMEOUT);
            // A scraper that breaks off concerns nobody.
            let _ = builder.serve_connection(TokioIo::new(socket), service).await;
        });
    }
}

fn answer(method: &Method, path: &str, page: &dyn Fn() -> String) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::default());
    if method != Method::GET || path != "/metrics" {
        *answer.status_mut() = StatusCode::NOT_FOUND;
        return answer;
    }
    answer.headers_mut().insert(CONTENT_TYPE, TEXT_FORMAT);
    *answer.body_mut() = Full::from(page());
    answer
}

#[cfg(test)]
mod tests {
    use super::answer;
    use http::{Method, StatusCode};

    #[test]
    fn only_the_page_is_served() {
        let page = || String::from("guard_tunnels_total 1\n");
        assert_eq!(answer(&Method::GET, "/metrics", &page).status(), StatusCode::OK);
        assert_eq!(answer(&Method::POST, "/metrics", &page).status(), StatusCode::NOT_FOUND);
        assert_eq!(answer(&Method::GET, "/", &page).status(), StatusCode::NOT_FOUND);
    }
}
