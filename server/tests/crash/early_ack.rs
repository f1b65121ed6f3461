//! A server that acknowledges every write before it is carried out. The test has to detect that.

use std::process::ExitCode;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use tower::ServiceExt;
use user_handle_server::store::{self, Location};
use user_handle_server::{Application, Settings, app};

/// The flag that makes this program such a server. Its value is the database.
pub const FLAG: &str = "--early-ack-server";

/// Serves until it is killed. It prints the same first line as the real server.
pub fn serve(database: &str) -> ExitCode {
    let work = async {
        let store = store::open(&Location::parse(database).unwrap()).await.unwrap();
        let real = app(store, Settings { apps: vec![Application::demo()], ..Settings::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("user-handle-server listening on http://{}, database {database}", listener.local_addr().unwrap());
        axum::serve(listener, Router::new().fallback(acknowledge).with_state(real)).await.unwrap();
    };
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(work);
    ExitCode::SUCCESS
}

async fn acknowledge(State(real): State<Router>, request: Request) -> (StatusCode, Body) {
    let status = match *request.method() {
        Method::POST | Method::PUT => StatusCode::CREATED,
        Method::DELETE => StatusCode::OK,
        _ => {
            let (parts, body) = real.oneshot(request).await.unwrap().into_parts();
            return (parts.status, body);
        }
    };
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    tokio::spawn(real.oneshot(Request::from_parts(parts, Body::from(body))));
    (status, Body::from("{}"))
}
