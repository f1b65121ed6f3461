//! What the query of a list of users says, and the cursor that leads to the next page.
//!
//! A cursor is the sort of its list, then where the page ended: `id.john`, `-created_at.1593072511367794.john`.

use std::borrow::Cow;

use utoipa::{IntoParams, ToSchema};

use crate::error::ApiError;
use crate::query::Query;
use crate::store::{ListRequest, Order, Position, SortBy};

/// The users on a page by default.
const DEFAULT_LIMIT: u32 = 25;

/// The most users on a page.
const MAX_LIMIT: u32 = 100;

/// The parameters of a list, in the order in which they are told.
const PARAMETERS: [&str; 5] = ["limit", "sort", "prefix", "search", "after"];

/// Which users to list. Any other parameter is refused.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only its description is used")]
pub struct ListParams {
    /// How many users, 25 unless given.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// What the id begins with, byte for byte.
    #[param(pattern = r"^[^\u0000]*$", nullable = false)]
    prefix: Option<String>,
    /// A text in what is stored of the user, as JSON writes it. A to Z are the same as a to z.
    #[param(pattern = r"^[^\u0000]*$", nullable = false)]
    search: Option<String>,
}

/// The parameters of a list of Stream's users that Klaim's do not have in this form.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only its description is used")]
pub struct UserOrderParams {
    /// What to sort by, `id` unless given; with `-` the last first. Users with the same time are sorted by id.
    #[param(inline, nullable = false)]
    sort: Option<UserSort>,
    /// The `next` of the page before, which is of the same `sort`.
    #[param(pattern = r"^-?(id|(created|updated)_at\.-?[0-9]{1,18})\.[^\u0000]*$", nullable = false)]
    after: Option<String>,
}

/// The same of Klaim's users.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "only its description is used")]
pub struct KlaimOrderParams {
    /// What to sort by, `id` unless given, which is the `user_id`; with `-` the last first. Users with the same time are sorted by
    /// `klaim_id`.
    #[param(inline, nullable = false)]
    sort: Option<KlaimSort>,
    /// The `next` of the page before, which is of the same `sort`.
    #[param(pattern = r"^-?(id|created_at\.-?[0-9]{1,18})\.[^\u0000]*$", nullable = false)]
    after: Option<String>,
}

#[derive(ToSchema)]
#[allow(dead_code, missing_docs, reason = "only its schema is used")]
pub enum UserSort {
    #[schema(rename = "id")]
    Id,
    #[schema(rename = "-id")]
    IdDescending,
    #[schema(rename = "created_at")]
    CreatedAt,
    #[schema(rename = "-created_at")]
    CreatedAtDescending,
    #[schema(rename = "updated_at")]
    UpdatedAt,
    #[schema(rename = "-updated_at")]
    UpdatedAtDescending,
}

#[derive(ToSchema)]
#[allow(dead_code, missing_docs, reason = "only its schema is used")]
pub enum KlaimSort {
    #[schema(rename = "id")]
    Id,
    #[schema(rename = "-id")]
    IdDescending,
    #[schema(rename = "created_at")]
    CreatedAt,
    #[schema(rename = "-created_at")]
    CreatedAtDescending,
}

/// The page that a query asks for.
///
/// # Errors
/// 400 for a parameter that a list does not have, or that breaks a rule. `also` are those that every request of the service may
/// have, and `sorts` what the list may be sorted by.
pub fn request(query: &Query<'_>, also: &[&str], sorts: &[SortBy]) -> Result<ListRequest, ApiError> {
    let known = |name: &str| PARAMETERS.contains(&name) || also.contains(&name);
    if let Some((name, _)) = query.pairs().find(|(name, _)| !known(name)) {
        let rule = format!("{name:?} is no parameter of a list, which has {}", words(&PARAMETERS, "and"));
        return Err(ApiError::input(name, rule));
    }
    let order = order(query, sorts)?;
    Ok(ListRequest {
        order,
        prefix: text(query, "prefix")?,
        search: text(query, "search")?,
        after: query.get("after").map(|cursor| position(cursor, order)).transpose()?,
        limit: query.number("limit", DEFAULT_LIMIT, 1..=MAX_LIMIT)?,
    })
}

/// The cursor of the page after this position.
pub fn cursor(order: Order, Position { time, id }: &Position) -> String {
    match order.by {
        SortBy::Id => format!("{}.{id}", sort_text(order)),
        SortBy::CreatedAt | SortBy::UpdatedAt => format!("{}.{time}.{id}", sort_text(order)),
    }
}

/// What the cursor of a list in this order says.
fn position(cursor: &str, order: Order) -> Result<Position, ApiError> {
    let malformed = || ApiError::input("after", "after must be the next of a page");
    let (sort, place) = cursor.split_once('.').ok_or_else(malformed)?;
    let given = parse_sort(sort).ok_or_else(malformed)?;
    let (time, id) = match given.by {
        SortBy::Id => ("0", place),
        SortBy::CreatedAt | SortBy::UpdatedAt => place.split_once('.').ok_or_else(malformed)?,
    };
    let time = time.parse().map_err(|_| malformed())?;
    if id.contains('\0') {
        return Err(malformed());
    }
    if given != order {
        let rule = format!("after is of a list that is sorted by {sort}, but sort is {}", sort_text(order));
        return Err(ApiError::input("after", rule));
    }
    Ok(Position { time, id: id.to_owned() })
}

