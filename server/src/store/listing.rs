//! The statements that list users, for both databases: a page is what comes after a position in an index, so it takes as long at
//! the end of a list as at its beginning.
//!
//! A list by id is narrowed by its `prefix` in the index. Any other condition is a filter: the users are looked at in their order,
//! at most [`MAX_EXAMINED`] of them for a page.

use std::fmt::Write;

use user_handle_service::store::{ListPage, ListRequest, MAX_COUNTED, MAX_EXAMINED, Position, SortBy};

/// How a database writes what the databases write differently.
#[derive(Clone, Copy)]
pub(super) struct Dialect {
    /// What stands before the number of a parameter.
    pub(super) parameter: char,
    /// Compares a text byte by byte, appended to it.
    pub(super) bytewise: &'static str,
}

/// A table of users.
#[derive(Clone, Copy)]
pub(super) struct Table {
    pub(super) name: &'static str,
    columns: &'static str,
    id: &'static str,
    /// What tells users with the same time apart.
    tie_breaker: &'static str,
    /// The columns whose text is searched.
    searched: &'static [&'static str],
}

/// Stream's users.
pub(super) const USERS: Table = Table {
    name: "users",
    columns: "created_at, updated_at, id, data",
    id: "id",
    tie_breaker: "id",
    searched: &["data"],
};

/// Klaim's users.
pub(super) const KLAIM_USERS: Table = Table {
    name: "klaim_users",
    columns: "klaim_id, user_id, email, name, metadata, credit_balance, created_at",
    id: "user_id",
    tie_breaker: "klaim_id",
    searched: &["email", "name", "metadata"],
};

/// A statement with the values of its parameters, in the order of their numbers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) text: String,
    pub(super) values: Vec<Value>,
}

/// The value of a parameter.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
}

/// Whether users are looked at that do not get on the page.
pub(super) fn is_filtered(request: &ListRequest) -> bool {
    !request.search.is_empty() || has_prefix_filter(request)
}

fn has_prefix_filter(request: &ListRequest) -> bool {
    !request.prefix.is_empty() && request.order.by != SortBy::Id
}

/// Reads the users to look at for a page, and one more where there is one.
pub(super) fn walk(table: Table, dialect: Dialect, app: &str, request: &ListRequest) -> Statement {
    let most = if is_filtered(request) { MAX_EXAMINED } else { request.limit };
    Builder::new(table, dialect).walk(app, request, most + 1).finish()
}

/// Reads the users of a page whose filter the database applies.
pub(super) fn filtered(table: Table, dialect: Dialect, app: &str, request: &ListRequest) -> Statement {
    let mut builder = Builder::new(table, dialect);
    builder.push(&format!("SELECT {} FROM (", table.columns));
    builder = builder.walk(app, request, MAX_EXAMINED);
    builder.push(") AS examined WHERE 1 = 1");
    if has_prefix_filter(request) {
        builder.prefix(&request.prefix);
    }
    if !request.search.is_empty() {
        builder.search(&request.search);
    }
    builder.order(request);
    builder.limit(request.limit);
    builder.finish()
}

/// Reads the last of the users that [`filtered`] looks at, if it could not look at all that there are.
pub(super) fn last_examined(table: Table, dialect: Dialect, app: &str, request: &ListRequest) -> Statement {
    let mut builder = Builder::new(table, dialect).walk(app, request, 1);
    builder.push(&format!(" OFFSET {}", MAX_EXAMINED - 1));
    builder.finish()
}

/// Counts the users with this prefix, up to one more than are told.
pub(super) fn count(table: Table, dialect: Dialect, app: &str, prefix: &str) -> Statement {
    let mut builder = Builder::new(table, dialect);
    builder.push(&format!("SELECT count(*) FROM (SELECT 1 FROM {} WHERE app = ", table.name));
    builder.text(app);
    builder.prefix(prefix);
    builder.limit(MAX_COUNTED + 1);
    builder.push(") AS counted");
    builder.finish()
}

/// The number to tell of what [`count`] found.
pub(super) fn told(count: i64) -> Option<u32> {
    u32::try_from(count).ok().filter(|count| *count <= MAX_COUNTED)
}

/// A user of [`walk`]: its place, and the user itself if it matches.
pub(super) struct Examined<U> {
    pub(super) position: Position,
    pub(super) user: Option<U>,
}

/// Fills a page with the users that match.
pub(super) fn page<U, E>(
    request: &ListRequest,
    examined: impl Iterator<Item = Result<Examined<U>, E>>,
) -> Result<ListPage<U>, E> {
    let mut users = Vec::new();
    let mut last = None;
    for (count, next) in (0..).zip(examined) {
        let Examined { position, user } = next?;
        if users.len() == request.limit as usize || count == MAX_EXAMINED {
            return Ok(ListPage { users, next: last });
        }
        last = Some(position);
        users.extend(user);
    }
    Ok(ListPage { users, next: None })
}

