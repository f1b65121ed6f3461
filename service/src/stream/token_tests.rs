//! Valid tokens of every client, and bad ones of every kind.

use user_handle_core::rules::token::Secret;

use super::*;

#[path = "../../../server/tests/common/forge.rs"]
mod forge;

const SECRET: &str = "demo-secret-that-everybody-may-know";
const NOW: f64 = 1_800_000_000.0;

/// A token with this header and these claims, and a valid signature.
fn signed(header: &str, claims: &str) -> String {
    forge::token(header, claims, SECRET)
}

fn verify(token: &str, secret: &str, now: f64) -> Result<Rights, String> {
    super::verify(token, secret, now).map(|verified| verified.rights)
}

fn verified(claims: &str) -> Result<Rights, String> {
    verify(&user_handle_core::rules::token::sign(claims, Secret(SECRET)), SECRET, NOW)
}

fn server(resource: &str, action: &str) -> Result<Rights, String> {
    Ok(Rights::Server { resource: resource.into(), action: action.into(), feed: "*".into() })
}

#[test]
fn the_server_tokens_of_all_seven_clients_are_taken() {
    for (claims, resource, action) in [
        (r#"{"resource":"*","action":"*","feed_id":"*"}"#, "*", "*"),
        (r#"{"action":"*","resource":"users","feed_id":"*"}"#, "users", "*"),
        (r#"{"resource":"users","action":"*","feed_id":"*","user_id":"*"}"#, "users", "*"),
        (r#"{"action":"*","user_id":"*","feed_id":"*","resource":"users"}"#, "users", "*"),
        (r#"{"resource":"users","action":"read","feed_id":"*"}"#, "users", "read"),
        (r#"{"resource":"moderation","action":"write","feed_id":"*"}"#, "moderation", "write"),
    ] {
        assert_eq!(verified(claims), server(resource, action), "{claims}");
    }
}

#[test]
fn a_server_token_may_be_limited_to_a_feed_and_is_not_unless_it_says_so() {
    for (claim, feed) in [("", "*"), (r#","feed_id":"*""#, "*"), (r#","feed_id":"userjohn""#, "userjohn")] {
        let rights = Rights::Server { resource: "feed".into(), action: "read".into(), feed: feed.into() };
        assert_eq!(verified(&format!(r#"{{"resource":"feed","action":"read"{claim}}}"#)), Ok(rights));
    }
}

#[test]
fn user_tokens_are_taken_with_and_without_other_claims() {
    for claims in [
        r#"{"user_id":"bob"}"#,
        r#"{"user_id":"bob","required_moderation_template":"x","list":[{"a":1}]}"#,
        r#"{"user_id":"bob","iat":1800000000,"exp":1800000001.5,"nbf":1}"#,
    ] {
        assert_eq!(verified(claims), Ok(Rights::User("bob".into())), "{claims}");
    }
}

#[test]
fn a_header_needs_no_typ_and_its_hints_about_keys_are_ignored() {
    for header in [
        r#"{"alg":"HS256"}"#,
        r#"{"typ":"JWT","alg":"HS256"}"#,
        r#"{"alg":"HS256","kid":"../../etc/passwd","jku":"https://example.com","jwk":{"k":"AA"}}"#,
    ] {
        assert_eq!(verify(&signed(header, r#"{"user_id":"bob"}"#), SECRET, NOW), Ok(Rights::User("bob".into())));
    }
}

#[test]
fn clocks_may_be_a_minute_apart_and_no_more() {
    for (claims, refusal) in [
        (r#"{"user_id":"a","exp":1799999940}"#, None),
        (r#"{"user_id":"a","exp":1799999939}"#, Some("token is expired")),
        (r#"{"user_id":"a","exp":0}"#, Some("token is expired")),
        (r#"{"user_id":"a","exp":-1e300}"#, Some("token is expired")),
        (r#"{"user_id":"a","nbf":1800000060}"#, None),
        (r#"{"user_id":"a","nbf":1800000061}"#, Some("token is not valid yet")),
        (r#"{"user_id":"a","iat":1800000060}"#, None),
        (r#"{"user_id":"a","iat":1800000061}"#, Some("token used before issued")),
        (r#"{"resource":"*","action":"*","exp":1}"#, Some("token is expired")),
    ] {
        assert_eq!(verified(claims).err().as_deref(), refusal, "{claims}");
    }
}

#[test]
fn a_valid_token_says_from_when_to_when_it_is_valid() {
    let (least, most) = (f64::NEG_INFINITY, f64::INFINITY);
    for (claims, start, end) in [
        (r#"{"user_id":"a"}"#, least, most),
        (r#"{"user_id":"a","exp":1800000000}"#, least, 1_800_000_060.0),
        (r#"{"user_id":"a","nbf":1799999000.5}"#, 1_799_998_940.5, most),
        (r#"{"user_id":"a","nbf":1799999000,"iat":1800000000,"exp":1800000001}"#, 1_799_999_940.0, 1_800_000_061.0),
    ] {
        let token = user_handle_core::rules::token::sign(claims, Secret(SECRET));
        let verified = super::verify(&token, SECRET, NOW).unwrap();
        assert_eq!(verified, Verified { rights: Rights::User("a".into()), valid: start..=end }, "{claims}");
    }
}

#[test]
fn tokens_with_a_wrong_header_are_refused_although_rightly_signed() {
    const ALGORITHM: &str = "token is not signed with HS256";
    const HEADER: &str = "token header must be a JSON object with each key once";
    for (header, refusal) in [
        (r#"{"alg":"none"}"#, ALGORITHM),
        (r#"{"alg":"None"}"#, ALGORITHM),
        (r#"{"alg":"hs256"}"#, ALGORITHM),
        (r#"{"alg":"HS384"}"#, ALGORITHM),
        (r#"{"alg":"RS256"}"#, ALGORITHM),
        (r#"{"alg":["HS256"]}"#, ALGORITHM),
        (r#"{"alg":null}"#, ALGORITHM),
        (r#"{"typ":"JWT"}"#, ALGORITHM),
        (r#"{"alg":"HS256","crit":["exp"]}"#, "token has critical header extensions, none is supported"),
        (r#"{"alg":"HS256","crit":null}"#, "token has critical header extensions, none is supported"),
        (r#"{"alg":"none","alg":"HS256"}"#, HEADER),
        (r#"["HS256"]"#, HEADER),
        (r#"{"alg":"HS256""#, HEADER),
        ("", HEADER),
        ("\u{feff}{\"alg\":\"HS256\"}", HEADER),
    ] {
        assert_eq!(verify(&signed(header, r#"{"user_id":"bob"}"#), SECRET, NOW), Err(refusal.into()), "{header}");
    }
}

#[test]
fn tokens_with_wrong_claims_are_refused_although_rightly_signed() {
    const CLAIMS: &str = "token claims must be a JSON object with each key once";
    const NOBODY: &str = "token has neither user_id nor resource and action";
    const HALF: &str = "token has one of resource and action without the other";
    for (claims, refusal) in [
        ("{}", NOBODY),
        (r#"{"sub":"bob"}"#, NOBODY),
        (r#"{"resource":"*"}"#, HALF),
        (r#"{"action":"*","user_id":"bob"}"#, HALF),
        (r#"{"user_id":42}"#, "token claim user_id must be a string"),
        (r#"{"user_id":null}"#, "token claim user_id must be a string"),
        (r#"{"user_id":""}"#, "token claim user_id is empty"),
        (
            r#"{"user_id":"*"}"#,
            "token claim user_id may only hold letters, digits, - and _, but has \"*\" at position 0",
        ),
        (r#"{"resource":["*"],"action":"*"}"#, "token claim resource must be a string"),
        (r#"{"resource":"*","action":true}"#, "token claim action must be a string"),
        (r#"{"resource":"*","action":"*","user_id":1}"#, "token claim user_id must be a string"),
        (r#"{"resource":"*","action":"*","feed_id":1}"#, "token claim feed_id must be a string"),
        (r#"{"user_id":"bob","exp":"1900000000"}"#, "token claim exp must be a number"),
        (r#"{"user_id":"bob","nbf":null}"#, "token claim nbf must be a number"),
        (r#"{"user_id":"bob","iat":{}}"#, "token claim iat must be a number"),
        (r#"{"user_id":"bob","exp":1e999}"#, CLAIMS),
        (r#"{"user_id":"alice","user_id":"bob"}"#, CLAIMS),
        (r#"{"user_id":"bob","x":1,"x":1}"#, CLAIMS),
        (r#"{"user_id":"bob"} "#, ""),
        (r#"{"user_id":"bob"}x"#, CLAIMS),
        (r#"["bob"]"#, CLAIMS),
        ("\"bob\"", CLAIMS),
        ("null", CLAIMS),
        ("", CLAIMS),
    ] {
        let expected = if refusal.is_empty() { Ok(Rights::User("bob".into())) } else { Err(refusal.into()) };
        assert_eq!(verified(claims), expected, "{claims}");
    }
    let deep = format!(r#"{{"user_id":"bob","x":{}{}}}"#, "[".repeat(1_000), "]".repeat(1_000));
    assert_eq!(verified(&deep), Err(CLAIMS.into()));
}

/// The token with a different base64url spelling of the same signature: it sets a bit after the last byte.
fn with_trailing_bits(token: &str) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = token.split_at(token.len() - 1);
    let digit = ALPHABET.iter().position(|digit| last.as_bytes() == [*digit]).unwrap();
    assert_eq!(digit % 4, 0, "32 bytes are 42 digits and four bits");
    format!("{rest}{}", char::from(ALPHABET[digit + 1]))
}

/// A token that claims to be signed with a private key, verified with the public key as the secret.
#[test]
fn a_public_key_is_not_taken_for_a_secret_by_name_of_the_algorithm() {
    let key = "-----BEGIN PUBLIC KEY-----";
    let token = forge::token(r#"{"alg":"RS256"}"#, r#"{"user_id":"bob"}"#, key);
    assert_eq!(verify(&token, key, NOW), Err("token is not signed with HS256".into()));
}

#[test]
fn claims_that_are_not_utf_8_are_refused() {
    use base64ct::{Base64UrlUnpadded, Encoding};
    let header = Base64UrlUnpadded::encode_string(br#"{"alg":"HS256"}"#);
    let token = forge::signed(&header, &Base64UrlUnpadded::encode_string(b"{\"user_id\":\"\xff\"}"), SECRET);
    assert_eq!(verify(&token, SECRET, NOW), Err("token claims must be a JSON object with each key once".into()));
    let header = Base64UrlUnpadded::encode_string(b"{\"alg\":\"HS256\",\"x\":\"\xff\"}");
    let token = forge::signed(&header, &Base64UrlUnpadded::encode_string(b"{}"), SECRET);
    assert_eq!(verify(&token, SECRET, NOW), Err("token header must be a JSON object with each key once".into()));
}

/// RFC 7515, appendix A.1. The key of the example is not text, so the same header and claims are signed with a text here. The
/// error is then about the claims, which shows that the JSON of the example, with its line breaks, can be read.
#[test]
fn the_example_of_rfc_7515_is_read_to_its_claims() {
    let header = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9";
    let claims = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let published = format!("{header}.{claims}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(verify(&published, SECRET, NOW), Err("signature is invalid".into()));
    let token = forge::signed(header, claims, SECRET);
    assert_eq!(verify(&token, SECRET, NOW), Err("token is expired".into()));
    let refusal = "token has neither user_id nor resource and action";
    assert_eq!(verify(&token, SECRET, 1_300_819_380.0), Err(refusal.into()));
}

#[test]
fn tokens_that_are_not_tokens_are_refused() {
    let good = user_handle_core::rules::token::sign(r#"{"user_id":"bob"}"#, Secret(SECRET));
    let (signed_part, signature) = good.rsplit_once('.').unwrap();
    let three_parts = "token does not have three parts";
    for (token, refusal) in [
        (String::new(), three_parts),
        ("demo-secret-that-everybody-may-know".into(), three_parts),
        (format!("Bearer {good}"), "token is malformed: its header is not base64url"),
        (format!(" {good}"), "token is malformed: its header is not base64url"),
        (format!("{good}="), "token is malformed: its signature is not base64url"),
        (format!("{good}."), three_parts),
        (format!("{signed_part}."), "signature is invalid"),
        (signed_part.to_owned(), three_parts),
        (format!("{signed_part}.{}", signature.get(..40).unwrap()), "signature is invalid"),
        (format!("{signed_part}.{signature}AAAA"), "signature is invalid"),
        (good.replacen('.', "..", 1), three_parts),
        (user_handle_core::rules::token::sign(r#"{"user_id":"bob"}"#, Secret("another")), "signature is invalid"),
        (user_handle_core::rules::token::sign(r#"{"user_id":"bob"}"#, Secret("")), "signature is invalid"),
        ("a".repeat(8_193), "token is longer than 8192 bytes"),
        // What less strict decoders accept: padding, the other alphabet, white space, bits after the last byte.
        (good.replacen('.', "=.", 1), "token is malformed: its header is not base64url"),
        (format!("{}=.{signature}", signed_part), "token is malformed: its claims are not base64url"),
        (
            format!("{signed_part}.{}", signature.replace(['-', '_'], "+")),
            "token is malformed: its signature is not base64url",
        ),
        (good.replacen('e', "+", 1), "token is malformed: its header is not base64url"),
        (format!("{good}\n"), "token is malformed: its signature is not base64url"),
        (good.replacen('.', " .", 1), "token is malformed: its header is not base64url"),
        (with_trailing_bits(&good), "token is malformed: its signature is not base64url"),
        // An encrypted token has five parts. The JSON form of a signed token is not split by dots at all.
        (format!("{good}.AA.AA"), three_parts),
        (format!(r#"{{"payload":"{}"}}"#, signed_part), "token does not have three parts"),
        ("..".into(), "token header must be a JSON object with each key once"),
        (format!(".{good}"), three_parts),
        ("é.é.é".into(), "token is malformed: its header is not base64url"),
    ] {
        assert_eq!(verify(&token, SECRET, NOW), Err(refusal.into()), "{token}");
    }
}
