//! What only this server has, for its console: a list of all users that can be sorted and searched.

use super::responses::{ListedUsersResponse, UserResponse};
use super::users::{APP, Answer, fetched};
use crate::listing;
use crate::query::Query;
use crate::store::{Listing, SortBy};

/// `GET /klaim/admin/users`: a page of the users.
///
/// # Errors
/// The input breaks a rule.
pub async fn list(store: &(impl Listing + ?Sized), query: &Query<'_>) -> Answer<ListedUsersResponse> {
    let request = listing::request(query, &[], &[SortBy::Id, SortBy::CreatedAt])?;
    let page = store.list_klaim_users(APP, &request).await?;
    let total = match request.after {
        None => store.count_klaim_users(APP, &request.prefix).await?,
        Some(_) => None,
    };
    let next = page.next.map(|position| listing::cursor(request.order, &position));
    let users = page.users.into_iter().map(UserResponse::from).collect();
    Ok(fetched(ListedUsersResponse { users, next, total }))
}
