//! Who is calling, and what they may do.

use super::token::Rights;
use crate::error::ApiError;
use crate::store::FeedName;

/// The refusal of a valid token that does not allow the operation.
const NO_PERMISSION: &str = "You do not have permission to perform this action.";

/// What an operation does, in the terms of server tokens.
#[derive(Clone, Copy)]
pub enum Action {
    /// `read`
    Read,
    /// `write`
    Write,
    /// `delete`
    Delete,
}

impl Action {
    const fn as_str(self) -> &'static str {
        match self {
            Action::Read => "read",
            Action::Write => "write",
            Action::Delete => "delete",
        }
    }
}

/// The application of a request, and the rights of its token. Both are verified.
pub struct Caller {
    /// The key of the application.
    pub app: String,
    /// What its token allows.
    pub rights: Rights,
}

impl Caller {
    /// Users may read every user and change only themselves. The answer does not depend on whether the user exists, so that
    /// a refusal does not reveal it.
    pub fn may(&self, action: Action, id: &str) -> Result<(), ApiError> {
        match (&self.rights, action) {
            (Rights::Server { .. }, _) => self.may_as_server("users", action),
            (Rights::User(_), Action::Read) => Ok(()),
            (Rights::User(own), Action::Write | Action::Delete) if own == id => Ok(()),
            (Rights::User(_), _) => Err(ApiError::not_allowed(NO_PERMISSION)),
        }
    }

    /// Users may read every `user` feed and all of their own feeds. They may add to and follow with their own feeds only. A
    /// user's own feeds are those with its id, whatever the group.
    pub fn may_on_feed(&self, needed: &str, action: Action, feed: &FeedName) -> Result<(), ApiError> {
        match &self.rights {
            Rights::Server { feed: allowed, .. } => {
                self.may_as_server(needed, action)?;
                let FeedName { group, id } = feed;
                if allowed == "*" || allowed.strip_prefix(group.as_str()) == Some(id) {
                    return Ok(());
                }
                Err(ApiError::not_allowed(format!("token does not allow feed \"{feed}\"")))
            }
            Rights::User(own) if *own == feed.id => Ok(()),
            Rights::User(_) if matches!(action, Action::Read) && feed.group == "user" => Ok(()),
            Rights::User(_) => Err(ApiError::not_allowed(NO_PERMISSION)),
        }
    }

    /// The actor to set on an activity whose actor is `given`. With a user token, the actor is always that user.
    ///
    /// # Errors
    /// A user token names another actor.
    pub fn actor(&self, given: Option<&str>) -> Result<Option<String>, ApiError> {
        let Rights::User(own) = &self.rights else { return Ok(None) };
        let reference = format!("SU:{own}");
        match given {
            None => Ok(Some(reference)),
            Some(actor) if actor == reference || actor == own => Ok(None),
            Some(_) => Err(ApiError::not_allowed(NO_PERMISSION)),
        }
    }

    /// For operations that need a server token: batches and flags.
    pub fn may_as_server(&self, needed: &str, action: Action) -> Result<(), ApiError> {
        match &self.rights {
            Rights::Server { resource, action: allowed, .. } if includes(resource, needed) => {
                if includes(allowed, action.as_str()) {
                    return Ok(());
                }
                Err(ApiError::not_allowed(format!("token does not allow action {:?}", action.as_str())))
            }
            Rights::Server { .. } => Err(ApiError::not_allowed(format!("token does not allow resource {needed:?}"))),
            Rights::User(_) => Err(ApiError::not_allowed(NO_PERMISSION)),
        }
    }
}

/// Whether a claim (`*`, a name, or names with commas between them) includes `needed`.
fn includes(claim: &str, needed: &str) -> bool {
    claim.split(',').map(str::trim).any(|name| name == "*" || name == needed)
}

