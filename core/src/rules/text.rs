//! Texts put together of parts. Formatting with `core::fmt` would cost the download several kilobytes.

use alloc::string::String;

/// Joins parts.
#[inline]
pub fn concat<const N: usize>(parts: [&str; N]) -> String {
    join(&parts)
}

/// Joins parts.
// One copy of it, however many parts.
#[inline(never)]
pub fn join(parts: &[&str]) -> String {
    let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        text.push_str(part);
    }
    text
}

/// A number in decimal digits.
pub fn number(value: usize) -> String {
    whole(value as u64)
}

/// The same of one that a `usize` may not hold.
pub fn whole(value: u64) -> String {
    let mut digits = String::new();
    push_number(&mut digits, value);
    digits
}

fn push_number(digits: &mut String, value: u64) {
    if value >= 10 {
        push_number(digits, value / 10);
    }
    digits.push((b'0' + (value % 10) as u8) as char);
}

/// The place of a member of a list, such as `users[3].id`.
pub fn member(list: &str, index: usize, property: &str) -> String {
    concat([list, "[", &number(index), "]", property])
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn numbers_are_written_as_the_standard_library_writes_them() {
        for value in [0, 7, 10, 409, 10_240, usize::MAX] {
            assert_eq!(number(value), value.to_string());
        }
    }

    #[test]
    fn a_member_is_named_with_its_place() {
        assert_eq!(member("users", 17, ".data"), "users[17].data");
    }
}
