//! A database for a test, of either kind, and the macro that runs a test over both.

use std::sync::Arc;

use user_handle_server::store::{self, Location, Store};

use super::folder::Folder;
use super::postgres::Postgres;

/// An empty database for one test, which is deleted after it.
pub enum Database {
    Sqlite(Folder),
    Postgres(Arc<Postgres>, String),
}

impl Database {
    pub async fn sqlite() -> Self {
        Database::Sqlite(Folder::new())
    }

    pub async fn postgres() -> Self {
        let postgres = Postgres::shared();
        let name = postgres.create_database().await;
        Database::Postgres(postgres, name)
    }

    /// Its value for `--database`.
    pub fn location(&self) -> String {
        match self {
            Database::Sqlite(folder) => format!("sqlite:{}", folder.path().join("users.db").display()),
            Database::Postgres(postgres, name) => postgres.url(name),
        }
    }

    pub async fn open(&self) -> Arc<dyn Store> {
        store::open(&Location::parse(&self.location()).unwrap()).await.unwrap()
    }

    /// Runs statements that both databases understand, without the store.
    pub async fn execute(&self, statements: &str) {
        match self {
            Database::Sqlite(folder) => {
                let connection = rusqlite::Connection::open(folder.path().join("users.db")).unwrap();
                connection.execute_batch(statements).unwrap();
            }
            Database::Postgres(postgres, name) => postgres.execute(name, statements).await,
        }
    }
}

/// Makes two tests of each function: `sqlite::name` and `postgres::name`, each with an empty database.
#[macro_export]
macro_rules! over_both_databases {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test($crate::common::database::Database::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test($crate::common::database::Database::postgres().await).await;
            })+
        }
    };
}
