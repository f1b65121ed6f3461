//! What only this server has, for its console: a list of all users. It needs a server token.

use super::feed_params::OF_EVERY_REQUEST;
use super::permissions::{Action, Caller};
use super::responses::{ListedUsersResponse, UserResponse};
use crate::answer::{Answer, Success};
use crate::listing;
use crate::query::Query;
use crate::store::{Listing, SortBy};

/// `GET /admin/users`: a page of the users.
///
/// # Errors
/// The input breaks a rule, or the caller may not.
pub async fn list(store: &(impl Listing + ?Sized), caller: &Caller, query: &Query<'_>) -> Answer<ListedUsersResponse> {
    caller.may_as_server("users", Action::Read)?;
    let sorts = [SortBy::Id, SortBy::CreatedAt, SortBy::UpdatedAt];
    let request = listing::request(query, &OF_EVERY_REQUEST, &sorts)?;
    let page = store.list_users(&caller.app, &request).await?;
    let total = match request.after {
        None => store.count_users(&caller.app, &request.prefix).await?,
        Some(_) => None,
    };
    let next = page.next.map(|position| listing::cursor(request.order, &position));
    let users = page.users.into_iter().map(UserResponse::from).collect();
    Ok(Success(200, ListedUsersResponse { users, next, total }))
}
