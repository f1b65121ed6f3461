//! Klaim's users in PostgreSQL. Who is to have an email address or an id is left to the key of `klaim_names`: of two that
//! insert the same, the second waits for the first, and then inserts nothing.

use async_trait::async_trait;
use deadpool_postgres::tokio_postgres::Row;
use deadpool_postgres::{Client, GenericClient, Transaction};
use serde_json::value::RawValue;

use super::Postgres;
use super::failure::Failure;
use crate::store::klaim::names;
use crate::store::{KlaimChanges, KlaimUser, KlaimUsers, StoreError, Taken};

const OWN: &str = "
    INSERT INTO klaim_names (app, kind, name, klaim_id) VALUES ($1, $2, $3, $4) ON CONFLICT (app, kind, name) DO NOTHING";

const OWNER: &str = "SELECT klaim_id FROM klaim_names WHERE app = $1 AND kind = $2 AND name = $3";

const DISOWN: &str = "DELETE FROM klaim_names WHERE app = $1 AND kind = $2 AND name = $3 AND klaim_id = $4";

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
        self.write(|mut client| async move {
            let transaction = client.transaction().await?;
            if let Some(taken) = own(&transaction, app, user).await? {
                return Ok(Err(taken));
            }
            let insert = transaction.prepare_cached(INSERT).await?;
            let KlaimUser { klaim_id, user_id, email, name, credit_balance, created_at, .. } = user;
            let metadata = user.metadata.as_deref().map(RawValue::get);
            transaction
                .execute(&insert, &[&app, klaim_id, user_id, email, name, &metadata, credit_balance, created_at])
                .await?;
            transaction.commit().await?;
            Ok(Ok(user.clone()))
        })
        .await
    }

    async fn klaim_get(&self, app: &str, id: &str) -> Result<Option<KlaimUser>, StoreError> {
        self.read(|client| async move { select(&client, app, id, "").await }).await
    }

    async fn klaim_update(
        &self,
        app: &str,
        id: &str,
        changes: KlaimChanges,
    ) -> Result<Option<Result<KlaimUser, Taken>>, StoreError> {
        let changes = &changes;
        self.write(|mut client| async move {
            let transaction = client.transaction().await?;
            let Some(old) = select(&transaction, app, id, "FOR UPDATE").await? else { return Ok(None) };
            let new = changes.clone().of(old.clone());
            if let Some(taken) = own(&transaction, app, &new).await? {
                return Ok(Some(Err(taken)));
            }
            let kept = names(&new);
            let disown = transaction.prepare_cached(DISOWN).await?;
            for (kind, name, _) in
                names(&old).into_iter().filter(|name| !kept.iter().any(|it| (it.0, it.1) == (name.0, name.1)))
            {
                transaction.execute(&disown, &[&app, &kind, &name, &new.klaim_id]).await?;
            }
            let update = transaction.prepare_cached(UPDATE).await?;
            let metadata = new.metadata.as_deref().map(RawValue::get);
            transaction
                .execute(&update, &[&app, &new.klaim_id, &new.user_id, &new.email, &new.name, &metadata])
                .await?;
            transaction.commit().await?;
            Ok(Some(Ok(new)))
        })
        .await
    }

    async fn klaim_list(&self, app: &str, behind: &str, limit: u32) -> Result<Vec<KlaimUser>, StoreError> {
        self.read(|client: Client| async move {
            let page = client.prepare_cached(SELECT_PAGE).await?;
            let rows = client.query(&page, &[&app, &behind, &i64::from(limit)]).await?;
            rows.iter().map(user).collect()
        })
        .await
    }
}

/// Makes the names of this user its own; or gives the first that another has. Then the transaction is not to be committed.
async fn own(transaction: &Transaction<'_>, app: &str, user: &KlaimUser) -> Result<Option<Taken>, Failure> {
    let own = transaction.prepare_cached(OWN).await?;
    let owner = transaction.prepare_cached(OWNER).await?;
    for (kind, name, taken) in names(user) {
        if transaction.execute(&own, &[&app, &kind, &name, &user.klaim_id]).await? == 1 {
            continue;
        }
        let found = transaction.query_opt(&owner, &[&app, &kind, &name]).await?;
        match found.map(|row| row.try_get::<_, String>(0)).transpose()? {
            Some(other) if other == user.klaim_id => {}
            Some(_) => return Ok(Some(taken)),
            None => return Err(Failure::Conflict("the name was given up between two statements".into())),
        }
    }
    Ok(None)
}

/// The user with this id; `lock` is what is behind the statement.
async fn select(client: &impl GenericClient, app: &str, id: &str, lock: &str) -> Result<Option<KlaimUser>, Failure> {
    let owner = client.prepare_cached(OWNER).await?;
    let Some(row) = client.query_opt(&owner, &[&app, &"id", &id]).await? else { return Ok(None) };
    let klaim_id: String = row.try_get(0)?;
    let select = client.prepare_cached(&format!("{SELECT} {lock}")).await?;
    client.query_opt(&select, &[&app, &klaim_id]).await?.as_ref().map(user).transpose()
}

fn user(row: &Row) -> Result<KlaimUser, Failure> {
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
