//! Decodes and signs JSON Web Tokens with HS256, the one algorithm that the service uses.
//!
//! This file takes a token apart, compares its signature and puts one together. What the claims mean is for whoever
//! reads the JSON: the client for `user_id`, the server for what a token allows.

use alloc::string::String;
use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding};

use super::error::{Code, Error};
use super::numbered::numbered;

/// `{"alg":"HS256","typ":"JWT"}`, encoded.
#[cfg(feature = "sign")]
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// The longest token that is looked at, in bytes.
pub const MAX_TOKEN_BYTES: usize = 8_192;

/// A token, taken apart and not yet trusted.
#[derive(Clone)]
pub struct Parts {
    /// The header's JSON.
    pub header: Vec<u8>,
    /// The claims' JSON.
    pub claims: Vec<u8>,
    /// What was signed: the first two parts and the dot between them.
    pub signed: String,
    /// The signature.
    pub signature: Vec<u8>,
}

/// Takes a token apart: three parts of base64url without padding. Nothing is verified.
///
/// # Errors
/// `invalid_token`, without the token in the text.
pub fn decode(token: &str) -> Result<Parts, Error> {
    take_apart(token).map_err(malformed)
}

/// As [`decode`], with the problem in place of the error.
///
/// # Errors
/// What is wrong with the form.
pub fn take_apart(token: &str) -> Result<Parts, TokenProblem> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenProblem::TooLong);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(TokenProblem::NotThreeParts)?;
    let (header, claims) = signed.split_once('.').ok_or(TokenProblem::NotThreeParts)?;
    if claims.contains('.') {
        return Err(TokenProblem::NotThreeParts);
    }
    let decoded = |part, problem| Base64UrlUnpadded::decode_vec(part).map_err(|_| problem);
    Ok(Parts {
        header: decoded(header, TokenProblem::Header)?,
        claims: decoded(claims, TokenProblem::Claims)?,
        signed: signed.into(),
        signature: decoded(signature, TokenProblem::Signature)?,
    })
}

numbered! {
    /// What is wrong with the form of a token.
    pub enum TokenProblem else NotAnObject {
        /// Over [`MAX_TOKEN_BYTES`].
        TooLong = 1,
        /// Not three parts with dots between them.
        NotThreeParts = 2,
        /// The header is not base64url.
        Header = 3,
        /// The claims are not base64url.
        Claims = 4,
        /// The signature is not base64url.
        Signature = 5,
        /// The claims are not a JSON object.
        NotAnObject = 6,
    }
}

/// The error for a problem; it never repeats the token.
pub fn malformed(problem: TokenProblem) -> Error {
    let text = match problem {
        TokenProblem::TooLong => "token is longer than 8192 bytes",
        TokenProblem::NotThreeParts => "token does not have three parts",
        TokenProblem::Header => "token is malformed: its header is not base64url",
        TokenProblem::Claims => "token is malformed: its claims are not base64url",
        TokenProblem::Signature => "token is malformed: its signature is not base64url",
        TokenProblem::NotAnObject => "token is malformed: its claims are not a JSON object",
    };
    Error::input(Code::InvalidToken, &[text])
}

/// An application's secret: a type of its own, since a secret in the place of claims would be readable in the token.
#[cfg(feature = "sign")]
#[derive(Clone, Copy)]
pub struct Secret<'a>(pub &'a str);

// By hand: it may not be printed.
#[cfg(feature = "sign")]
impl core::fmt::Debug for Secret<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Signs claims (the text of a JSON object) with the secret.
///
/// ```
/// use user_handle_core::rules::token::{Secret, sign};
///
/// assert_eq!(
///     sign(r#"{"user_id":"42"}"#, Secret("abcdefghijklmnop")),
///     "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoiNDIifQ.fJP44ZlP7bly-2HvbPxBO7WUGJhc1i2hpj4TnXmtYLE",
/// );
/// ```
#[cfg(feature = "sign")]
pub fn sign(claims: &str, secret: Secret<'_>) -> String {
    use hmac::Mac;

    let mut token = String::from(HEADER);
    push_encoded(&mut token, claims.as_bytes());
    let signature = mac(&token, secret).finalize().into_bytes();
    push_encoded(&mut token, &signature);
    token
}

