//! The operations of moderation.

use super::flag_input;
use super::permissions::{Action, Caller};
use super::responses::FlagResponse;
use crate::answer::{Answer, Success};
use crate::body::{Body, MAX_BODY};
use crate::store::Flags;

/// `POST moderation/flag`: reports a user, an activity or a reaction.
///
/// # Errors
/// The input breaks a rule, or the caller may not: it needs a server token.
pub async fn flag(store: &(impl Flags + ?Sized), caller: &Caller, body: impl Body) -> Answer<FlagResponse> {
    caller.may_as_server("moderation", Action::Write)?;
    let flag = body.parse(MAX_BODY, flag_input::new_flag).await?;
    Ok(Success(201, store.flag(&caller.app, flag).await?.into()))
}
