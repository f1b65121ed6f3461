//! What the query of a feed that is read may hold.
//!
//! One rule: a parameter is answered as Stream's API answers it where a feed has no reactions, or it is refused by name.
//! None is dropped without a word, whether Stream has it or not.

use utoipa::IntoParams;

use super::schemas::QueryFlag;
use crate::error::ApiError;
use crate::query::Query;
use crate::store::Page;

/// The activities on a page by default.
const DEFAULT_LIMIT: u32 = 25;

/// The most activities on a page.
const MAX_LIMIT: u32 = 100;

/// The most activities that may be skipped. The database has to read each of them.
const MAX_OFFSET: u32 = 10_000;

/// What every request has, whatever it is about.
pub(super) const OF_EVERY_REQUEST: [&str; 2] = ["api_key", "location"];

/// Which part of the feed to read.
const OF_THE_PAGE: [&str; 2] = ["limit", "offset"];

/// Flags that ask for reactions, in the spelling of most clients and in that of Java's, and the fields that an activity then
/// has. Each is an empty object where there are no reactions.
const REACTION_FLAGS: [(&str, &str, &[&str]); 3] = [
    ("withOwnReactions", "with_own_reactions", &["own_reactions"]),
    ("withRecentReactions", "with_recent_reactions", &["latest_reactions", "latest_reactions_extra"]),
    ("withReactionCounts", "with_reaction_counts", &["reaction_counts"]),
];

/// Numbers that say how many reactions to show.
const REACTION_LIMITS: [&str; 3] = ["recentReactionsLimit", "recent_reactions_limit", "reaction_limit"];

/// Flags for reactions to reactions.
const CHILDREN_FLAGS: [&str; 2] = ["withOwnChildren", "with_own_children"];

/// What chooses between reactions: of which kinds, and whose.
const REACTION_FILTERS: [&str; 6] =
    ["reactionKindsFilter", "reaction_kinds_filter", "withOwnChildrenKinds", "user_id", "filter_user_id", "withUserId"];

/// Pages by id. To ignore them would send the first page again and again.
const PAGES_BY_ID: [&str; 4] = ["id_lt", "id_lte", "id_gt", "id_gte"];

/// The parameters of a feed that is read. There are no reactions here, and what asks for them is answered with none. Any other
/// parameter is refused.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, non_snake_case, reason = "only its description is used")]
pub struct FeedReadParams {
    /// How many activities, 25 unless given.
    #[param(minimum = 1, maximum = 100, nullable = false)]
    limit: Option<u32>,
    /// How many to skip.
    #[param(maximum = 10_000, nullable = false)]
    offset: Option<u32>,
    /// Where users take the place of references, each activity has `own_reactions`, which is empty.
    #[param(inline, nullable = false)]
    withOwnReactions: Option<QueryFlag>,
    /// As above, `latest_reactions` and `latest_reactions_extra`.
    #[param(inline, nullable = false)]
    withRecentReactions: Option<QueryFlag>,
    /// As above, `reaction_counts`.
    #[param(inline, nullable = false)]
    withReactionCounts: Option<QueryFlag>,
    /// Changes nothing.
    #[param(inline, nullable = false)]
    withOwnChildren: Option<QueryFlag>,
    /// How many reactions to show; changes nothing.
    #[param(maximum = 4_294_967_295_u32, nullable = false)]
    recentReactionsLimit: Option<u32>,
    /// Which kinds of reactions to show; changes nothing.
    #[param(nullable = false)]
    reactionKindsFilter: Option<String>,
    /// Whose reactions are `own_reactions`; changes nothing.
    #[param(nullable = false)]
    user_id: Option<String>,
}

/// What is asked of a feed.
#[derive(Debug, PartialEq)]
pub struct FeedRead {
    /// Which part of the feed.
    pub page: Page,
    /// The fields about reactions that each activity has when it is read with users.
    pub reaction_fields: Vec<&'static str>,
    /// What was given beside the page, encoded, for the address of the next page.
    pub others: String,
}

impl FeedRead {
    /// What a query asks for.
    ///
    /// # Errors
    /// 400 for a parameter that is not answered here, or has no such value.
    pub fn of(query: &Query<'_>) -> Result<Self, ApiError> {
        for (name, value) in query.pairs() {
            if !is_answered(name) && !says_no(value) {
                return Err(refusal(name));
            }
        }
        let mut reaction_fields = Vec::new();
        for (name, name_in_java, fields) in REACTION_FLAGS {
            if query.flag(name)? | query.flag(name_in_java)? {
                reaction_fields.extend(fields);
            }
        }
        for name in CHILDREN_FLAGS {
            query.flag(name)?;
        }
        for name in REACTION_LIMITS {
            query.number(name, 0, 0..=u32::MAX)?;
        }
        let offset = query.number("offset", 0, 0..=MAX_OFFSET)?;
        let limit = query.number("limit", DEFAULT_LIMIT, 1..=MAX_LIMIT)?;
        Ok(FeedRead { page: Page { offset, limit }, reaction_fields, others: others(query) })
    }
}

fn is_answered(name: &str) -> bool {
    [&OF_EVERY_REQUEST[..], &OF_THE_PAGE, &REACTION_LIMITS, &CHILDREN_FLAGS, &REACTION_FILTERS].concat().contains(&name)
        || REACTION_FLAGS.iter().any(|(one, other, _)| [*one, *other].contains(&name))
}

