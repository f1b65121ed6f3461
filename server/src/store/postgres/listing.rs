//! Lists of users, in PostgreSQL.

use async_trait::async_trait;
use tokio_postgres::Row;

use super::error::Failure;
use super::transaction::{self, Transaction};
use super::{Postgres, klaim, users};
use crate::store::listing::{self, Dialect, Examined, KLAIM_USERS, Statement, Table, USERS, Value};
use crate::store::{KlaimUser, ListPage, ListRequest, Listing, Position, SortBy, StoreError, User};

/// The collation of the database may have any order.
const DIALECT: Dialect = Dialect { parameter: '$', bytewise: " COLLATE \"C\"" };

#[async_trait]
impl Listing for Postgres {
    async fn list_users(&self, app: &str, request: &ListRequest) -> Result<ListPage<User>, StoreError> {
        let position = |user: &User| {
            let time = if request.order.by == SortBy::UpdatedAt { user.updated_at } else { user.created_at };
            listing::position(request, &user.id, &user.id, time.0)
        };
        self.read(|transaction| page(transaction, USERS, app, request, users::user, position)).await
    }

    async fn count_users(&self, app: &str, prefix: &str) -> Result<Option<u32>, StoreError> {
        self.count(&listing::count(USERS, DIALECT, app, prefix)).await
    }

    async fn list_klaim_users(&self, app: &str, request: &ListRequest) -> Result<ListPage<KlaimUser>, StoreError> {
        let position = |user: &KlaimUser| listing::position(request, &user.user_id, &user.klaim_id, user.created_at);
        self.read(|transaction| page(transaction, KLAIM_USERS, app, request, klaim::user, position)).await
    }

    async fn count_klaim_users(&self, app: &str, prefix: &str) -> Result<Option<u32>, StoreError> {
        self.count(&listing::count(KLAIM_USERS, DIALECT, app, prefix)).await
    }
}

impl Postgres {
    async fn count(&self, statement: &Statement) -> Result<Option<u32>, StoreError> {
        let read = |transaction: Transaction| async move {
            let rows = query(&transaction, statement).await?;
            Ok(rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or_default())
        };
        self.read(read).await.map(listing::told)
    }
}

async fn page<U>(
    transaction: Transaction,
    table: Table,
    app: &str,
    request: &ListRequest,
    user: fn(&Row) -> Result<U, Failure>,
    position: impl Fn(&U) -> Position,
) -> Result<ListPage<U>, Failure> {
    let examined = |row: &Row| user(row).map(|user| Examined { position: position(&user), user: Some(user) });
    if !listing::is_filtered(request) {
        let rows = query(&transaction, &listing::walk(table, DIALECT, app, request)).await?;
        return listing::page(request, rows.iter().map(examined));
    }
    // The filter is applied by the database, so that only users that match are sent here.
    let rows = query(&transaction, &listing::filtered(table, DIALECT, app, request)).await?;
    let users = rows.iter().map(user).collect::<Result<Vec<_>, _>>()?;
    let next = match users.last().filter(|_| users.len() == request.limit as usize) {
        Some(last) => Some(position(last)),
        None => {
            let rows = query(&transaction, &listing::last_examined(table, DIALECT, app, request)).await?;
            rows.first().map(|row| user(row).map(|user| position(&user))).transpose()?
        }
    };
    Ok(ListPage { users, next })
}

async fn query(transaction: &Transaction, statement: &Statement) -> Result<Vec<Row>, Failure> {
    let values = statement.values.iter().map(|value| match value {
        Value::Text(text) => transaction::value(text),
        Value::Number(number) => transaction::value(number),
    });
    transaction.query(&statement.text, &values.collect::<Vec<_>>()).await
}
