//! The users in PostgreSQL: one statement for each operation.

use std::collections::HashMap;

use async_trait::async_trait;
use deadpool_postgres::Client;
use deadpool_postgres::tokio_postgres::Row;
use serde_json::value::RawValue;

use super::Postgres;
use super::failure::Failure;
use crate::store::{Creation, NewUser, StoreError, Timestamp, User, Users};

const INSERT: &str = "
    INSERT INTO users (app, id, data, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
    ON CONFLICT (app, id) DO NOTHING
    RETURNING created_at, updated_at, id, data";

const SELECT: &str = "SELECT created_at, updated_at, id, data FROM users WHERE app = $1 AND id = $2";

/// `updated_at` grows even where the clock of this machine is behind that of another.
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
        self.write(|client| async move {
            let insert = client.prepare_cached(INSERT).await?;
            let now = Timestamp::now().0;
            if let Some(row) = client.query_opt(&insert, &[&app, &new.id, &new.data.get(), &now]).await? {
                return Ok(Creation::Created(user(&row)?));
            }
            match select(&client, app, &new.id).await? {
                Some(existing) => Ok(Creation::Existed(existing)),
                None => Err(Failure::Conflict("the user was deleted between two statements".into())),
            }
        })
        .await
    }

    async fn get(&self, app: &str, id: &str) -> Result<Option<User>, StoreError> {
        self.read(|client| async move { select(&client, app, id).await }).await
    }

    async fn update(&self, app: &str, id: &str, data: Box<RawValue>) -> Result<Option<User>, StoreError> {
        let data = data.get();
        self.write(|client| async move {
            let update = client.prepare_cached(UPDATE).await?;
            let row = client.query_opt(&update, &[&app, &id, &data, &Timestamp::now().0]).await?;
            row.as_ref().map(user).transpose()
        })
        .await
    }

    async fn delete(&self, app: &str, id: &str) -> Result<bool, StoreError> {
        self.write(|client| async move {
            let delete = client.prepare_cached(DELETE).await?;
            Ok(client.execute(&delete, &[&app, &id]).await? == 1)
        })
        .await
    }

    async fn create_many(&self, app: &str, users: Vec<NewUser>, replace: bool) -> Result<Vec<User>, StoreError> {
        let order = first_places(users.iter().map(|user| user.id.as_str()));
        let (ids, data) = &in_turn(&users, replace);
        let statement = if replace { REPLACE_MANY } else { INSERT_MANY };
        let rows = self.write(|client| async move {
            let write = client.prepare_cached(statement).await?;
            let rows = client.query(&write, &[&app, ids, data, &Timestamp::now().0]).await?;
            rows.iter().map(user).collect::<Result<Vec<_>, _>>()
        });
        let mut written = rows.await?;
        written.sort_by_key(|user| order.get(user.id.as_str()).copied());
        Ok(written)
    }

    async fn get_many(&self, app: &str, ids: &[String]) -> Result<Vec<User>, StoreError> {
        let rows = self.read(|client| async move {
            let select = client.prepare_cached(SELECT_MANY).await?;
            let rows = client.query(&select, &[&app, &ids]).await?;
            rows.iter().map(|row| user(row).map(|user| (user.id.clone(), user))).collect::<Result<HashMap<_, _>, _>>()
        });
        let found = rows.await?;
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    async fn delete_many(&self, app: &str, ids: &[String]) -> Result<(), StoreError> {
        self.write(|client| async move {
            let delete = client.prepare_cached(DELETE_MANY).await?;
            client.execute(&delete, &[&app, &ids]).await?;
            Ok(())
        })
        .await
    }
}

async fn select(client: &Client, app: &str, id: &str) -> Result<Option<User>, Failure> {
    let select = client.prepare_cached(SELECT).await?;
    client.query_opt(&select, &[&app, &id]).await?.as_ref().map(user).transpose()
}

fn user(row: &Row) -> Result<User, Failure> {
    let data = RawValue::from_string(row.try_get(3)?);
    let data = data.map_err(|error| Failure::Final(StoreError::Failed(format!("stored data is not JSON: {error}"))))?;
    Ok(User {
        created_at: Timestamp(row.try_get(0)?),
        updated_at: Timestamp(row.try_get(1)?),
        id: row.try_get(2)?,
        data,
    })
}

/// Where each id comes first.
fn first_places<'a>(ids: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    let mut places = HashMap::new();
    for (place, id) in ids.enumerate() {
        places.entry(id).or_insert(place);
    }
    places
}

/// The ids and the data of a batch, as if its users were sent in turn: of those with one id the last one counts where
/// they replace each other, else the first. In the order of their ids, so that two batches do not lock each other out.
fn in_turn(users: &[NewUser], replace: bool) -> (Vec<&str>, Vec<&str>) {
    let mut texts = std::collections::BTreeMap::new();
    for NewUser { id, data } in users {
        let text = texts.entry(id.as_str()).or_insert(data.get());
        if replace {
            *text = data.get();
        }
    }
    texts.into_iter().unzip()
}
