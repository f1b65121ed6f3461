//! Activities in feeds, follows, and users in place of references to them.

use crate::common::database::Database;
use crate::common::{Answer, Api, forge, server, user};
use serde_json::{Value, json};

const NO_PERMISSION: &str = "You do not have permission to perform this action.";

async fn add(api: &Api, feed: &str, token: &str, activity: &Value) -> Answer {
    api.call("POST", &format!("feed/{feed}/"), token, activity.to_string()).await
}

async fn read(api: &Api, path: &str, token: &str) -> Vec<Value> {
    let answer = api.call("GET", path, token, "").await;
    assert_eq!((answer.status, answer.keys()), (200, ["results", "next", "duration"].map(String::from).to_vec()));
    answer.json()["results"].as_array().unwrap().clone()
}

fn pin(object: &str) -> Value {
    json!({ "actor": "SU:ada", "verb": "pin", "object": object })
}

fn objects(activities: &[Value]) -> Vec<&str> {
    activities.iter().map(|activity| activity["object"].as_str().unwrap()).collect()
}

async fn an_activity_is_added_and_read(database: Database) {
    let api = Api::over(&database).await;
    let sent = json!({ "actor": "SU:ada", "verb": "pin", "object": "place:1", "n": [1.5], "foreign_id": "pin:1" });
    let added = add(&api, "user/ada", &server(), &sent).await;
    assert_eq!(added.status, 201);
    let added = added.json();
    for (field, value) in sent.as_object().unwrap() {
        assert_eq!(&added[field], value);
    }
    assert_eq!((&added["origin"], &added["target"]), (&Value::Null, &json!("")));
    let time = added["time"].as_str().unwrap();
    assert!(time.len() == 26 && !time.ends_with('Z'), "{time}");
    let results = read(&api, "feed/user/ada/", &server()).await;
    let mut expected = added.clone();
    expected.as_object_mut().unwrap().remove("duration");
    assert_eq!(results, [expected]);
    assert_eq!(read(&api, "feed/user/bob", &server()).await, [] as [Value; 0]);
}

async fn activities_come_in_lists_the_latest_first_and_page_by_page(database: Database) {
    let api = Api::over(&database).await;
    let list = json!({ "activities": [pin("a"), pin("b"), pin("c")] });
    let added = add(&api, "user/ada", &server(), &list).await;
    assert_eq!((added.status, added.keys()), (201, ["activities", "duration"].map(String::from).to_vec()));
    assert_eq!(objects(added.json()["activities"].as_array().unwrap()), ["a", "b", "c"]);
    let early = json!({ "actor": "SU:ada", "verb": "pin", "object": "early", "time": "2020-01-01T00:00:00" });
    add(&api, "user/ada", &server(), &early).await;
    let all = read(&api, "feed/user/ada/", &server()).await;
    assert_eq!(objects(&all), ["c", "b", "a", "early"]);
    assert_eq!(all[3]["time"], "2020-01-01T00:00:00.000000");

    let first = api.call("GET", "feed/user/ada/?limit=3", &server(), "").await.json();
    assert_eq!(objects(first["results"].as_array().unwrap()), ["c", "b", "a"]);
    assert_eq!(first["next"], "/api/v1.0/feed/user/ada/?limit=3&offset=3");
    let next = first["next"].as_str().unwrap().strip_prefix("/api/v1.0/").unwrap();
    let last = api.call("GET", next, &server(), "").await.json();
    assert_eq!((objects(last["results"].as_array().unwrap()), &last["next"]), (vec!["early"], &json!("")));
    assert_eq!(read(&api, "feed/user/ada/?limit=4", &server()).await.len(), 4);
    let refused = api.call("GET", "feed/user/ada/?id_lt=7", &server(), "").await;
    assert_eq!(refused.error(), (400, 4, "id_lt is not supported by this server, page with offset".into()));
}

