//! Klaim's users: what is stored, and what a database has to do with them.

use async_trait::async_trait;
use serde_json::value::RawValue;

use super::StoreError;

/// Klaim's users. Within an app, no two users have the same email address or the same id.
#[async_trait]
pub trait KlaimUsers {
    /// Creates the user, unless its email address or one of its ids is taken.
    async fn klaim_add(&self, app: &str, user: KlaimUser) -> Result<Result<KlaimUser, Taken>, StoreError>;

    /// The user with this `user_id` or `klaim_id`.
    async fn klaim_get(&self, app: &str, id: &str) -> Result<Option<KlaimUser>, StoreError>;

    /// Changes what is given, unless the new email address or id is taken. `None`: there is no such user.
    async fn klaim_update(
        &self,
        app: &str,
        id: &str,
        changes: KlaimChanges,
    ) -> Result<Option<Result<KlaimUser, Taken>>, StoreError>;

    /// The users that come after the `klaim_id` `after`, at most `limit` of them, in the order of their `klaim_id`.
    async fn klaim_list(&self, app: &str, after: &str, limit: u32) -> Result<Vec<KlaimUser>, StoreError>;
}

/// A user as stored.
#[derive(Debug, Clone)]
pub struct KlaimUser {
    /// The id that the server generated.
    pub klaim_id: String,
    /// The caller's id, or `klaim_id` if none was given.
    pub user_id: String,
    /// The email address.
    pub email: String,
    /// The name.
    pub name: Option<String>,
    /// The metadata: the text of a JSON object, byte for byte as it was sent.
    pub metadata: Option<Box<RawValue>>,
    /// The credits.
    pub credit_balance: i64,
    /// When it was created, in milliseconds since the Unix epoch.
    pub created_at: i64,
}

/// Changes to a user. What is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct KlaimChanges {
    /// The new email address.
    pub email: Option<String>,
    /// The new id.
    pub user_id: Option<String>,
    /// The new name.
    pub name: Option<String>,
    /// The new metadata, which replaces the old as a whole.
    pub metadata: Option<Box<RawValue>>,
}

impl KlaimChanges {
    /// The user with these changes.
    pub fn apply_to(self, user: KlaimUser) -> KlaimUser {
        KlaimUser {
            email: self.email.unwrap_or(user.email),
            user_id: self.user_id.unwrap_or(user.user_id),
            name: self.name.or(user.name),
            metadata: self.metadata.or(user.metadata),
            ..user
        }
    }
}

/// What another user has already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The email address. It is checked first.
    Email,
    /// The id that the caller gave.
    UserId,
    /// The id that the server generated.
    KlaimId,
}

/// A value that no two users of an app may share: a row of the table `klaim_names`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UniqueValue<'a> {
    /// `email` or `id`. The ids that callers give and those that the server generates are one kind.
    pub kind: &'static str,
    /// What it is.
    pub value: &'a str,
    /// The error if another user has it.
    pub taken: Taken,
}

/// The unique values of a user. A user without an id of the caller's has one less.
pub fn unique_values(user: &KlaimUser) -> Vec<UniqueValue<'_>> {
    let mut values = vec![UniqueValue { kind: "email", value: &user.email, taken: Taken::Email }];
    if user.user_id != user.klaim_id {
        values.push(UniqueValue { kind: "id", value: &user.user_id, taken: Taken::UserId });
    }
    values.push(UniqueValue { kind: "id", value: &user.klaim_id, taken: Taken::KlaimId });
    values
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
    fn a_user_without_an_id_of_its_own_has_two_unique_values() {
        let email = UniqueValue { kind: "email", value: "a@b", taken: Taken::Email };
        let klaim_id = UniqueValue { kind: "id", value: "k", taken: Taken::KlaimId };
        assert_eq!(unique_values(&user("k")), [email, klaim_id]);
        let user_id = UniqueValue { kind: "id", value: "u", taken: Taken::UserId };
        assert_eq!(unique_values(&user("u")).get(1), Some(&user_id));
    }

    #[test]
    fn what_is_not_changed_stays() {
        let changed = KlaimChanges { email: Some("c@d".into()), ..KlaimChanges::default() }.apply_to(user("u"));
        assert_eq!((&*changed.email, &*changed.user_id, changed.name.as_deref()), ("c@d", "u", Some("A")));
        assert_eq!((changed.credit_balance, changed.created_at), (7, 1));
    }
}
