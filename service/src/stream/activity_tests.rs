use serde_json::json;

use super::*;
use crate::store::{FeedName, User};

fn text(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.into()).unwrap()
}

fn stored(activity: &str) -> Result<(String, Option<i64>), ApiError> {
    let draft = NewActivity::read(&text(activity), "")?;
    let time = draft.time.map(|time| time.0);
    Ok((draft.into_stored().get().to_owned(), time))
}

fn shown(fields: &str, origin: Option<&str>) -> ActivityResponse {
    let feed = FeedName { group: "user".into(), id: "a".into() };
    let activity = Activity { feed, id: "7".into(), time: Timestamp(1_593_072_511_367_794), fields: text(fields) };
    ActivityResponse::new(&activity, origin.map(String::from))
}

#[test]
fn an_activity_is_kept_as_it_was_sent_but_for_what_the_server_sets() {
    let sent = r#"{"verb":"pin","object":{"z":1.0,"a":12345678901234567890},"id":"x","origin":1,"to":[],"ä":"\u0041"}"#;
    let kept = r#"{"verb":"pin","object":{"z":1.0,"a":12345678901234567890},"to":[],"ä":"\u0041"}"#;
    assert_eq!(stored(sent), Ok((kept.into(), None)));
}

#[test]
fn times_are_read_in_utc() {
    let time = |text: &str| stored(&format!(r#"{{"verb":"v","object":"o","time":"{text}"}}"#)).map(|(_, time)| time);
    for written in ["2020-06-25T08:08:31.367794", "2020-06-25T08:08:31.367794Z", "2020-06-25 08:08:31.367794"] {
        assert_eq!(time(written), Ok(Some(1_593_072_511_367_794)), "{written}");
    }
    assert_eq!(time("2020-06-25T08:08:31"), Ok(Some(1_593_072_511_000_000)));
    for wrong in ["", "now", "2020-06-25", "2020-06-25T08:08:31+02:00", "2020-13-25T08:08:31", "1593072511"] {
        let rule = format!("time must be a time in UTC, such as 2026-11-21T16:48:26.542046, but is \"{wrong}\"");
        assert_eq!(time(wrong), Err(ApiError::input("time", rule)));
    }
}

#[test]
fn bad_activities_are_refused_with_the_field_and_the_rule() {
    for (activity, field, rule) in [
        ("[]", "body", "body must be a JSON object, but is an array"),
        ("{}", "verb", "verb is missing"),
        (r#"{"verb":null,"object":1}"#, "verb", "verb must be a string, but is null"),
        (r#"{"verb":7,"object":1}"#, "verb", "verb must be a string, but is a number"),
        (r#"{"verb":"v"}"#, "object", "object is missing"),
        (r#"{"verb":"v","object":null}"#, "object", "object is missing"),
        (r#"{"verb":"v","object":1,"actor":{}}"#, "actor", "actor must be a string, but is an object"),
        (r#"{"verb":"v","object":1,"foreign_id":1}"#, "foreign_id", "foreign_id must be a string, but is a number"),
        (r#"{"verb":"v","object":1,"to":["user:b"]}"#, "to", "to is not supported by this server"),
        (r#"{"verb":"v","object":1,"actor":"a","actor":"b"}"#, "actor", "body has the key \"actor\" twice"),
        (r#"{"verb":"v","object":[1e999]}"#, "body", "body has the number 1e999, which is too large for a double"),
    ] {
        assert_eq!(stored(activity), Err(ApiError::input(field, rule)), "{activity}");
    }
    let refusal = NewActivity::read(&text(r#"{"verb":"v"}"#), "activities[3]").unwrap_err();
    assert_eq!(refusal, ApiError::input("activities[3].object", "activities[3].object is missing"));
}

#[test]
fn an_activity_is_shown_with_id_time_and_origin() {
    let shown = |fields, origin| serde_json::to_string(&shown(fields, origin)).unwrap();
    assert_eq!(
        shown(r#"{"actor":"SU:a","verb":"pin","object":"o","x":[1.0]}"#, None),
        r#"{"actor":"SU:a","verb":"pin","object":"o","x":[1.0],"foreign_id":"","target":"","id":"7","origin":null,"time":"2020-06-25T08:08:31.367794"}"#
    );
    assert_eq!(
        shown(r#"{"foreign_id":"f","target":"t"}"#, Some("user:a")),
        r#"{"foreign_id":"f","target":"t","id":"7","origin":"user:a","time":"2020-06-25T08:08:31.367794"}"#
    );
}

#[test]
fn users_take_the_place_of_references_and_missing_ones_say_so_to_the_letter() {
    let fields = r#"{"actor":"SU:ada","object":"SU:gone","mine":"\u0053U:x","verb":"SU:ada","foreign_id":"SU:ada","n":["SU:ada"],"bad":"SU:a b","none":"SU:","some":"SO:a:b"}"#;
    let mut enriched = shown(fields, None);
    assert_eq!(enriched.references().collect::<Vec<_>>(), ["ada", "gone"]);
    let user =
        User { created_at: Timestamp(0), updated_at: Timestamp(1), id: "ada".into(), data: text(r#"{"name":"Ada"}"#) };
    enriched.enrich(&HashMap::from([("ada".into(), user.into())]), &[]);
    let text = serde_json::to_string(&enriched).unwrap();
    assert!(text.contains(
        r#""object":{"id":"gone","error":"ReferenceNotFound","reference":"SU:gone","reference_type":"user"}"#
    ));
    let seen: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        seen["actor"],
        json!({
            "created_at": "1970-01-01T00:00:00.000000Z", "updated_at": "1970-01-01T00:00:00.000001Z",
            "id": "ada", "data": { "name": "Ada" }
        })
    );
    for (field, value) in [("verb", json!("SU:ada")), ("foreign_id", json!("SU:ada")), ("n", json!(["SU:ada"]))] {
        assert_eq!(seen[field], value);
    }
    assert_eq!((&seen["bad"], &seen["none"], &seen["some"]), (&json!("SU:a b"), &json!("SU:"), &json!("SO:a:b")));
}

#[test]
fn fields_about_reactions_are_empty_and_no_field_is_there_twice() {
    let mut enriched = shown(r#"{"verb":"v","reaction_counts":7,"own_reactions":8}"#, None);
    enriched.enrich(&HashMap::new(), &["own_reactions", "latest_reactions"]);
    let text = serde_json::to_string(&enriched).unwrap();
    assert!(text.starts_with(r#"{"verb":"v","reaction_counts":7,"#), "{text}");
    assert!(text.ends_with(r#","own_reactions":{},"latest_reactions":{}}"#), "{text}");
}