async fn a_list_with_a_bad_member_adds_nothing(database: Database) {
    let api = Api::over(&database).await;
    let list = json!({ "activities": [pin("a"), { "verb": "pin", "object": "b" }] });
    let refused = add(&api, "user/ada", &server(), &list).await;
    assert_eq!(refused.error(), (400, 4, "activities[1].actor is missing".into()));
    let refused = add(&api, "user/ada", &server(), &json!({ "verb": "pin", "object": "b" })).await;
    assert_eq!(refused.error(), (400, 4, "actor is missing".into()));
    let refused = add(&api, "user/ada", &server(), &json!({ "activities": {} })).await;
    assert_eq!(refused.error(), (400, 4, "activities must be an array, but is an object".into()));
    let refused = add(&api, "user/ada", &server(), &json!({ "activities": vec![pin("a"); 1_001] })).await;
    let rule = "activities has 1001 members, at most 1000 are allowed in one batch";
    assert_eq!(refused.error(), (400, 4, rule.into()));
    let refused = add(&api, "user/ada", &server(), &pin(&"x".repeat(65_536))).await;
    assert_eq!(refused.error(), (413, 18, "body is over 65536 bytes".into()));
    assert_eq!(read(&api, "feed/user/ada/", &server()).await.len(), 0);
}

async fn users_act_as_themselves_on_their_own_feeds(database: Database) {
    let api = Api::over(&database).await;
    let added = add(&api, "user/ada", &user("ada"), &json!({ "verb": "pin", "object": "a" })).await;
    assert_eq!((added.status, &added.json()["actor"]), (201, &json!("SU:ada")));
    for actor in ["SU:ada", "ada"] {
        let activity = json!({ "actor": actor, "verb": "pin", "object": "b" });
        assert_eq!(add(&api, "user/ada", &user("ada"), &activity).await.json()["actor"], actor);
    }
    let as_bob = json!({ "actor": "SU:bob", "verb": "pin", "object": "b" });
    assert_eq!(add(&api, "user/ada", &user("ada"), &as_bob).await.error(), (403, 17, NO_PERMISSION.into()));
    let hidden = json!({ "activities": [{ "verb": "pin", "object": "a" }, as_bob] });
    assert_eq!(add(&api, "user/ada", &user("ada"), &hidden).await.error(), (403, 17, NO_PERMISSION.into()));
    assert_eq!(add(&api, "user/bob", &user("ada"), &pin("a")).await.error(), (403, 17, NO_PERMISSION.into()));
    assert_eq!(add(&api, "timeline/ada", &user("ada"), &pin("a")).await.status, 201);

    assert_eq!(read(&api, "feed/user/ada/", &user("bob")).await.len(), 3);
    let refused = api.call("GET", "feed/timeline/ada/", &user("bob"), "").await;
    assert_eq!(refused.error(), (403, 17, NO_PERMISSION.into()));
}

