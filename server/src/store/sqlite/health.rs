//! Whether the database does its work, for `/health`.

use rusqlite::Connection;
use tokio::time::timeout;

use super::Sqlite;
use crate::store::Health;
use crate::store::health::{LIMIT, silent};

/// Writes as much as a small user takes, and leaves nothing: no application has the empty key.
const TRIAL: &str = "
    INSERT INTO users VALUES ('', '', hex(zeroblob(8192)), 0, 0);
    DELETE FROM users WHERE app = '' AND id = ''";

/// Whether reads and writes work, within a second.
pub(super) async fn check(sqlite: &Sqlite) -> Health {
    let reads = sqlite.read(|connection| connection.query_row("SELECT 1", [], |_| Ok(()))).await;
    let sound = sqlite.guard.require_sound();
    let reads = sound.clone().and(reads).map_err(|error| error.to_string());
    let writes = match sound {
        Ok(()) => timeout(LIMIT, writes(sqlite)).await.unwrap_or_else(|_| Err(silent())),
        Err(error) => Err(error.to_string()),
    };
    Health { reads, writes }
}

/// After a write that failed, as all do while the disk is full, another one tells whether they still do.
async fn writes(sqlite: &Sqlite) -> Result<(), String> {
    if !sqlite.guard.is_writing_in_doubt() {
        return Ok(());
    }
    let tried = sqlite.write(|connection: &Connection| connection.execute_batch(TRIAL)).await;
    tried.map_err(|error| error.to_string())
}