fn order(query: &Query<'_>, sorts: &[SortBy]) -> Result<Order, ApiError> {
    let Some(given) = query.get("sort") else { return Ok(Order { by: SortBy::Id, descending: false }) };
    parse_sort(given).filter(|order| sorts.contains(&order.by)).ok_or_else(|| {
        let names: Vec<_> = sorts.iter().map(|by| name(*by)).collect();
        let rule =
            format!("sort must be {}, with - before it for the last first, but is {given:?}", words(&names, "or"));
        ApiError::input("sort", rule)
    })
}

fn parse_sort(text: &str) -> Option<Order> {
    let (descending, given) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let by = [SortBy::Id, SortBy::CreatedAt, SortBy::UpdatedAt].into_iter().find(|by| name(*by) == given)?;
    Some(Order { by, descending })
}

fn sort_text(Order { by, descending }: Order) -> Cow<'static, str> {
    if descending { Cow::Owned(format!("-{}", name(by))) } else { Cow::Borrowed(name(by)) }
}

const fn name(by: SortBy) -> &'static str {
    match by {
        SortBy::Id => "id",
        SortBy::CreatedAt => "created_at",
        SortBy::UpdatedAt => "updated_at",
    }
}

/// A text that may be missing. U+0000 is refused, because PostgreSQL cannot be asked for it.
fn text(query: &Query<'_>, name: &str) -> Result<String, ApiError> {
    let text = query.get(name).unwrap_or_default();
    if text.contains('\0') {
        return Err(ApiError::input(name, format!("{name} has the character U+0000")));
    }
    Ok(text.to_owned())
}

/// `a, b and c`.
fn words(names: &[&str], before_last: &str) -> String {
    match names {
        [others @ .., last] if !others.is_empty() => format!("{} {before_last} {last}", others.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [SortBy; 3] = [SortBy::Id, SortBy::CreatedAt, SortBy::UpdatedAt];

    fn read(query: &str) -> Result<ListRequest, ApiError> {
        request(&Query::parse(query), &["api_key"], &ALL)
    }

    #[test]
    fn a_page_is_the_first_twenty_five_by_id_unless_told_otherwise() {
        let order = Order { by: SortBy::Id, descending: false };
        let first = ListRequest { order, prefix: String::new(), search: String::new(), after: None, limit: 25 };
        assert_eq!(read("api_key=k"), Ok(first.clone()));
        assert_eq!(read("prefix=&search="), Ok(first));
        let order = Order { by: SortBy::UpdatedAt, descending: true };
        let (prefix, search) = ("a_%".to_owned(), "Té".to_owned());
        assert_eq!(
            read("limit=100&sort=-updated_at&prefix=a_%25&search=T%C3%A9"),
            Ok(ListRequest { order, prefix, search, after: None, limit: 100 })
        );
    }

    #[test]
    fn a_cursor_leads_back_to_its_position() {
        for sort in ["id", "-id", "created_at", "-created_at", "updated_at", "-updated_at"] {
            for id in ["john", "a.b", "é\"", ""] {
                let time = if sort.ends_with("id") { 0 } else { 1_593_072_511_367_794 };
                let position = Position { time, id: id.into() };
                let order = parse_sort(sort).unwrap();
                assert_eq!(super::position(&cursor(order, &position), order), Ok(position));
            }
        }
    }

    #[test]
    fn what_breaks_a_rule_is_refused_by_name() {
        let malformed = "after must be the next of a page";
        for (query, name, rule) in [
            ("limit=0", "limit", "limit must be a whole number from 1 to 100, but is \"0\""),
            ("limit=101", "limit", "limit must be a whole number from 1 to 100, but is \"101\""),
            (
                "sort=name",
                "sort",
                "sort must be id, created_at or updated_at, with - before it for the last first, but is \"name\"",
            ),
            ("prefix=a%00", "prefix", "prefix has the character U+0000"),
            ("search=%00", "search", "search has the character U+0000"),
            ("limt=1", "limt", "\"limt\" is no parameter of a list, which has limit, sort, prefix, search and after"),
            ("after=", "after", malformed),
            ("after=john", "after", malformed),
            ("after=name.john", "after", malformed),
            ("after=created_at.john", "after", malformed),
            ("after=created_at.1e3.john", "after", malformed),
            ("after=id.%00", "after", malformed),
            ("after=-id.john", "after", "after is of a list that is sorted by -id, but sort is id"),
            (
                "sort=-created_at&after=updated_at.7.john",
                "after",
                "after is of a list that is sorted by updated_at, but sort is -created_at",
            ),
        ] {
            assert_eq!(read(query), Err(ApiError::input(name, rule)), "{query}");
        }
        let without_updates = request(&Query::parse("sort=updated_at"), &[], &[SortBy::Id, SortBy::CreatedAt]);
        let rule = "sort must be id or created_at, with - before it for the last first, but is \"updated_at\"";
        assert_eq!(without_updates, Err(ApiError::input("sort", rule)));
    }
}