/// The place of a user in the list, of which these are the id and the times.
pub(super) fn position(request: &ListRequest, id: &str, tie_breaker: &str, time: i64) -> Position {
    match request.order.by {
        SortBy::Id => Position { time: 0, id: id.to_owned() },
        SortBy::CreatedAt | SortBy::UpdatedAt => Position { time, id: tie_breaker.to_owned() },
    }
}

/// What users have to match, where the database does not see to it.
pub(super) struct Filter {
    prefix: String,
    /// Nothing where there is no search.
    search: Vec<String>,
}

impl Filter {
    pub(super) fn of(request: &ListRequest) -> Self {
        Filter { prefix: request.prefix.clone(), search: forms(&request.search) }
    }

    /// Whether a user with this id matches, of which these texts are stored.
    pub(super) fn matches(&self, id: &str, texts: &[&str]) -> bool {
        let has = |text: &&str| {
            let text = text.to_ascii_lowercase();
            self.search.iter().any(|form| text.contains(form))
        };
        id.starts_with(&self.prefix) && (self.search.is_empty() || texts.iter().any(has))
    }
}

/// The forms in which a text in lower case contains what is searched: as it is and, since data is kept as it was sent, with JSON's
/// escapes for all that is not ASCII.
fn forms(search: &str) -> Vec<String> {
    let plain = search.to_ascii_lowercase();
    let mut escaped = String::new();
    for letter in plain.chars() {
        match letter.is_ascii() {
            true => escaped.push(letter),
            // Writing to a string does not fail.
            false => letter.encode_utf16(&mut [0; 2]).iter().for_each(|unit| {
                let _ = write!(escaped, "\\u{unit:04x}");
            }),
        }
    }
    let mut forms = vec![plain, escaped];
    forms.dedup();
    forms.retain(|form| !form.is_empty());
    forms
}

struct Builder {
    table: Table,
    dialect: Dialect,
    statement: Statement,
}

impl Builder {
    fn new(table: Table, dialect: Dialect) -> Self {
        Builder { table, dialect, statement: Statement { text: String::new(), values: Vec::new() } }
    }

    fn finish(self) -> Statement {
        self.statement
    }

    fn push(&mut self, text: &str) {
        self.statement.text.push_str(text);
    }

    fn value(&mut self, value: Value) {
        self.statement.values.push(value);
        // Writing to a string does not fail.
        let _ = write!(self.statement.text, "{}{}", self.dialect.parameter, self.statement.values.len());
    }

    fn text(&mut self, text: &str) {
        self.value(Value::Text(text.to_owned()));
    }

    fn bytewise_id(&self) -> String {
        format!("{}{}", self.table.id, self.dialect.bytewise)
    }

    /// The first `limit` users from the position on, in their order.
    fn walk(mut self, app: &str, request: &ListRequest, limit: u32) -> Self {
        let Table { name, columns, tie_breaker, .. } = self.table;
        self.push(&format!("SELECT {columns} FROM {name} WHERE app = "));
        self.text(app);
        if request.order.by == SortBy::Id {
            let id = self.bytewise_id();
            self.prefix(&request.prefix);
            if let Some(Position { id: after, .. }) = &request.after {
                self.push(&format!(" AND {id} {} ", comparison(request)));
                self.text(after);
            }
        } else if let Some(Position { time, id }) = &request.after {
            self.push(&format!(" AND ({}, {tie_breaker}) {} (", time_column(request.order.by), comparison(request)));
            self.value(Value::Number(*time));
            self.push(", ");
            self.text(id);
            self.push(")");
        }
        self.order(request);
        self.limit(limit);
        self
    }

    /// Only ids that begin with the prefix.
    fn prefix(&mut self, prefix: &str) {
        if prefix.is_empty() {
            return;
        }
        let id = self.bytewise_id();
        self.push(&format!(" AND {id} >= "));
        self.text(prefix);
        if let Some(end) = end_of_prefix(prefix) {
            self.push(&format!(" AND {id} < "));
            self.text(&end);
        }
    }

    fn search(&mut self, search: &str) {
        let mut before = " AND (";
        for form in forms(search) {
            for column in self.table.searched {
                self.push(&format!("{before}strpos(lower({column}{}), ", self.dialect.bytewise));
                self.text(&form);
                self.push(") > 0");
                before = " OR ";
            }
        }
        self.push(")");
    }

    fn order(&mut self, request: &ListRequest) {
        let direction = if request.order.descending { " DESC" } else { "" };
        match request.order.by {
            SortBy::Id => self.push(&format!(" ORDER BY {}{direction}", self.bytewise_id())),
            by => {
                self.push(&format!(" ORDER BY {}{direction}, {}{direction}", time_column(by), self.table.tie_breaker))
            }
        }
    }

