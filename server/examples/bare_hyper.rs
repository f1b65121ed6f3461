//! What HTTP alone takes, for `cargo xtask load` to compare the server with: every request is answered with the same user.
#![allow(clippy::unwrap_used, reason = "a measurement fails by panicking")]

use std::convert::Infallible;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

const USER: &str = r#"{"created_at":"2020-06-25T08:08:31.367794Z","updated_at":"2020-06-25T08:08:31.367794Z","id":"u123456","data":{"name":"User 123456","image":"https://example.com/images/123456.png","likes":["tea","rust"],"n":123456},"duration":"0.07ms"}"#;

#[tokio::main]
async fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("bare hyper listening on http://{}", listener.local_addr().unwrap());
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)));
    }
}

async fn answer(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::new(Bytes::from_static(USER.as_bytes())));
    let json = hyper::header::HeaderValue::from_static("application/json;charset=utf-8");
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    Ok(response)
}
