// For the target wasm32-unknown-unknown, as in a page.
use serde_json::json;
use user_handle::{Client, Error};

async fn run(secret: &str) -> Result<(), Error> {
    let client = Client::builder("demo-key")
        .secret(secret)
        .base_url("http://localhost:8000/api/")
        .build()?;
    let user = client.user("ada")?.get_or_create(&json!({
      "name": "Ada \"C\" \u{202e}"
    })).await?;
    println!("{user:?}");
    Ok(())
}
