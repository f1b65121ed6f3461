//! The ids that the server makes. A walk through the list goes on after the last id that it saw, so a new user needs an id after
//! all others, even if the clock of the machine was set back.

use std::sync::atomic::{AtomicI64, Ordering};

use tokio::sync::OnceCell;

use crate::store::{KlaimUser, Store, StoreError};

/// The users that are read at once to find the last id.
const PAGE: u32 = 100;

/// Makes ids, each after the one before.
#[derive(Default)]
pub(super) struct Ids {
    /// The milliseconds of the last id.
    last: AtomicI64,
    /// Set once `last` is not before any id in the database.
    started: OnceCell<()>,
}

impl Ids {
    /// A new id at this time, in milliseconds since the Unix epoch.
    pub(super) async fn next(&self, store: &dyn Store, app: &str, now: i64) -> Result<String, StoreError> {
        let start = || async {
            self.last.fetch_max(last_millis(store, app, now).await?, Ordering::Relaxed);
            Ok(())
        };
        self.started.get_or_try_init(start).await?;
        let later = |last: i64| now.max(last.saturating_add(1));
        let last = self.last.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(later(last)));
        Ok(id(later(last.unwrap_or_default())))
    }
}

/// The milliseconds of the last id in the database, or 0 if there is none after this time.
async fn last_millis(store: &dyn Store, app: &str, now: i64) -> Result<i64, StoreError> {
    let mut last: Option<KlaimUser> = None;
    loop {
        let after = last.as_ref().map_or_else(|| id(now), |user| user.klaim_id.clone());
        let Some(later) = store.klaim_list(app, &after, PAGE).await?.pop() else { break };
        last = Some(later);
    }
    let millis = last.as_ref().and_then(|user| user.klaim_id.split('_').next());
    Ok(millis.and_then(|millis| millis.parse().ok()).unwrap_or_default())
}

/// An id in the form of the sample in the manual, `1753306133860_A36dL`: the milliseconds, and five characters.
fn id(millis: i64) -> String {
    let random: String = std::iter::repeat_with(fastrand::alphanumeric).take(5).collect();
    format!("{millis:013}_{random}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::KlaimUsers;
    use crate::store::sqlite::Sqlite;

    const NOW: i64 = 1_753_306_133_860;

    async fn add(store: &Sqlite, klaim_id: &str) {
        let user = KlaimUser {
            klaim_id: klaim_id.into(),
            user_id: klaim_id.into(),
            email: format!("{klaim_id}@b.c"),
            name: None,
            metadata: None,
            credit_balance: 0,
            created_at: 0,
        };
        store.klaim_add("app", user).await.unwrap().unwrap();
    }

    #[test]
    fn an_id_has_the_form_of_the_sample() {
        let id = id(NOW);
        let random = id.strip_prefix("1753306133860_").unwrap();
        assert!(random.len() == 5 && random.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");
    }

    #[tokio::test]
    async fn a_walk_sees_whoever_is_added_after_it_began_whatever_the_clock_does() {
        const HOUR: i64 = 3_600_000;
        let store = Sqlite::in_memory().unwrap();
        let mut last = String::new();
        // Each server is started again: after its clock was set back, many users after that, and when it was set ahead.
        for clock in [&[NOW, NOW, NOW - HOUR, NOW - HOUR][..], &[NOW - HOUR; 250], &[NOW - 2 * HOUR], &[NOW + HOUR]] {
            let ids = Ids::default();
            for now in clock {
                let id = ids.next(&store, "app", *now).await.unwrap();
                assert!(id > last, "{id} after {last}");
                add(&store, &id).await;
                assert_eq!(store.klaim_list("app", &last, 10).await.unwrap().len(), 1);
                last = id;
            }
        }
        assert!(last.starts_with(&(NOW + HOUR).to_string()), "{last}");
    }
}
