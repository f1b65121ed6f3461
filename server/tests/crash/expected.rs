//! What has to be stored according to the responses that a writer got, compared with what is stored.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::common::client::Client;

/// The state of a user: its data as text, or `None` if there is no such user.
type Stored = Option<String>;

/// The users of one writer. Nobody else writes them.
#[derive(Default)]
pub struct ExpectedUsers {
    users: BTreeMap<String, Expected>,
}

#[derive(Default)]
struct Expected {
    /// The state that the server acknowledged.
    acknowledged: Stored,
    /// The state of the last write, if it got no response. It may be stored instead, but only as a whole.
    unanswered: Option<Stored>,
}

/// The result of a check.
#[derive(Default, Clone, Copy)]
pub struct Checked {
    /// Writes without a response.
    pub unanswered: usize,
    /// How many of them were carried out.
    pub of_them_done: usize,
}

impl ExpectedUsers {
    /// Notes a write before it is sent.
    pub fn sent(&mut self, id: &str, value: Stored) {
        self.users.entry(id.to_owned()).or_default().unanswered = Some(value);
    }

    /// Notes that the server acknowledged the write.
    pub fn acknowledged(&mut self, id: &str) {
        let entry = self.users.get_mut(id).unwrap();
        entry.acknowledged = entry.unanswered.take().unwrap();
    }

    /// Notes that the server refused the write, so that nothing was changed.
    pub fn refused(&mut self, id: &str) {
        self.users.get_mut(id).unwrap().unanswered = None;
    }

    /// The ids of users that exist and whose state is certain, so that they can be written again.
    pub fn existing(&self) -> Vec<&String> {
        let settled = |entry: &Expected| entry.unanswered.is_none() && entry.acknowledged.is_some();
        self.users.iter().filter(|(_, entry)| settled(entry)).map(|(id, _)| id).collect()
    }

    /// Compares every user with what is stored now. After that, every state is certain again.
    ///
    /// # Errors
    /// The first user that is lost or torn.
    pub fn check(&mut self, client: &mut Client) -> Result<Checked, String> {
        let mut checked = Checked::default();
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
                    checked.unanswered += 1;
                    if stored == value && stored != entry.acknowledged {
                        checked.of_them_done += 1;
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
        Ok(checked)
    }
}

fn text(data: &Value) -> String {
    serde_json::to_string(data).unwrap()
}
