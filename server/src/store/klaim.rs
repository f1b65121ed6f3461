//! Klaim's users: what is stored of them, and what a database has to do.

use async_trait::async_trait;
use serde_json::value::RawValue;

use super::StoreError;

/// The users of the second service. Of an app, each has an email address of its own, and an id of its own.
#[async_trait]
pub trait KlaimUsers {
    /// Creates the user, unless its email address or one of its ids is taken.
    async fn klaim_add(&self, app: &str, user: KlaimUser) -> Result<Result<KlaimUser, Taken>, StoreError>;

    /// The user with this `user_id` or `klaim_id`.
    async fn klaim_get(&self, app: &str, id: &str) -> Result<Option<KlaimUser>, StoreError>;

    /// Changes what is given, unless the new email address or id is taken. `None`: no such user.
    async fn klaim_update(
        &self,
        app: &str,
        id: &str,
        changes: KlaimChanges,
    ) -> Result<Option<Result<KlaimUser, Taken>>, StoreError>;

    /// The users behind the one with this `klaim_id`, at most so many, in the order of their `klaim_id`.
    async fn klaim_list(&self, app: &str, behind: &str, limit: u32) -> Result<Vec<KlaimUser>, StoreError>;
}

/// A user as stored.
#[derive(Debug, Clone)]
pub struct KlaimUser {
    /// The id that the service made.
    pub klaim_id: String,
    /// The caller's id, or where none was given, `klaim_id`.
    pub user_id: String,
    /// The email address.
    pub email: String,
    /// The name.
    pub name: Option<String>,
    /// The metadata: the text of a JSON object, as it was sent.
    pub metadata: Option<Box<RawValue>>,
    /// Credits.
    pub credit_balance: i64,
    /// When it was created, in milliseconds since the Unix epoch.
    pub created_at: i64,
}

/// What is to be changed about a user. What is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct KlaimChanges {
    /// The new email address.
    pub email: Option<String>,
    /// The new id.
    pub user_id: Option<String>,
    /// The new name.
    pub name: Option<String>,
    /// The new metadata, in place of the old.
    pub metadata: Option<Box<RawValue>>,
}

impl KlaimChanges {
    /// The user with these changes.
    pub(super) fn of(self, user: KlaimUser) -> KlaimUser {
        KlaimUser {
            email: self.email.unwrap_or(user.email),
            user_id: self.user_id.unwrap_or(user.user_id),
            name: self.name.or(user.name),
            metadata: self.metadata.or(user.metadata),
            ..user
        }
    }
}

/// Another user has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The email address. It is looked at first.
    Email,
    /// The id that the caller gave.
    UserId,
    /// The id that the service made.
    KlaimId,
}

/// What of a user is its alone, each with its kind, and what it is called where another has it. A user who was given no id
/// has one name less.
pub(super) fn names(user: &KlaimUser) -> Vec<(&'static str, &str, Taken)> {
    let mut names = vec![("email", user.email.as_str(), Taken::Email), ("id", &user.klaim_id, Taken::KlaimId)];
    if user.user_id != user.klaim_id {
        names.insert(1, ("id", &user.user_id, Taken::UserId));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(user_id: &str) -> KlaimUser {
        KlaimUser {
            klaim_id: "k".into(),
            user_id: user_id.into(),
            email: "a@b".into(),
            name: Some("A".into()),
            metadata: None,
            credit_balance: 7,
            created_at: 1,
        }
    }

    #[test]
    fn a_user_without_an_id_of_its_own_has_two_names() {
        assert_eq!(names(&user("k")), [("email", "a@b", Taken::Email), ("id", "k", Taken::KlaimId)]);
        assert_eq!(names(&user("u")).get(1), Some(&("id", "u", Taken::UserId)));
    }

    #[test]
    fn what_is_not_changed_stays() {
        let changed = KlaimChanges { email: Some("c@d".into()), ..KlaimChanges::default() }.of(user("u"));
        assert_eq!((&*changed.email, &*changed.user_id, changed.name.as_deref()), ("c@d", "u", Some("A")));
        assert_eq!((changed.credit_balance, changed.created_at), (7, 1));
    }
}
