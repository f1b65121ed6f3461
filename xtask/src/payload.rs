//! The wasm as text for a JavaScript string. `pkg/src/index.js` reads it back.
//!
//! Base64 spreads each byte over two characters, so that nothing which repeats in the bytes repeats in the text, and
//! compression loses a third of its effect. Here the frequent bytes are one character and the others two: brotli makes
//! of the text a few percent more than of the bytes.
//!
//! The text holds printable ASCII only, without quotes, backslash, `$` and `<`: no minifier has to escape any of it, and
//! no HTML parser stumbles over it. Its first [`SINGLES`] pairs of hexadecimal digits name the bytes that are one
//! character, in the order of the characters. The others follow in ascending order, as two characters each: the first
//! is one of the last two characters of the alphabet.

/// How many bytes are one character.
const SINGLES: usize = 87;

const _: () = assert!(SINGLES + 2 * SINGLES >= 256, "each byte has a code");

fn alphabet() -> Vec<char> {
    (' '..='~').filter(|c| !"\"'`\\$<".contains(*c)).collect()
}

/// The text of these bytes.
pub fn encode(bytes: &[u8]) -> String {
    let alphabet = alphabet();
    let order = order(bytes);
    let mut codes = vec![String::new(); 256];
    for (rank, byte) in order.iter().enumerate() {
        let code: String = match rank.checked_sub(SINGLES) {
            None => alphabet.get(rank).into_iter().collect(),
            Some(rest) => {
                [alphabet.get(SINGLES + rest / SINGLES), alphabet.get(rest % SINGLES)].into_iter().flatten().collect()
            }
        };
        if let Some(slot) = codes.get_mut(usize::from(*byte)) {
            *slot = code;
        }
    }
    let head = order.iter().take(SINGLES).map(|byte| format!("{byte:02x}"));
    let body = bytes.iter().filter_map(|byte| codes.get(usize::from(*byte)).cloned());
    head.chain(body).collect()
}

/// All bytes: the most frequent ones, then the others in ascending order.
fn order(bytes: &[u8]) -> Vec<u8> {
    let mut order: Vec<u8> = (0..=u8::MAX).collect();
    let count = |byte: &u8| bytes.iter().filter(|b| *b == byte).count();
    order.sort_by_cached_key(|byte| (std::cmp::Reverse(count(byte)), *byte));
    let mut rest = order.split_off(SINGLES);
    rest.sort_unstable();
    order.append(&mut rest);
    order
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn the_alphabet_has_a_code_for_each_byte() {
        assert_eq!(alphabet().len(), SINGLES + 2);
    }

    #[test]
    fn frequent_bytes_are_one_character_and_others_two() {
        let text = encode(&[200, 200, 200, 0, 0, 255]);
        let (head, body) = text.split_at(2 * SINGLES);
        // After the two that occur most comes the third, then those that do not occur, in ascending order.
        assert!(head.starts_with("c800ff0102"), "{head}");
        assert_eq!(body, "   !!#");
        let rare = encode(&(0..=u8::MAX).collect::<Vec<u8>>());
        assert_eq!(rare.len(), 2 * SINGLES + SINGLES + 2 * (256 - SINGLES));
    }
}
