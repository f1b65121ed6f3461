//! Signs tokens with any header, valid or not. The crate itself signs only valid ones.

use base64ct::{Base64UrlUnpadded, Encoding};
use hmac::{Hmac, KeyInit, Mac};

/// A token with this header and these claims, signed with HS256 whatever the header says.
pub fn token(header: &str, claims: &str, secret: &str) -> String {
    let part = |text: &str| Base64UrlUnpadded::encode_string(text.as_bytes());
    signed(&part(header), &part(claims), secret)
}

/// A token of these two parts, which must be encoded already.
pub fn signed(header: &str, claims: &str, secret: &str) -> String {
    let signed = format!("{header}.{claims}");
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    format!("{signed}.{}", Base64UrlUnpadded::encode_string(&mac.finalize().into_bytes()))
}