    fn limit(&mut self, limit: u32) {
        self.push(&format!(" LIMIT {limit}"));
    }
}

fn comparison(request: &ListRequest) -> char {
    if request.order.descending { '<' } else { '>' }
}

const fn time_column(by: SortBy) -> &'static str {
    match by {
        SortBy::UpdatedAt => "updated_at",
        SortBy::Id | SortBy::CreatedAt => "created_at",
    }
}

/// The least text that is after all that begin with this prefix. `None`: there is none.
fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut rest = prefix.chars();
    while let Some(last) = rest.next_back() {
        // The range leaves out surrogates, which no text has.
        if let Some(next) = (last..=char::MAX).nth(1) {
            return Some(format!("{}{next}", rest.as_str()));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use user_handle_service::store::Order;

    const DOLLAR: Dialect = Dialect { parameter: '$', bytewise: " COLLATE \"C\"" };

    fn request(by: SortBy) -> ListRequest {
        let order = Order { by, descending: false };
        ListRequest { order, prefix: String::new(), search: String::new(), after: None, limit: 2 }
    }

    #[test]
    fn the_texts_with_a_prefix_end_before_the_next_one() {
        for (prefix, end) in [
            ("a", Some("b")),
            ("az", Some("a{")),
            ("a\u{d7ff}", Some("a\u{e000}")),
            ("a\u{10ffff}", Some("b")),
            ("\u{10ffff}", None),
            ("", None),
        ] {
            assert_eq!(end_of_prefix(prefix).as_deref(), end, "{prefix:?}");
        }
    }

    #[test]
    fn a_prefix_is_a_range_of_ids_and_a_filter_of_times() {
        let (prefix, after) = ("a_".to_owned(), Some(Position { time: 7, id: "a_b".into() }));
        let by_id = ListRequest { prefix: prefix.clone(), after: after.clone(), ..request(SortBy::Id) };
        let text = |text: &str| Value::Text(text.into());
        let statement = walk(USERS, DOLLAR, "app", &by_id);
        assert_eq!(
            statement.text,
            "SELECT created_at, updated_at, id, data FROM users WHERE app = $1 AND id COLLATE \"C\" >= $2 \
             AND id COLLATE \"C\" < $3 AND id COLLATE \"C\" > $4 ORDER BY id COLLATE \"C\" LIMIT 3"
        );
        assert_eq!(statement.values, [text("app"), text("a_"), text("a`"), text("a_b")]);
        let by_time = ListRequest { prefix, after, ..request(SortBy::CreatedAt) };
        let statement = walk(KLAIM_USERS, DOLLAR, "app", &by_time);
        let end = format!(
            "WHERE app = $1 AND (created_at, klaim_id) > ($2, $3) ORDER BY created_at, klaim_id LIMIT {}",
            MAX_EXAMINED + 1
        );
        assert!(statement.text.ends_with(&end), "{}", statement.text);
        assert_eq!(statement.values, [text("app"), Value::Number(7), text("a_b")]);
    }

    #[test]
    fn a_page_ends_where_it_is_full_or_enough_were_looked_at() {
        let listed = |users: u32, matches: fn(u32) -> bool| {
            let request = request(SortBy::CreatedAt);
            let examined = (0..users).map(|user| {
                let position = position(&request, "", "", i64::from(user));
                Ok::<_, ()>(Examined { position, user: matches(user).then_some(user) })
            });
            let page = page(&request, examined).unwrap();
            (page.users, page.next.map(|next| next.time))
        };
        assert_eq!(listed(0, |_| true), (vec![], None));
        assert_eq!(listed(2, |_| true), (vec![0, 1], None));
        assert_eq!(listed(3, |_| true), (vec![0, 1], Some(1)));
        assert_eq!(listed(9, |user| user == 4), (vec![4], None));
        assert_eq!(listed(MAX_EXAMINED + 1, |_| false), (vec![], Some(i64::from(MAX_EXAMINED) - 1)));
    }

    #[test]
    fn a_search_tells_only_other_letters_than_a_to_z_apart_by_case() {
        let filter = |search: &str| Filter::of(&ListRequest { search: search.into(), ..request(SortBy::Id) });
        for (search, found) in [("TEA", true), ("\"Tea\"", true), ("É", true), ("é", false), ("%", false), ("", true)]
        {
            assert_eq!(filter(search).matches("a", &["{\"likes\":\"tea\"}", "É"]), found, "{search}");
        }
        assert_eq!(forms("JOSÉ 🍵"), ["josÉ 🍵", "jos\\u00c9 \\ud83c\\udf75"]);
    }
}
