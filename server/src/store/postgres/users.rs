//! Users, in PostgreSQL.

use std::collections::HashMap;

use async_trait::async_trait;
use serde_json::value::RawValue;
use tokio_postgres::Row;

use super::Postgres;
use super::error::Failure;
use super::transaction::values;
use crate::store::{Creation, NewUser, StoreError, Timestamp, User, Users};

const INSERT: &str = "
    INSERT INTO users (app, id, data, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
    ON CONFLICT (app, id) DO NOTHING
    RETURNING created_at, updated_at, id, data";

const SELECT: &str = "SELECT created_at, updated_at, id, data FROM users WHERE app = $1 AND id = $2";

/// A user that exists already. The lock makes the commit wait for the stand-bys as if this had written the user: whoever did
/// may have been told that the outcome is unknown.
const SELECT_EXISTING: &str = "
    SELECT created_at, updated_at, id, data FROM users WHERE app = $1 AND id = $2 FOR KEY SHARE";

/// `updated_at` increases even if the clock of this machine is behind that of another server.
const UPDATE: &str = "
    UPDATE users SET data = $3, updated_at = GREATEST($4::BIGINT, updated_at + 1) WHERE app = $1 AND id = $2
    RETURNING created_at, updated_at, id, data";

const DELETE: &str = "DELETE FROM users WHERE app = $1 AND id = $2";

const INSERT_MANY: &str = "
    INSERT INTO users (app, id, data, created_at, updated_at)
    SELECT $1::TEXT, new.id, new.data, $4::BIGINT, $4::BIGINT FROM unnest($2::TEXT[], $3::TEXT[]) AS new (id, data)
    ON CONFLICT (app, id) DO NOTHING
    RETURNING created_at, updated_at, id, data";

const REPLACE_MANY: &str = "
    INSERT INTO users (app, id, data, created_at, updated_at)
    SELECT $1::TEXT, new.id, new.data, $4::BIGINT, $4::BIGINT FROM unnest($2::TEXT[], $3::TEXT[]) AS new (id, data)
    ON CONFLICT (app, id) DO UPDATE
    SET data = excluded.data, updated_at = GREATEST(excluded.updated_at, users.updated_at + 1)
    RETURNING created_at, updated_at, id, data";

const SELECT_MANY: &str = "SELECT created_at, updated_at, id, data FROM users WHERE app = $1 AND id = ANY($2)";

const DELETE_MANY: &str = "DELETE FROM users WHERE app = $1 AND id = ANY($2)";

#[async_trait]
impl Users for Postgres {
    async fn create(&self, app: &str, new: NewUser) -> Result<Creation, StoreError> {
        let new = &new;
        self.write(|transaction| async move {
            let row = transaction.query_opt(INSERT, values![app, new.id, new.data.get(), Timestamp::now().0]).await?;
            if let Some(row) = row {
                return Ok(Creation::Created(user(&row)?));
            }
            match transaction.query_opt(SELECT_EXISTING, values![app, new.id]).await? {
                Some(row) => Ok(Creation::Existed(user(&row)?)),
                None => Err(Failure::Conflict("the user was deleted between two statements".into())),
            }
        })
        .await
    }

    async fn get(&self, app: &str, id: &str) -> Result<Option<User>, StoreError> {
        self.read(|transaction| async move {
            transaction.query_opt(SELECT, values![app, id]).await?.as_ref().map(user).transpose()
        })
        .await
    }

    async fn update(&self, app: &str, id: &str, data: Box<RawValue>) -> Result<Option<User>, StoreError> {
        let data = data.get();
        self.write(|transaction| async move {
            let row = transaction.query_opt(UPDATE, values![app, id, data, Timestamp::now().0]).await?;
            row.as_ref().map(user).transpose()
        })
        .await
    }

    async fn delete(&self, app: &str, id: &str) -> Result<bool, StoreError> {
        self.write(|transaction| async move { Ok(transaction.execute(DELETE, values![app, id]).await? == 1) }).await
    }

    async fn create_many(&self, app: &str, users: Vec<NewUser>, replace: bool) -> Result<Vec<User>, StoreError> {
        let order = first_positions(users.iter().map(|user| user.id.as_str()));
        let (ids, data) = &deduplicated(&users, replace);
        let statement = if replace { REPLACE_MANY } else { INSERT_MANY };
        let rows = self.write(|transaction| async move {
            let rows = transaction.query(statement, values![app, ids, data, Timestamp::now().0]).await?;
            rows.iter().map(user).collect::<Result<Vec<_>, _>>()
        });
        let mut written = rows.await?;
        written.sort_by_key(|user| order.get(user.id.as_str()).copied());
        Ok(written)
    }

    async fn get_many(&self, app: &str, ids: &[String]) -> Result<Vec<User>, StoreError> {
        let rows = self.read(|transaction| async move {
            let rows = transaction.query(SELECT_MANY, values![app, ids]).await?;
            rows.iter().map(|row| user(row).map(|user| (user.id.clone(), user))).collect::<Result<HashMap<_, _>, _>>()
        });
        let found = rows.await?;
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    async fn delete_many(&self, app: &str, ids: &[String]) -> Result<(), StoreError> {
        self.write(|transaction| async move { transaction.execute(DELETE_MANY, values![app, ids]).await.map(drop) })
            .await
    }
}

pub(super) fn user(row: &Row) -> Result<User, Failure> {
    let data = RawValue::from_string(row.try_get(3)?);
    let data = data.map_err(|error| Failure::Final(StoreError::Failed(format!("stored data is not JSON: {error}"))))?;
    Ok(User {
        created_at: Timestamp(row.try_get(0)?),
        updated_at: Timestamp(row.try_get(1)?),
        id: row.try_get(2)?,
        data,
    })
}

/// The position at which each id first occurs.
fn first_positions<'a>(ids: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    let mut positions = HashMap::new();
    for (position, id) in ids.enumerate() {
        positions.entry(id).or_insert(position);
    }
    positions
}

/// The ids and the data of a batch, each id once: with the last data given for it if users are `replace`d, otherwise with
/// the first. So the result is the same as when the users are written one by one. Sorted by id, so that two batches lock
/// rows in the same order and cannot deadlock.
fn deduplicated(users: &[NewUser], replace: bool) -> (Vec<&str>, Vec<&str>) {
    let mut texts = std::collections::BTreeMap::new();
    for NewUser { id, data } in users {
        let text = texts.entry(id.as_str()).or_insert(data.get());
        if replace {
            *text = data.get();
        }
    }
    texts.into_iter().unzip()
}
