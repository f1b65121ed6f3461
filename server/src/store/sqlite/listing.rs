//! Lists of users, in SQLite. The filter of a page is applied here, so that a page is finished as soon as it is full.

use async_trait::async_trait;
use rusqlite::types::Value as Stored;
use rusqlite::{Connection, Row, params_from_iter};

use super::{Sqlite, klaim, users};
use crate::store::listing::{self, Dialect, Examined, Filter, KLAIM_USERS, Statement, Table, USERS, Value};
use crate::store::{KlaimUser, ListPage, ListRequest, Listing, SortBy, StoreError, User};

/// SQLite compares texts byte by byte.
const DIALECT: Dialect = Dialect { parameter: '?', bytewise: "" };

#[async_trait]
impl Listing for Sqlite {
    async fn list_users(&self, app: &str, request: &ListRequest) -> Result<ListPage<User>, StoreError> {
        let (app, request) = (app.to_owned(), request.clone());
        self.long_read(move |connection| page(connection, USERS, &app, &request, user)).await
    }

    async fn count_users(&self, app: &str, prefix: &str) -> Result<Option<u32>, StoreError> {
        self.count(USERS, app, prefix).await
    }

    async fn list_klaim_users(&self, app: &str, request: &ListRequest) -> Result<ListPage<KlaimUser>, StoreError> {
        let (app, request) = (app.to_owned(), request.clone());
        self.long_read(move |connection| page(connection, KLAIM_USERS, &app, &request, klaim_user)).await
    }

    async fn count_klaim_users(&self, app: &str, prefix: &str) -> Result<Option<u32>, StoreError> {
        self.count(KLAIM_USERS, app, prefix).await
    }
}

impl Sqlite {
    async fn count(&self, table: Table, app: &str, prefix: &str) -> Result<Option<u32>, StoreError> {
        let (app, prefix) = (app.to_owned(), prefix.to_owned());
        let read = move |connection: &Connection| {
            let Statement { text, values } = listing::count(table, DIALECT, &app, &prefix);
            connection.prepare_cached(&text)?.query_row(params_from_iter(values.iter().map(stored)), |row| row.get(0))
        };
        self.long_read(read).await.map(listing::told)
    }
}

fn page<U>(
    connection: &Connection,
    table: Table,
    app: &str,
    request: &ListRequest,
    examine: fn(&Row<'_>, &ListRequest, &Filter) -> rusqlite::Result<Examined<U>>,
) -> rusqlite::Result<ListPage<U>> {
    let Statement { text, values } = listing::walk(table, DIALECT, app, request);
    let filter = Filter::of(request);
    let mut statement = connection.prepare_cached(&text)?;
    let rows =
        statement.query_map(params_from_iter(values.iter().map(stored)), |row| examine(row, request, &filter))?;
    listing::page(request, rows)
}

fn stored(value: &Value) -> Stored {
    match value {
        Value::Text(text) => Stored::Text(text.clone()),
        Value::Number(number) => Stored::Integer(*number),
    }
}

fn user(row: &Row<'_>, request: &ListRequest, filter: &Filter) -> rusqlite::Result<Examined<User>> {
    let id = row.get_ref(2)?.as_str()?;
    let time = row.get(if request.order.by == SortBy::UpdatedAt { 1 } else { 0 })?;
    let matches = filter.matches(id, &[row.get_ref(3)?.as_str()?]);
    let user = matches.then(|| users::user(row)).transpose()?;
    Ok(Examined { position: listing::position(request, id, id, time), user })
}

fn klaim_user(row: &Row<'_>, request: &ListRequest, filter: &Filter) -> rusqlite::Result<Examined<KlaimUser>> {
    let text = |column: usize| Ok::<_, rusqlite::Error>(row.get_ref(column)?.as_str_or_null()?.unwrap_or_default());
    let (klaim_id, user_id) = (text(0)?, text(1)?);
    let matches = filter.matches(user_id, &[text(2)?, text(3)?, text(4)?]);
    let user = matches.then(|| klaim::user(row)).transpose()?;
    Ok(Examined { position: listing::position(request, user_id, klaim_id, row.get(6)?), user })
}
