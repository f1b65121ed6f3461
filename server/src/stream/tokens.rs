//! The tokens of an application that were verified before: a client sends the same token with every request.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use user_handle_service::stream::token::{Rights, Verified};

/// How many tokens are known at most. Then all are forgotten.
const MAX_KNOWN: usize = 4_096;

/// The longest token that is kept, in bytes.
const MAX_LENGTH: usize = 1_024;

/// The tokens that were found valid, and when they are. The secret of an application is the same as long as the server runs.
///
/// They are looked up by a keyed hash of the whole token, so that the time which that takes says nothing about how much of a forged
/// token is right.
#[derive(Default)]
pub(crate) struct KnownTokens(RwLock<HashMap<Box<str>, Verified>>);

impl KnownTokens {
    /// What the bearer of this token may do at `now`, in Unix seconds. A token that is not known to be valid at that time is given to
    /// `verify`.
    pub(super) fn rights(
        &self,
        token: &str,
        now: f64,
        verify: impl FnOnce(f64) -> Result<Verified, String>,
    ) -> Result<Rights, String> {
        let KnownTokens(known) = self;
        if let Some(verified) = known.read().unwrap_or_else(PoisonError::into_inner).get(token)
            && verified.valid.contains(&now)
        {
            return Ok(verified.rights.clone());
        }
        let verified = verify(now)?;
        let rights = verified.rights.clone();
        if token.len() <= MAX_LENGTH {
            let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= MAX_KNOWN {
                known.clear();
            }
            known.insert(token.into(), verified);
        }
        Ok(rights)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn rights() -> Rights {
        Rights::User("ada".into())
    }

    /// How often `verify` is called for the token at these times, where it is valid from 10 to 20.
    fn verifications(known: &KnownTokens, token: &str, times: &[f64]) -> usize {
        let calls = Cell::new(0);
        for now in times {
            let valid = 10.0..=20.0;
            let verify = |now: f64| {
                calls.set(calls.get() + 1);
                let is_valid = valid.contains(&now);
                is_valid
                    .then(|| Verified { rights: rights(), valid: valid.clone() })
                    .ok_or_else(|| "refused".to_owned())
            };
            let expected = if valid.contains(now) { Ok(rights()) } else { Err("refused".to_owned()) };
            assert_eq!(known.rights(token, *now, verify), expected, "{now}");
        }
        calls.get()
    }

    #[test]
    fn a_valid_token_is_verified_once_and_one_that_is_not_each_time() {
        let known = KnownTokens::default();
        assert_eq!(verifications(&known, "a", &[9.0, 9.0]), 2);
        assert_eq!(verifications(&known, "a", &[10.0, 15.0, 20.0]), 1);
        assert_eq!(verifications(&known, "a", &[20.1, 21.0, 9.9]), 3, "it has expired, or the clock was set back");
        assert_eq!(verifications(&known, "b", &[15.0]), 1);
    }

    #[test]
    fn as_many_tokens_are_kept_as_there_is_room_for_and_no_long_ones() {
        let known = KnownTokens::default();
        for token in 0..MAX_KNOWN * 2 + 1 {
            verifications(&known, &token.to_string(), &[15.0]);
            assert!(known.0.read().unwrap().len() <= MAX_KNOWN);
        }
        let long = "a".repeat(MAX_LENGTH + 1);
        assert_eq!(verifications(&known, &long, &[15.0, 15.0]), 2);
    }
}