/// Adds a dot and `bytes` as base64url without padding. By hand: base64ct's encoder, whose time tells nothing of the
/// bytes, costs the download half a kilobyte, and what is encoded here goes over the wire.
#[cfg(feature = "sign")]
fn push_encoded(token: &mut String, bytes: &[u8]) {
    token.push('.');
    for group in bytes.chunks(3) {
        let at = |index: usize| group.get(index).copied().map_or(0, u32::from);
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for digit in 0..=group.len() as u32 {
            token.push(match (bits >> (18 - 6 * digit) & 63) as u8 {
                value @ 0..26 => b'A' + value,
                value @ 26..52 => b'a' - 26 + value,
                value @ 52..62 => b'0'.wrapping_sub(52).wrapping_add(value),
                62 => b'-',
                _ => b'_',
            } as char);
        }
    }
}

#[cfg(feature = "sign")]
impl Parts {
    /// Whether the signature is that of `secret`, in time that does not depend on where the two differ.
    pub fn is_signed_with(&self, secret: Secret<'_>) -> bool {
        use hmac::Mac;
        mac(&self.signed, secret).verify_slice(&self.signature).is_ok()
    }
}

#[cfg(feature = "sign")]
fn mac(text: &str, secret: Secret<'_>) -> hmac::Hmac<sha2::Sha256> {
    use hmac::{KeyInit, Mac};

    // HMAC takes a key of any length, so the fallback is never used; it is here because no panic may be reachable.
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(secret.0.as_bytes())
        .unwrap_or_else(|_| hmac::Hmac::new(&Default::default()));
    mac.update(text.as_bytes());
    mac
}

#[cfg(test)]
#[cfg(feature = "sign")]
mod tests {
    use super::*;
    use alloc::string::ToString;

    // The published vectors of Stream's JavaScript and Go clients.
    const FORTY_TWO: &str =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoiNDIifQ.fJP44ZlP7bly-2HvbPxBO7WUGJhc1i2hpj4TnXmtYLE";
    const USER: &str =
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoidXNlciJ9.0Kiui6HUywyU-C-00E68n1iq_3o7Eh0aE5VGSOc3pU4";
    // The Ruby client's: its header has no `typ`.
    const RUBY: &str = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoidXNlciJ9.vSdu-exEFUWts57olfk9X_I1CytXuXrRF7A0LpQmoaM";

    #[test]
    fn signs_as_the_published_clients_do() {
        assert_eq!(sign(r#"{"user_id":"42"}"#, Secret("abcdefghijklmnop")), FORTY_TWO);
        assert_eq!(sign(r#"{"user_id":"user"}"#, Secret("secret")), USER);
    }

    #[test]
    fn verifies_what_the_published_clients_signed() {
        for (token, secret) in [(FORTY_TWO, "abcdefghijklmnop"), (USER, "secret"), (RUBY, "secret")] {
            let parts = decode(token).unwrap();
            assert!(parts.is_signed_with(Secret(secret)));
            assert!(!parts.is_signed_with(Secret("another")));
            assert!(!parts.is_signed_with(Secret("")));
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(alloc::format!("{:?}", Secret("abcdefghijklmnop")), "Secret(…)");
    }

    #[test]
    fn takes_a_token_apart() {
        let parts = decode(RUBY).unwrap();
        assert_eq!(parts.header, br#"{"alg":"HS256"}"#);
        assert_eq!(parts.claims, br#"{"user_id":"user"}"#);
    }

    #[test]
    fn one_changed_bit_anywhere_in_the_signature_is_refused() {
        let parts = decode(USER).unwrap();
        for byte in 0..parts.signature.len() {
            for bit in 0..8 {
                let mut forged = parts.clone();
                forged.signature[byte] ^= 1 << bit;
                assert!(!forged.is_signed_with(Secret("secret")));
            }
        }
    }

    #[test]
    fn a_broken_token_is_refused_without_being_repeated() {
        for (token, text) in [
            ("", "token does not have three parts"),
            ("a.b", "token does not have three parts"),
            ("a.b.c.d", "token does not have three parts"),
            ("=.e30.", "token is malformed: its header is not base64url"),
            ("e30.%%.", "token is malformed: its claims are not base64url"),
            ("e30.e30.==", "token is malformed: its signature is not base64url"),
            (&"a".repeat(8_193), "token is longer than 8192 bytes"),
        ] {
            let error = decode(token).err().unwrap();
            assert_eq!(error.to_string(), text);
            assert_eq!(error.code().as_str(), "invalid_token");
        }
    }
}
