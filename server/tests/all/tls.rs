//! TLS to PostgreSQL: which certificates are accepted, and what happens without TLS.

use std::path::PathBuf;

use crate::common::postgres::Postgres;
use user_handle_server::store::{self, Location};

/// A PostgreSQL with a self-signed certificate for 127.0.0.1, and the path of that certificate.
fn with_certificate() -> (Postgres, PathBuf) {
    let rcgen::CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(["127.0.0.1".into()]).unwrap();
    let files = [("server.crt", cert.pem()), ("server.key", signing_key.serialize_pem())];
    let postgres = Postgres::with_files(&files, &["ssl = on"]);
    let certificate = postgres.data().join("server.crt");
    (postgres, certificate)
}

async fn open(url: &str) -> Result<(), String> {
    store::open(&Location::parse(url).unwrap()).await.map(drop)
}

/// The number of the server's connections that are `encrypted`, or that are not.
async fn connections(postgres: &Postgres, encrypted: bool) -> i64 {
    let question = format!(
        "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE application_name = 'user-handle-server' AND state = 'idle' AND ssl = {encrypted}"
    );
    postgres.ask("postgres", &question).await
}

#[tokio::test]
async fn a_certificate_is_checked_where_tls_is_required() {
    let (postgres, certificate) = with_certificate();
    let url = postgres.url("postgres");
    let address = url.replace("postgres@", "");
    for mode in ["require", "verify-full"] {
        open(&format!("{url}?sslmode={mode}&sslrootcert={}", certificate.display())).await.unwrap();
        let refusal = open(&format!("{url}?sslmode={mode}")).await.unwrap_err();
        let text = format!(
            "cannot open the database {address}: error performing TLS handshake: invalid peer certificate: UnknownIssuer, \
             name the certificate of its authority with sslrootcert=PATH"
        );
        assert_eq!(refusal, text);
    }
    // The certificate does not have this name.
    let other = url.replace("127.0.0.1", "localhost");
    let refusal = open(&format!("{other}?sslmode=require&sslrootcert={}", certificate.display())).await.unwrap_err();
    assert!(refusal.contains("certificate not valid for name \"localhost\""), "{refusal}");
    let refusal = open(&format!("{url}?sslmode=require&sslrootcert=/none.pem")).await.unwrap_err();
    assert!(refusal.contains(": cannot read sslrootcert /none.pem: "), "{refusal}");
}

#[tokio::test]
async fn without_a_mode_tls_is_used_where_it_is_offered() {
    let (postgres, _) = with_certificate();
    let location = Location::parse(&postgres.url("postgres")).unwrap();
    let store = store::open(&location).await.unwrap();
    assert!(store.check().await.reads.is_ok());
    // The connection that was used at the start may still be there as well.
    assert!(connections(&postgres, true).await > 0);
    assert_eq!(connections(&postgres, false).await, 0);
    store.close().await.unwrap();
    let location = Location::parse(&format!("{}?sslmode=disable", postgres.url("postgres"))).unwrap();
    let store = store::open(&location).await.unwrap();
    assert!(store.check().await.reads.is_ok());
    assert!(connections(&postgres, false).await > 0);
}

#[tokio::test]
async fn a_database_without_tls_is_refused_where_it_is_required() {
    let postgres = Postgres::shared();
    let url = postgres.url("postgres");
    let text = "error performing TLS handshake: server does not support TLS";
    let address = url.replace("postgres@", "");
    let refusal = format!("cannot open the database {address}: {text}");
    assert_eq!(open(&format!("{url}?sslmode=require")).await.unwrap_err(), refusal);
}
