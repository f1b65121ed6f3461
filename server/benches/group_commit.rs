//! Measures what shared commits gain: `cargo bench -p user-handle-server --bench group_commit [-- FOLDER]`.
//!
//! Writers update users of one SQLite file, in turns with one commit for each write and with shared commits, so that both
//! run on the same disk and under the same other load. Both wait for the disk before they acknowledge. The file is in FOLDER,
//! so it is the disk of FOLDER that is measured.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a measurement fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::value::RawValue;
use user_handle_server::store::sqlite::Sqlite;
use user_handle_server::store::{NewUser, Store, Users};

const WRITERS: usize = 32;
const TURNS: usize = 5;
const TURN: Duration = Duration::from_secs(2);
const SHARED: usize = 256;

#[tokio::main]
async fn main() {
    let folder = std::env::args().skip(1).find(|argument| argument != "--bench").map(PathBuf::from);
    let folder = folder.unwrap_or_else(std::env::temp_dir);
    let file = folder.join(format!("user-handle-bench-{}.db", uuid::Uuid::new_v4()));
    println!("{WRITERS} writers, {TURNS} turns of {TURN:?} each, on {}", folder.display());
    let mut ratios = Vec::new();
    for turn in 1..=TURNS {
        let (alone, shared) = (writes_per_second(&file, 1).await, writes_per_second(&file, SHARED).await);
        println!("turn {turn}: one commit each {alone:.0}/s, shared commits {shared:.0}/s: {:.1}", shared / alone);
        ratios.push(shared / alone);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "shared commits write {:.1} times as much (median of {TURNS}, from {:.1} to {:.1})",
        ratios[TURNS / 2],
        ratios[0],
        ratios[TURNS - 1]
    );
    for suffix in ["", "-wal", "-shm", ".lock"] {
        let _ = std::fs::remove_file(format!("{}{suffix}", file.display()));
    }
}

async fn writes_per_second(file: &Path, group: usize) -> f64 {
    let store = Arc::new(Sqlite::open_with_group(file, group).unwrap());
    let data = RawValue::from_string(format!(r#"{{"text":"{}"}}"#, "x".repeat(200))).unwrap();
    let start = Instant::now();
    let writers = (0..WRITERS).map(|number| {
        let (store, data, id) = (Arc::clone(&store), data.clone(), format!("u{number}"));
        tokio::spawn(async move {
            store.create("app", NewUser { id: id.clone(), data: data.clone() }).await.unwrap();
            let mut written = 0;
            while start.elapsed() < TURN {
                store.update("app", &id, data.clone()).await.unwrap();
                written += 1;
            }
            written
        })
    });
    let mut written = 0;
    for writer in writers.collect::<Vec<_>>() {
        written += writer.await.unwrap();
    }
    let seconds = start.elapsed().as_secs_f64();
    store.close().await.unwrap();
    f64::from(written) / seconds
}
