//! Klaim's users, in PostgreSQL. The primary key of `klaim_names` decides which user gets an email address or an id: when two
//! transactions insert the same one, the second waits for the first to commit, and then inserts nothing.

use async_trait::async_trait;
use serde_json::value::RawValue;
use tokio_postgres::Row;

use super::Postgres;
use super::error::Failure;
use super::transaction::{Transaction, values};
use crate::store::{KlaimChanges, KlaimUser, KlaimUsers, StoreError, Taken};
use user_handle_service::store::{UniqueValue, unique_values};

const CLAIM: &str = "
    INSERT INTO klaim_names (app, kind, name, klaim_id) VALUES ($1, $2, $3, $4) ON CONFLICT (app, kind, name) DO NOTHING";

const OWNER: &str = "SELECT klaim_id FROM klaim_names WHERE app = $1 AND kind = $2 AND name = $3";

const RELEASE: &str = "DELETE FROM klaim_names WHERE app = $1 AND kind = $2 AND name = $3 AND klaim_id = $4";

const INSERT: &str = "
    INSERT INTO klaim_users (app, klaim_id, user_id, email, name, metadata, credit_balance, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

const UPDATE: &str = "
    UPDATE klaim_users SET user_id = $3, email = $4, name = $5, metadata = $6 WHERE app = $1 AND klaim_id = $2";

const SELECT: &str = "
    SELECT klaim_id, user_id, email, name, metadata, credit_balance, created_at FROM klaim_users
    WHERE app = $1 AND klaim_id = $2";

const SELECT_PAGE: &str = "
    SELECT klaim_id, user_id, email, name, metadata, credit_balance, created_at FROM klaim_users
    WHERE app = $1 AND klaim_id > $2 ORDER BY klaim_id LIMIT $3";

#[async_trait]
impl KlaimUsers for Postgres {
    async fn klaim_add(&self, app: &str, user: KlaimUser) -> Result<Result<KlaimUser, Taken>, StoreError> {
        let user = &user;
        self.write(|transaction| async move {
            if let Some(taken) = claim(&transaction, app, user).await? {
                transaction.roll_back();
                return Ok(Err(taken));
            }
            let KlaimUser { klaim_id, user_id, email, name, credit_balance, created_at, .. } = user;
            let metadata = user.metadata.as_deref().map(RawValue::get);
            let values = values![app, klaim_id, user_id, email, name, metadata, credit_balance, created_at];
            transaction.execute(INSERT, values).await?;
            Ok(Ok(user.clone()))
        })
        .await
    }

    async fn klaim_get(&self, app: &str, id: &str) -> Result<Option<KlaimUser>, StoreError> {
        self.read(|transaction| async move { select(&transaction, app, id, "").await }).await
    }

    async fn klaim_update(
        &self,
        app: &str,
        id: &str,
        changes: KlaimChanges,
    ) -> Result<Option<Result<KlaimUser, Taken>>, StoreError> {
        let changes = &changes;
        self.write(|transaction| async move {
            let Some(old) = select(&transaction, app, id, "FOR UPDATE").await? else { return Ok(None) };
            let new = changes.clone().apply_to(old.clone());
            if let Some(taken) = claim(&transaction, app, &new).await? {
                transaction.roll_back();
                return Ok(Some(Err(taken)));
            }
            let kept = unique_values(&new);
            for UniqueValue { kind, value, .. } in unique_values(&old) {
                if !kept.iter().any(|kept| (kept.kind, kept.value) == (kind, value)) {
                    transaction.execute(RELEASE, values![app, kind, value, new.klaim_id]).await?;
                }
            }
            let metadata = new.metadata.as_deref().map(RawValue::get);
            let values = values![app, new.klaim_id, new.user_id, new.email, new.name, metadata];
            transaction.execute(UPDATE, values).await?;
            Ok(Some(Ok(new)))
        })
        .await
    }

    async fn klaim_list(&self, app: &str, after: &str, limit: u32) -> Result<Vec<KlaimUser>, StoreError> {
        self.read(|transaction| async move {
            let rows = transaction.query(SELECT_PAGE, values![app, after, i64::from(limit)]).await?;
            rows.iter().map(user).collect()
        })
        .await
    }
}

/// Reserves the unique values of this user. If another user has one of them, returns the first such; then the transaction
/// must not be committed.
async fn claim(transaction: &Transaction, app: &str, user: &KlaimUser) -> Result<Option<Taken>, Failure> {
    for UniqueValue { kind, value, taken } in unique_values(user) {
        if transaction.execute(CLAIM, values![app, kind, value, user.klaim_id]).await? == 1 {
            continue;
        }
        let found = transaction.query_opt(OWNER, values![app, kind, value]).await?;
        match found.map(|row| row.try_get::<_, String>(0)).transpose()? {
            Some(other) if other == user.klaim_id => {}
            Some(_) => return Ok(Some(taken)),
            None => return Err(Failure::Conflict("the name was given up between two statements".into())),
        }
    }
    Ok(None)
}

/// The user with this id. `lock` is appended to the statement: `FOR UPDATE`, or nothing.
async fn select(transaction: &Transaction, app: &str, id: &str, lock: &str) -> Result<Option<KlaimUser>, Failure> {
    let Some(row) = transaction.query_opt(OWNER, values![app, "id", id]).await? else { return Ok(None) };
    let klaim_id: String = row.try_get(0)?;
    let select = format!("{SELECT} {lock}");
    transaction.query_opt(&select, values![app, klaim_id]).await?.as_ref().map(user).transpose()
}

pub(super) fn user(row: &Row) -> Result<KlaimUser, Failure> {
    let metadata: Option<String> = row.try_get(4)?;
    let metadata = metadata.map(RawValue::from_string).transpose();
    Ok(KlaimUser {
        klaim_id: row.try_get(0)?,
        user_id: row.try_get(1)?,
        email: row.try_get(2)?,
        name: row.try_get(3)?,
        metadata: metadata.map_err(|error| Failure::Final(StoreError::Failed(error.to_string())))?,
        credit_balance: row.try_get(5)?,
        created_at: row.try_get(6)?,
    })
}
