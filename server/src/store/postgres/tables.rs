//! Whether the tables keep what is written and show it whole, as far as their definitions say.

use tokio_postgres::Row;
use tokio_postgres::error::Error;

/// Of the tables with these names: those whose rows row-level security may hide from this account, those that a crash empties, and
/// those with rules, which may make something else of a statement. The first is what `row_security_active` says, which not every
/// database has.
pub(super) const UNFIT: &str = "
    SELECT
      string_agg(name, ', ') FILTER (WHERE relrowsecurity
        AND NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)
        AND (relforcerowsecurity OR NOT pg_has_role(relowner, 'USAGE'))),
      string_agg(name, ', ') FILTER (WHERE relpersistence <> 'p'),
      string_agg(name, ', ') FILTER (WHERE relkind <> 'v' AND EXISTS (SELECT 1 FROM pg_rewrite WHERE ev_class = tables.oid))
    FROM unnest($1::TEXT[]) AS names (name) JOIN pg_class AS tables ON tables.oid = to_regclass(name)";

/// What [`UNFIT`] says: for reads and for writes, why the tables are not fit for them.
pub(super) struct Fitness {
    pub(super) reads: Result<(), String>,
    pub(super) writes: Result<(), String>,
}

impl Fitness {
    pub(super) fn of(row: &Row) -> Result<Self, Error> {
        let (hidden, unlogged) = (row.try_get::<_, Option<&str>>(0)?, row.try_get::<_, Option<&str>>(1)?);
        let ruled = row.try_get::<_, Option<&str>>(2)?;
        let hidden = hidden.map(|tables| {
            format!("row-level security may hide rows of {tables}: use an account that owns them or has BYPASSRLS")
        });
        let unlogged = unlogged.map(|tables| format!("a crash would empty {tables}: use ALTER TABLE … SET LOGGED"));
        let ruled = ruled.map(|tables| format!("rules may change what is written to {tables}: use DROP RULE"));
        let unfit = |reason: Option<String>| reason.map_or(Ok(()), Err);
        Ok(Fitness { reads: unfit(hidden.clone()), writes: unfit(hidden.or(unlogged).or(ruled)) })
    }
}