async fn users_take_the_place_of_references_and_missing_ones_say_so(database: Database) {
    let api = Api::over(&database).await;
    let ada = api.call("POST", "user/", &server(), r#"{"id":"ada","data":{"name":"Ada","n":1.0}}"#).await.text;
    api.call("POST", "user/", &server(), r#"{"id":"bob"}"#).await;
    let activity =
        json!({ "actor": "SU:ada", "verb": "meet", "object": "SU:bob", "with": "SU:nobody", "n": ["SU:ada"] });
    add(&api, "user/ada", &server(), &activity).await;
    let plain = read(&api, "feed/user/ada/", &server()).await;
    assert_eq!(plain[0]["actor"], "SU:ada");

    let enriched = api.call("GET", "enrich/feed/user/ada/", &server(), "").await;
    let (record, _) = ada.split_once(",\"duration\"").unwrap();
    assert!(enriched.text.contains(&format!("\"actor\":{record}}}")), "to the byte: {record} in {}", enriched.text);
    let results = read(&api, "enrich/feed/user/ada/", &server()).await;
    let missing = |id: &str| json!({ "id": id, "error": "ReferenceNotFound", "reference": format!("SU:{id}"), "reference_type": "user" });
    assert_eq!((&results[0]["object"]["id"], &results[0]["with"]), (&json!("bob"), &missing("nobody")));
    assert_eq!(results[0]["n"], json!(["SU:ada"]), "only fields of their own");

    api.call("DELETE", "user/ada/", &server(), "").await;
    assert_eq!(read(&api, "enrich/feed/user/ada/", &server()).await[0]["actor"], missing("ada"));
    api.call("POST", "user/", &server(), r#"{"id":"ada","data":{"name":"New"}}"#).await;
    assert_eq!(read(&api, "enrich/feed/user/ada/", &user("bob")).await[0]["actor"]["data"], json!({ "name": "New" }));
}

async fn reactions_are_answered_as_where_there_are_none_and_all_other_parameters_are_refused(database: Database) {
    let api = Api::over(&database).await;
    add(&api, "user/ada", &server(), &json!({ "activities": [pin("a"), pin("b")] })).await;
    let all = "withOwnReactions=true&withRecentReactions=True&with_reaction_counts=1";
    let filters = "user_id=bob&reactionKindsFilter=like,comment&recentReactionsLimit=3&withOwnChildren=true";
    let path = format!("enrich/feed/user/ada/?limit=1&{all}&{filters}");
    let page = api.call("GET", &path, &server(), "").await.json();
    for field in ["own_reactions", "latest_reactions", "latest_reactions_extra", "reaction_counts"] {
        assert_eq!(page["results"][0][field], json!({}), "{field}");
    }
    let next = page["next"].as_str().unwrap().strip_prefix("/api/v1.0/").unwrap();
    let last = read(&api, next, &server()).await;
    assert_eq!((objects(&last), &last[0]["reaction_counts"]), (vec!["a"], &json!({})));

    let counted = &read(&api, "enrich/feed/user/ada/?withReactionCounts=true", &user("ada")).await[0];
    assert_eq!((&counted["reaction_counts"], counted.get("own_reactions")), (&json!({}), None));
    let plain = &read(&api, &format!("feed/user/ada/?{all}&{filters}"), &server()).await[0];
    assert_eq!((plain.get("own_reactions"), plain.get("reaction_counts")), (None, None));

    for path in ["feed/user/ada/", "enrich/feed/user/ada/"] {
        for name in ["ranking", "mark_seen", "id_gt", "limt"] {
            let (status, code, text) = api.call("GET", &format!("{path}?{name}=x"), &server(), "").await.error();
            assert_eq!((status, code), (400, 4));
            assert!(text.starts_with(&format!("{name} is not supported by this server")), "{text}");
        }
        let refused = api.call("GET", &format!("{path}?withOwnReactions=yes"), &server(), "").await;
        assert_eq!(refused.error(), (400, 4, "withOwnReactions must be true or false, but is \"yes\"".into()));
    }
}

async fn a_feed_has_what_the_feeds_have_that_it_follows(database: Database) {
    let api = Api::over(&database).await;
    let follow = async |source: &str, target: &str, token: &str| {
        api.call("POST", &format!("feed/{source}/following/"), token, json!({ "target": target }).to_string()).await
    };
    add(&api, "user/ada", &server(), &pin("of ada")).await;
    add(&api, "user/bob", &server(), &pin("of bob")).await;
    add(&api, "timeline/carol", &server(), &pin("of carol")).await;
    let followed = follow("timeline/carol", "user:ada", &user("carol")).await;
    assert_eq!((followed.status, followed.keys()), (201, vec!["duration".to_owned()]));
    assert_eq!(follow("timeline/carol", "user:ada", &user("carol")).await.status, 201, "once more does no harm");
    assert_eq!(follow("timeline/carol", "user:bob", &server()).await.status, 201);
    let results = read(&api, "feed/timeline/carol/", &user("carol")).await;
    assert_eq!(objects(&results), ["of carol", "of bob", "of ada"]);
    let origins: Vec<&Value> = results.iter().map(|activity| &activity["origin"]).collect();
    assert_eq!(origins, [&Value::Null, &json!("user:bob"), &json!("user:ada")]);

    for path in ["feed/timeline/carol/following/user:bob/", "feed/timeline/carol/follows/user%3Abob"] {
        let unfollowed = api.call("DELETE", path, &user("carol"), "").await;
        assert_eq!((unfollowed.status, unfollowed.keys()), (200, vec!["duration".to_owned()]));
    }
    assert_eq!(objects(&read(&api, "feed/timeline/carol/", &server()).await), ["of carol", "of ada"]);

    assert_eq!(follow("timeline/carol", "user:bob", &user("bob")).await.error(), (403, 17, NO_PERMISSION.into()));
    assert_eq!(follow("user/ada", "user:ada", &server()).await.status, 201);
    assert_eq!(objects(&read(&api, "feed/user/ada/", &server()).await), ["of ada"], "once, although it follows itself");
    let wrong = follow("user/ada", "ada", &server()).await;
    assert_eq!(wrong.error(), (400, 4, "target must be a feed, such as user:john".into()));
    let nowhere = api.call("GET", "feed/us%20er/ada/", &server(), "").await;
    let rule = "feed group may only hold letters, digits, - and _, but has \" \" at position 2";
    assert_eq!(nowhere.error(), (404, 16, rule.into()));
}

async fn follows_between_timelines_and_users_are_counted(database: Database) {
    let api = Api::over(&database).await;
    for id in ["ada", "bob"] {
        api.call("POST", "user/", &server(), format!(r#"{{"id":"{id}"}}"#)).await;
    }
    let counts = async |id: &str| {
        let user = api.call("GET", &format!("user/{id}/?with_follow_counts=true"), &server(), "").await.json();
        (user["followers_count"].as_u64().unwrap(), user["following_count"].as_u64().unwrap())
    };
    for (source, target) in [
        ("timeline/ada", "user:bob"),
        ("timeline/carol", "user:bob"),
        ("user/ada", "user:bob"),
        ("timeline/ada", "timeline:bob"),
        ("notification/ada", "user:bob"),
    ] {
        let body = json!({ "target": target }).to_string();
        assert_eq!(api.call("POST", &format!("feed/{source}/following/"), &server(), body).await.status, 201);
    }
    assert_eq!((counts("ada").await, counts("bob").await), ((0, 1), (2, 0)));
    api.call("DELETE", "feed/timeline/ada/following/user:bob/", &server(), "").await;
    assert_eq!((counts("ada").await, counts("bob").await), ((0, 0), (1, 0)));
}

async fn a_token_of_a_feed_reaches_that_feed_alone(database: Database) {
    let api = Api::over(&database).await;
    let scope = |resource: &str, action: &str| {
        let claims = format!(r#"{{"resource":"{resource}","action":"{action}","feed_id":"userada"}}"#);
        forge::token(r#"{"alg":"HS256"}"#, &claims, "demo-secret-that-everybody-may-know")
    };
    assert_eq!(add(&api, "user/ada", &scope("feed", "write"), &pin("a")).await.status, 201);
    assert_eq!(read(&api, "enrich/feed/user/ada/", &scope("*", "*")).await.len(), 1);
    let refusal = add(&api, "user/bob", &scope("feed", "write"), &pin("a")).await;
    assert_eq!(refusal.error(), (403, 17, "token does not allow feed \"user:bob\"".into()));
    let body = r#"{"target":"user:bob"}"#;
    let refusal = api.call("POST", "feed/user/ada/following/", &scope("feed", "write"), body).await;
    assert_eq!(refusal.error(), (403, 17, "token does not allow resource \"follower\"".into()));
    assert_eq!(api.call("POST", "feed/user/ada/follows/", &scope("follower", "write"), body).await.status, 201);
}

async fn what_stream_has_and_this_server_does_not_is_named(database: Database) {
    let api = Api::over(&database).await;
    for (path, what) in [
        ("reaction/", "reactions"),
        ("reaction/like/7/", "reactions"),
        ("collections/food", "collections"),
        ("enrich/activities/", "activities by id"),
        ("enrich/personalization/feed/", "personalized feeds"),
        ("feed/add_to_many/", "additions to many feeds at once"),
        ("og/", "previews of web pages"),
        ("moderation/user/cache/ada/", "caches of moderation"),
    ] {
        for method in ["GET", "POST"] {
            let refusal = api.call(method, path, &server(), "{}").await;
            assert_eq!(refusal.error(), (404, 16, format!("{what} are not supported by this server")), "{path}");
        }
    }
    // What is described has the methods that it is described with, and no others.
    let other = api.call("PUT", "feed/user/ada/following/", &server(), "{}").await;
    assert_eq!((other.error().0, other.header("allow")), (405, "POST"));
    for (method, path, what) in [
        ("GET", "followers", "lists of followers"),
        ("GET", "following", "lists of follows"),
        ("GET", "follows", "lists of follows"),
        ("DELETE", "1b3c-4d", "removals of activities"),
    ] {
        for end in ["", "/"] {
            let refusal = api.call(method, &format!("feed/user/ada/{path}{end}"), &server(), "").await;
            assert_eq!(refusal.error(), (404, 16, format!("{what} are not supported by this server")), "{path}");
        }
    }
}

over_both_databases!(
    what_stream_has_and_this_server_does_not_is_named,
    an_activity_is_added_and_read,
    activities_come_in_lists_the_latest_first_and_page_by_page,
    a_list_with_a_bad_member_adds_nothing,
    users_act_as_themselves_on_their_own_feeds,
    users_take_the_place_of_references_and_missing_ones_say_so,
    reactions_are_answered_as_where_there_are_none_and_all_other_parameters_are_refused,
    a_feed_has_what_the_feeds_have_that_it_follows,
    follows_between_timelines_and_users_are_counted,
    a_token_of_a_feed_reaches_that_feed_alone,
);
