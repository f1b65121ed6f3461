// For the target wasm32-unknown-unknown, as in a page.
use serde_json::{Value, json};
use user_handle::{Error, KlaimChanges, KlaimClient};

async fn run(key: &str) -> Result<(), Error> {
    let client = KlaimClient::builder(key).base_url("http://localhost:8000/klaim/").build()?;
    let user = client.user("ada")?.update::<Value>(KlaimChanges {
        email: Some("ada@example.com".into()),
        name: Some("Ada Lovelace".into()),
        metadata: Some(json!({
      "occupation": "mathematician"
    })),
        ..KlaimChanges::default()
    }).await?;
    println!("{user:?}");
    Ok(())
}