/// The token of a request whose `Authorization` headers have these values: the token alone, as Stream's clients send it. `None` is
/// a value that is no text.
///
/// # Errors
/// There is no token, or there are several.
pub fn authorization<'a>(mut values: impl Iterator<Item = Option<&'a str>>) -> Result<&'a str, ApiError> {
    let value = values.next().ok_or_else(|| ApiError::not_allowed("Missing auth header."))?;
    if values.next().is_some() {
        return Err(ApiError::not_allowed("there is more than one Authorization header"));
    }
    let text = value.ok_or_else(|| ApiError::not_allowed("the Authorization header is not a token"))?;
    if text.is_empty() {
        return Err(ApiError::not_allowed("Missing auth header."));
    }
    if text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
        return Err(ApiError::not_allowed("the Authorization header must be the token alone, without \"Bearer \""));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(rights: Rights) -> Caller {
        Caller { app: "demo-key".into(), rights }
    }

    fn server(resource: &str, action: &str) -> Caller {
        caller(Rights::Server { resource: resource.into(), action: action.into(), feed: "*".into() })
    }

    #[test]
    fn a_server_token_reaches_as_far_as_its_resource_and_action() {
        for (resource, action, read, write) in [
            ("*", "*", true, true),
            ("users", "*", true, true),
            ("users", "read", true, false),
            ("users", "write,read", true, true),
            ("feed, users", "read", true, false),
            ("feed", "*", false, false),
            ("feed,*", "write", false, true),
            ("user", "*", false, false),
            ("", "", false, false),
        ] {
            let caller = server(resource, action);
            assert_eq!(caller.may(Action::Read, "any").is_ok(), read, "{resource} {action}");
            assert_eq!(caller.may(Action::Write, "any").is_ok(), write, "{resource} {action}");
            assert!(caller.may(Action::Delete, "any").is_ok() == (action == "*" && read), "{resource} {action}");
        }
        let refusal = server("feed", "*").may(Action::Read, "a").unwrap_err();
        assert_eq!(refusal, ApiError::not_allowed("token does not allow resource \"users\""));
        let refusal = server("users", "read").may(Action::Delete, "a").unwrap_err();
        assert_eq!(refusal, ApiError::not_allowed("token does not allow action \"delete\""));
    }

    #[test]
    fn a_user_reads_all_and_changes_only_itself() {
        let bob = caller(Rights::User("bob".into()));
        assert!(bob.may(Action::Read, "alice").is_ok());
        for action in [Action::Write, Action::Delete] {
            assert!(bob.may(action, "bob").is_ok());
            assert_eq!(bob.may(action, "alice"), Err(ApiError::not_allowed(NO_PERMISSION)));
            assert_eq!(bob.may_as_server("users", action), Err(ApiError::not_allowed(NO_PERMISSION)));
        }
    }

    fn feed(group: &str, id: &str) -> FeedName {
        FeedName { group: group.into(), id: id.into() }
    }

    #[test]
    fn a_user_reads_user_feeds_and_its_own_and_writes_its_own() {
        let bob = caller(Rights::User("bob".into()));
        for (group, id, read, write) in [
            ("user", "bob", true, true),
            ("timeline", "bob", true, true),
            ("user", "alice", true, false),
            ("timeline", "alice", false, false),
        ] {
            assert_eq!(bob.may_on_feed("feed", Action::Read, &feed(group, id)).is_ok(), read, "{group}:{id}");
            assert_eq!(bob.may_on_feed("feed", Action::Write, &feed(group, id)).is_ok(), write, "{group}:{id}");
        }
    }

    #[test]
    fn a_server_token_of_a_feed_reaches_no_other() {
        let rights = Rights::Server { resource: "feed".into(), action: "*".into(), feed: "userjohn".into() };
        let john = caller(rights);
        assert_eq!(john.may_on_feed("feed", Action::Write, &feed("user", "john")), Ok(()));
        for (group, id) in [("user", "johnny"), ("user", "joh"), ("timeline", "john"), ("", "john")] {
            let refusal = ApiError::not_allowed(format!("token does not allow feed \"{group}:{id}\""));
            assert_eq!(john.may_on_feed("feed", Action::Read, &feed(group, id)), Err(refusal));
        }
        let refusal = ApiError::not_allowed("token does not allow resource \"follower\"");
        assert_eq!(john.may_on_feed("follower", Action::Write, &feed("user", "john")), Err(refusal));
    }

    #[test]
    fn nobody_acts_as_another_user() {
        let bob = caller(Rights::User("bob".into()));
        assert_eq!(bob.actor(None), Ok(Some("SU:bob".into())));
        assert_eq!((bob.actor(Some("SU:bob")), bob.actor(Some("bob"))), (Ok(None), Ok(None)));
        for other in ["SU:alice", "alice", "", "SU:", "su:bob", "SU:bob ", "User:bob"] {
            assert_eq!(bob.actor(Some(other)), Err(ApiError::not_allowed(NO_PERMISSION)), "{other}");
        }
        assert_eq!(server("feed", "*").actor(Some("SU:alice")), Ok(None));
    }
}
