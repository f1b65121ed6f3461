//! The wasm as text for JavaScript strings. `npm/src/index.js` reads it back.
//!
//! Base64 spreads each byte over two characters, so that nothing which repeats in the bytes repeats in the text, and
//! compression loses a third of its effect. Here the frequent bytes are one character and the others two: brotli makes
//! of the text a few percent more than of the bytes. A frequent byte that is a printable character stands for itself, so
//! that the words inside the wasm stay words, which brotli knows.
//!
//! The text holds printable ASCII only, without quotes, backslash, `$` and `<`: no minifier has to escape any of it, and
//! no HTML parser stumbles over it.

/// How many characters begin a pair.
const ESCAPES: usize = 3;

/// Bytes as text.
pub struct Payload {
    /// The characters that do not stand for themselves. The first three begin pairs: each, with a character of the alphabet
    /// behind it, stands for a third of all bytes, in ascending order.
    pub moved: String,
    /// The bytes that the others stand for, in hexadecimal, the most frequent first: brotli makes less of that.
    pub bytes: String,
    /// The bytes.
    pub text: String,
}

fn alphabet() -> Vec<char> {
    (' '..='~').filter(|c| !"\"'`\\$<".contains(*c)).collect()
}

/// The text of these bytes.
pub fn encode(bytes: &[u8]) -> Payload {
    let alphabet = alphabet();
    let single = most_frequent(bytes, alphabet.len() - ESCAPES);
    let stands_for_itself = |byte: &u8| alphabet.contains(&char::from(*byte));
    let moved: Vec<char> =
        alphabet.iter().copied().filter(|c| !single.iter().any(|byte| char::from(*byte) == *c)).collect();
    let moved_bytes: Vec<u8> = single.iter().copied().filter(|byte| !stands_for_itself(byte)).collect();
    let (escapes, characters) = moved.split_at(ESCAPES.min(moved.len()));

    let mut codes = vec![String::new(); 256];
    let mut set = |byte: u8, code: String| {
        if let Some(slot) = codes.get_mut(usize::from(byte)) {
            *slot = code;
        }
    };
    for byte in single.iter().copied().filter(stands_for_itself) {
        set(byte, char::from(byte).into());
    }
    for (byte, character) in moved_bytes.iter().zip(characters) {
        set(*byte, (*character).into());
    }
    let pairs = escapes.iter().flat_map(|first| alphabet.iter().map(|second| String::from_iter([*first, *second])));
    for (byte, pair) in (0..=u8::MAX).zip(pairs).filter(|(byte, _)| !single.contains(byte)) {
        set(byte, pair);
    }
    Payload {
        moved: moved.iter().collect(),
        bytes: moved_bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        text: bytes.iter().filter_map(|byte| codes.get(usize::from(*byte)).cloned()).collect(),
    }
}

fn most_frequent(bytes: &[u8], count: usize) -> Vec<u8> {
    let mut order: Vec<u8> = (0..=u8::MAX).collect();
    order.sort_by_cached_key(|byte| (std::cmp::Reverse(bytes.iter().filter(|b| *b == byte).count()), *byte));
    order.truncate(count);
    order
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn the_alphabet_has_a_code_for_each_byte() {
        assert!(ESCAPES * alphabet().len() >= 256);
    }

    #[test]
    fn a_frequent_byte_is_one_character_and_a_rare_one_two() {
        let frequent = [b"wasm wasm".as_slice(), &[0; 9], &[200; 9]].concat();
        let Payload { moved, bytes, text } = encode(&frequent);
        // The words are left, and the other bytes have characters that do not occur.
        assert!(text.starts_with("wasm wasm"), "{text}");
        assert_eq!(text.len(), frequent.len());
        assert!(bytes.starts_with("00c8"), "{bytes}");
        assert!(!moved.contains(['w', 'a', 's', 'm', ' ']), "{moved}");
        assert_eq!(moved.len(), bytes.len() / 2 + ESCAPES);
        let all = encode(&(0..=u8::MAX).collect::<Vec<u8>>());
        let singles = alphabet().len() - ESCAPES;
        assert_eq!(all.text.len(), singles + 2 * (256 - singles));
    }
}
