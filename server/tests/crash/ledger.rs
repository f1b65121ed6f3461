//! What a writer was told, and whether it is true.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::common::client::Client;

/// A value of a user: its data as text, or none where there is no such user.
type Stored = Option<String>;

/// The users of one writer. Nobody else writes them.
#[derive(Default)]
pub struct Ledger {
    users: BTreeMap<String, Entry>,
}

#[derive(Default)]
struct Entry {
    /// What the server said is stored.
    acknowledged: Stored,
    /// What was asked for last and never answered: it may be stored as well, but as a whole.
    unanswered: Option<Stored>,
}

/// What the check of a ledger saw.
#[derive(Default, Clone, Copy)]
pub struct Seen {
    pub unanswered: usize,
    pub of_them_done: usize,
}

impl Ledger {
    /// Asks for a write before it is sent.
    pub fn ask(&mut self, id: &str, value: Stored) {
        self.users.entry(id.to_owned()).or_default().unanswered = Some(value);
    }

    /// The server said that it is done.
    pub fn done(&mut self, id: &str) {
        let entry = self.users.get_mut(id).unwrap();
        entry.acknowledged = entry.unanswered.take().unwrap();
    }

    /// The server said that nothing was changed.
    pub fn refused(&mut self, id: &str) {
        self.users.get_mut(id).unwrap().unanswered = None;
    }

    /// The ids that can be written again: that exist, and of which nothing is in doubt.
    pub fn existing(&self) -> Vec<&String> {
        let settled = |entry: &Entry| entry.unanswered.is_none() && entry.acknowledged.is_some();
        self.users.iter().filter(|(_, entry)| settled(entry)).map(|(id, _)| id).collect()
    }

    /// Holds every entry against what is stored now; then nothing is in doubt any more.
    ///
    /// # Errors
    /// The first that is lost or torn.
    pub fn check(&mut self, client: &mut Client) -> Result<Seen, String> {
        let mut seen = Seen::default();
        let ids: Vec<String> = self.users.keys().cloned().collect();
        for some in ids.chunks(200) {
            let reply = client.call("GET", &format!("users/?ids={}", some.join(",")), "").unwrap();
            assert_eq!(reply.status, 200, "{reply:?}");
            let mut stored: BTreeMap<String, String> = BTreeMap::new();
            for user in reply.json()["users"].as_array().unwrap() {
                stored.insert(user["id"].as_str().unwrap().into(), text(&user["data"]));
            }
            for id in some {
                let (entry, stored) = (self.users.get_mut(id).unwrap(), stored.remove(id));
                if let Some(value) = entry.unanswered.take() {
                    seen.unanswered += 1;
                    if stored == value && stored != entry.acknowledged {
                        seen.of_them_done += 1;
                        entry.acknowledged = value;
                    }
                }
                if stored != entry.acknowledged {
                    let start = |value: &Stored| value.as_ref().map(|text| text.chars().take(40).collect::<String>());
                    let (was, is) = (start(&entry.acknowledged), start(&stored));
                    return Err(format!("{id} was acknowledged as {was:?}, and is {is:?}"));
                }
            }
        }
        Ok(seen)
    }
}

fn text(data: &Value) -> String {
    serde_json::to_string(data).unwrap()
}