/// A flag that is off asks for nothing, as in `mark_read=false`.
fn says_no(value: &str) -> bool {
    matches!(value, "false" | "False")
}

fn refusal(name: &str) -> ApiError {
    let instead = if PAGES_BY_ID.contains(&name) { ", page with offset" } else { "" };
    ApiError::input(name, format!("{name} is not supported by this server{instead}"))
}

fn others(query: &Query<'_>) -> String {
    let own = |name: &str| OF_EVERY_REQUEST.contains(&name) || OF_THE_PAGE.contains(&name);
    form_urlencoded::Serializer::new(String::new()).extend_pairs(query.pairs().filter(|(name, _)| !own(name))).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<FeedRead, ApiError> {
        FeedRead::of(&Query::parse(query))
    }

    #[test]
    fn a_page_is_twenty_five_unless_told_otherwise() {
        let page = |query: &str| read(query).map(|read| read.page);
        assert_eq!(page(""), Ok(Page { offset: 0, limit: 25 }));
        assert_eq!(page("limit=100&offset=10000"), Ok(Page { offset: 10_000, limit: 100 }));
        for (query, name, rule) in [
            ("limit=0", "limit", "limit must be a whole number from 1 to 100, but is \"0\""),
            ("limit=101", "limit", "limit must be a whole number from 1 to 100, but is \"101\""),
            ("limit=", "limit", "limit must be a whole number from 1 to 100, but is \"\""),
            ("offset=-1", "offset", "offset must be a whole number from 0 to 10000, but is \"-1\""),
        ] {
            assert_eq!(page(query), Err(ApiError::input(name, rule)));
        }
    }

    #[test]
    fn what_asks_for_reactions_has_empty_fields_in_every_spelling() {
        let fields = |query: &str| read(query).map(|read| read.reaction_fields);
        for (name, name_in_java, expected) in REACTION_FLAGS {
            for name in [name, name_in_java] {
                for yes in ["true", "True", "1"] {
                    assert_eq!(fields(&format!("{name}={yes}")), Ok(expected.to_vec()), "{name}={yes}");
                }
                assert_eq!(fields(&format!("{name}=false")), Ok(vec![]), "{name}");
                let rule = format!("{name} must be true or false, but is \"yes\"");
                assert_eq!(fields(&format!("{name}=yes")), Err(ApiError::input(name, rule)));
            }
        }
        assert_eq!(fields("withOwnReactions=true&with_own_reactions=1"), Ok(vec!["own_reactions"]));
    }

    #[test]
    fn what_chooses_between_reactions_changes_nothing() {
        let plain = read("").unwrap();
        for name in REACTION_FILTERS.iter().chain(&REACTION_LIMITS).chain(&CHILDREN_FLAGS) {
            let FeedRead { page, reaction_fields, others } = read(&format!("{name}=1&api_key=k&location=web")).unwrap();
            assert_eq!((page, reaction_fields, others), (plain.page, vec![], format!("{name}=1")));
        }
        for name in REACTION_LIMITS {
            let rule = format!("{name} must be a whole number from 0 to 4294967295, but is \"all\"");
            assert_eq!(read(&format!("{name}=all")), Err(ApiError::input(name, rule)));
        }
        for name in CHILDREN_FLAGS {
            let rule = format!("{name} must be true or false, but is \"all\"");
            assert_eq!(read(&format!("{name}=all")), Err(ApiError::input(name, rule)));
        }
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        for name in [
            "ranking",
            "ranking_vars",
            "rankingVars",
            "withScoreVars",
            "session",
            "endpoint",
            "feed_slug",
            "refresh",
            "mark_read",
            "mark_seen",
            "discard_actors",
            "discard_actors_sep",
            "discard_deleted_activities",
            "moderation_template",
            "withFirstReactions",
            "children_user_id",
            "ownReactions",
            "limt",
            "",
        ] {
            let rule = format!("{name} is not supported by this server");
            assert_eq!(read(&format!("limit=1&{name}=x")), Err(ApiError::input(name, rule)));
            assert!(read(&format!("{name}=false&{name}=False")).is_ok(), "{name} is off");
        }
        for name in PAGES_BY_ID {
            let rule = format!("{name} is not supported by this server, page with offset");
            assert_eq!(read(&format!("{name}=7")), Err(ApiError::input(name, rule)));
        }
    }

    #[test]
    fn the_readme_has_every_parameter_that_is_answered() {
        let readme = include_str!("../../../server/README.md");
        let flags =
            REACTION_FLAGS.iter().flat_map(|(name, name_in_java, fields)| [&[*name, *name_in_java], *fields].concat());
        let others = [&OF_THE_PAGE[..], &REACTION_LIMITS, &CHILDREN_FLAGS, &REACTION_FILTERS].concat();
        for name in others.into_iter().chain(flags) {
            assert!(readme.contains(&format!("`{name}`")), "{name}");
        }
    }

    #[test]
    fn the_next_page_is_asked_for_the_same() {
        let read =
            read("api_key=k&location=web&limit=2&withOwnReactions=true&reactionKindsFilter=a,b&offset=4").unwrap();
        assert_eq!(read.others, "withOwnReactions=true&reactionKindsFilter=a%2Cb");
    }
}
