//! Users, flags and follows in memory, of one application, whichever is asked for.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use serde_json::value::RawValue;

use crate::store::{
    Creation, FeedName, Flag, Flags, FollowCounts, Follows, NewFlag, NewUser, StoreError, Timestamp, User, Users,
};

/// When the first write is where nobody sets the clock: the start of 2026.
pub(super) const FIRST_WRITE: Timestamp = Timestamp(1_767_225_600_000_000);

/// What the clock moves on with each write where nobody sets it, in microseconds.
const BETWEEN_WRITES: i64 = 1_000_000;

/// The store.
#[derive(Default)]
pub struct MemoryStore(Mutex<Content>);

#[derive(Default)]
struct Content {
    /// Each with how many were created before it.
    users: HashMap<String, (u64, User)>,
    created: u64,
    flags: u64,
    /// Who follows whom.
    follows: Vec<(FeedName, FeedName)>,
    writes: i64,
    /// What the clock is set to.
    time: Option<Timestamp>,
}

impl MemoryStore {
    /// Sets the clock. `None`: each write is a second after the one before.
    pub(super) fn set_time(&self, time: Option<Timestamp>) {
        self.content().time = time;
    }

    /// Writes the users, whether they exist or not.
    pub(super) fn put_all(&self, users: Vec<NewUser>) {
        let mut content = self.content();
        for new in users {
            content.write(new, true);
        }
    }

    /// The user with this id.
    pub(super) fn find(&self, id: &str) -> Option<User> {
        self.content().find(id)
    }

    /// All users, the oldest first.
    pub(super) fn all(&self) -> Vec<User> {
        let mut users: Vec<_> = self.content().users.values().cloned().collect();
        users.sort_unstable_by_key(|(before, _)| *before);
        users.into_iter().map(|(_, user)| user).collect()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    fn find(&self, id: &str) -> Option<User> {
        self.users.get(id).map(|(_, user)| user.clone())
    }

    /// The time of a write.
    fn now(&mut self) -> Timestamp {
        let later = Timestamp(FIRST_WRITE.0 + BETWEEN_WRITES * self.writes);
        self.writes += 1;
        self.time.unwrap_or(later)
    }

    fn create(&mut self, new: NewUser) -> Creation {
        if let Some(user) = self.find(&new.id) {
            return Creation::Existed(user);
        }
        let now = self.now();
        let user = User { created_at: now, updated_at: now, id: new.id, data: new.data };
        self.users.insert(user.id.clone(), (self.created, user.clone()));
        self.created += 1;
        Creation::Created(user)
    }

    fn update(&mut self, id: &str, data: Box<RawValue>) -> Option<User> {
        let now = self.now();
        let (_, user) = self.users.get_mut(id)?;
        // It increases even where the clock stands still.
        user.updated_at = now.max(Timestamp(user.updated_at.0 + 1));
        user.data = data;
        Some(user.clone())
    }

    /// The user as it is now, if it was written.
    fn write(&mut self, new: NewUser, replace: bool) -> Option<User> {
        let data = new.data.clone();
        match self.create(new) {
            Creation::Created(user) => Some(user),
            Creation::Existed(user) if replace => self.update(&user.id, data),
            Creation::Existed(_) => None,
        }
    }
}

#[async_trait]
impl Users for MemoryStore {
    async fn create(&self, _: &str, user: NewUser) -> Result<Creation, StoreError> {
        Ok(self.content().create(user))
    }

    async fn get(&self, _: &str, id: &str) -> Result<Option<User>, StoreError> {
        Ok(self.find(id))
    }

    async fn update(&self, _: &str, id: &str, data: Box<RawValue>) -> Result<Option<User>, StoreError> {
        let mut content = self.content();
        // Where there is nothing to write, no time passes.
        Ok(if content.users.contains_key(id) { content.update(id, data) } else { None })
    }

    async fn delete(&self, _: &str, id: &str) -> Result<bool, StoreError> {
        Ok(self.content().users.remove(id).is_some())
    }

    async fn create_many(&self, _: &str, users: Vec<NewUser>, replace: bool) -> Result<Vec<User>, StoreError> {
        let mut content = self.content();
        let mut written: Vec<User> = Vec::new();
        for user in users.into_iter().filter_map(|new| content.write(new, replace)) {
            // Of an id that is there twice, what it came to in the end.
            match written.iter_mut().find(|before| before.id == user.id) {
                Some(before) => *before = user,
                None => written.push(user),
            }
        }
        Ok(written)
    }

    async fn get_many(&self, _: &str, ids: &[String]) -> Result<Vec<User>, StoreError> {
        Ok(ids.iter().filter_map(|id| self.find(id)).collect())
    }

    async fn delete_many(&self, _: &str, ids: &[String]) -> Result<(), StoreError> {
        let mut content = self.content();
        ids.iter().for_each(|id| drop(content.users.remove(id)));
        Ok(())
    }
}

#[async_trait]
impl Follows for MemoryStore {
    async fn follow(&self, _: &str, source: &FeedName, target: &FeedName) -> Result<(), StoreError> {
        let follow = (source.clone(), target.clone());
        let mut content = self.content();
        if !content.follows.contains(&follow) {
            content.follows.push(follow);
        }
        Ok(())
    }

    async fn unfollow(&self, _: &str, source: &FeedName, target: &FeedName) -> Result<(), StoreError> {
        self.content().follows.retain(|(from, to)| (from, to) != (source, target));
        Ok(())
    }

    async fn follow_counts(&self, _: &str, id: &str) -> Result<FollowCounts, StoreError> {
        let content = self.content();
        let of_users = || content.follows.iter().filter(|(from, to)| from.group == "timeline" && to.group == "user");
        let followers_count = of_users().filter(|(_, to)| to.id == id).count() as u32;
        let following_count = of_users().filter(|(from, _)| from.id == id).count() as u32;
        Ok(FollowCounts { followers_count, following_count })
    }
}

#[async_trait]
impl Flags for MemoryStore {
    async fn flag(&self, _: &str, content: NewFlag) -> Result<Flag, StoreError> {
        let mut kept = self.content();
        kept.flags += 1;
        // In the form of a random UUID, as the service makes them.
        let id = format!("00000000-0000-4000-8000-{:012}", kept.flags);
        Ok(Flag { id, created_at: kept.now(), content })
    }
}
