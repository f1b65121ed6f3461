//! Finds requests whose framing is doubtful. A proxy and a server may differ in where such a request ends, and then the rest of
//! one caller's request is taken for the beginning of another's (RFC 9112, sections 2.2, 3.2, 6.1 and 11.2).
//!
//! Hyper does not show this: it accepts lines without a carriage return, and drops a `Content-Length` beside a
//! `Transfer-Encoding` before the request reaches the app.

/// The largest head of a request. The query of a batch names up to 1 000 ids.
pub(super) const MAX_HEAD: usize = 128 * 1024;

/// Follows the requests of one connection.
#[derive(Default)]
pub(super) struct Framing {
    part: Part,
    /// The part of the current line that came so far.
    line: Vec<u8>,
    head: Head,
}

/// The part of a request that the next byte is of.
#[derive(Default)]
enum Part {
    #[default]
    Head,
    /// A body with this many bytes to come.
    Body(u64),
    ChunkSize,
    /// A chunk with this many bytes to come, and the end of its line.
    Chunk(u64),
    Trailers,
    /// Hyper refuses what comes, because it is too long or no HTTP.
    Unknown,
}

/// What a head says about the framing.
#[derive(Default)]
struct Head {
    has_request_line: bool,
    /// HTTP/1.0 has no `Host`.
    needs_host: bool,
    hosts: u32,
    length: Option<u64>,
    encodings: u32,
    is_doubtful: bool,
}

impl Framing {
    /// Whether a body has begun, or is to follow a head, and has not come whole.
    pub(super) const fn is_inside_body(&self) -> bool {
        matches!(self.part, Part::Body(_) | Part::ChunkSize | Part::Chunk(_) | Part::Trailers)
    }

    /// Follows these bytes. `Err`: the line that ends at this byte makes the request doubtful.
    pub(super) fn follow(&mut self, bytes: &[u8]) -> Result<(), usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if let Part::Body(left) | Part::Chunk(left) = &mut self.part {
                let skipped = usize::try_from(*left).unwrap_or(usize::MAX).min(rest.len());
                *left -= skipped as u64;
                rest = rest.get(skipped..).unwrap_or_default();
                self.part = match self.part {
                    Part::Body(0) => Part::Head,
                    Part::Chunk(0) => Part::ChunkSize,
                    _ => return Ok(()),
                };
                continue;
            }
            let Some(end) = memchr::memchr(b'\n', rest).filter(|_| !matches!(self.part, Part::Unknown)) else {
                self.keep(rest);
                return Ok(());
            };
            let (line, after) = rest.split_at(end);
            let is_sound = match std::mem::take(&mut self.line) {
                kept if kept.is_empty() => self.whole_line(line),
                kept => self.whole_line(&[kept.as_slice(), line].concat()),
            };
            if !is_sound {
                return Err(bytes.len() - after.len());
            }
            rest = after.get(1..).unwrap_or_default();
        }
        Ok(())
    }

    /// Takes the next line, without the byte that ends it. Returns whether the framing is sound so far.
    fn whole_line(&mut self, line: &[u8]) -> bool {
        line.strip_suffix(b"\r").is_some_and(|line| self.line(line))
    }

    fn keep(&mut self, part_of_line: &[u8]) {
        if self.line.len() + part_of_line.len() > MAX_HEAD {
            self.part = Part::Unknown;
            self.line = Vec::new();
        }
        if !matches!(self.part, Part::Unknown) {
            self.line.extend_from_slice(part_of_line);
        }
    }

    /// Takes the text of the next line.
    fn line(&mut self, line: &[u8]) -> bool {
        match self.part {
            Part::ChunkSize => {
                let size = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
                let size = std::str::from_utf8(size).ok().and_then(|size| u64::from_str_radix(size, 16).ok());
                self.part = match size {
                    Some(0) => Part::Trailers,
                    Some(size) => Part::Chunk(size.saturating_add(2)),
                    None => Part::Unknown,
                };
                true
            }
            Part::Trailers if line.is_empty() => {
                self.part = Part::Head;
                true
            }
            Part::Head if line.is_empty() && self.head.has_request_line => {
                let head = std::mem::take(&mut self.head);
                self.part = head.body();
                head.is_sound()
            }
            Part::Head if self.head.has_request_line => {
                self.head.header(line);
                true
            }
            Part::Head => {
                self.head.has_request_line = !line.is_empty();
                self.head.needs_host = line.ends_with(b" HTTP/1.1");
                true
            }
            _ => true,
        }
    }
}

impl Head {
    fn header(&mut self, line: &[u8]) {
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let (name, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default().trim_ascii());
        if name.eq_ignore_ascii_case(b"host") {
            self.hosts += 1;
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            self.encodings += 1;
            self.is_doubtful |= !value.eq_ignore_ascii_case(b"chunked");
        } else if name.eq_ignore_ascii_case(b"content-length") {
            let digits = std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
            let length = digits.and_then(|digits| digits.parse().ok());
            self.is_doubtful |= length.is_none() || self.length.is_some_and(|other| Some(other) != length);
            self.length = length;
        }
    }

    /// One host, and one way to find the end of the body.
    const fn is_sound(&self) -> bool {
        let ways = self.encodings + self.length.is_some() as u32;
        !self.is_doubtful && self.hosts >= self.needs_host as u32 && self.hosts <= 1 && ways <= 1
    }

    fn body(&self) -> Part {
        match self.length {
            _ if self.encodings > 0 => Part::ChunkSize,
            Some(length) if length > 0 => Part::Body(length),
            _ => Part::Head,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "GET / HTTP/1.1\r\nHost: x\r\n";

    /// Whether the requests are sound, however they are cut into reads.
    fn is_sound(text: &str) -> bool {
        let whole = Framing::default().follow(text.as_bytes()).is_ok();
        let mut framing = Framing::default();
        let in_bytes = text.as_bytes().iter().all(|byte| framing.follow(&[*byte]).is_ok());
        assert_eq!(whole, in_bytes, "{text:?}");
        whole
    }

    #[test]
    fn requests_that_end_at_one_place_are_sound_one_after_the_other() {
        let chunked = "Transfer-Encoding: Chunked\r\n\r\n5;a=b\r\n\n\n\n\n\n\r\n0\r\nX: y\r\n\r\n";
        for request in [
            format!("{HOST}\r\n"),
            format!("\r\n{HOST}Content-Length: 3\r\n\r\n\n\n\n"),
            format!("{HOST}content-length: 0\r\nContent-Length: 0\r\n\r\n"),
            format!("{HOST}{chunked}"),
            "GET / HTTP/1.0\r\n\r\n".to_owned(),
        ] {
            assert!(is_sound(&request), "{request:?}");
            assert!(is_sound(&format!("{request}{request}{HOST}{chunked}")), "{request:?}");
            let doubtful = format!("{request}{HOST}Host: y\r\n\r\n");
            assert!(!is_sound(&doubtful), "{doubtful:?}");
        }
    }

    #[test]
    fn requests_that_may_end_elsewhere_are_doubtful() {
        for rest in [
            "Host: x\r\n\r\n",
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
            "Transfer-Encoding: identity, chunked\r\n\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
            "Content-Length: 3\r\nContent-Length: 4\r\n\r\n",
            "Content-Length: +3\r\n\r\n",
            "Content-Length: 3, 3\r\n\r\n",
            "X: y\n\r\n",
            "\n",
            "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\n\r\n",
        ] {
            assert!(!is_sound(&format!("{HOST}{rest}")), "{rest:?}");
        }
        assert!(!is_sound("GET / HTTP/1.1\r\n\r\n"), "no host");
        assert_eq!(
            Framing::default().follow(b"GET / HTTP/1.1\nHost: x\r\n\r\n"),
            Err(14),
            "the place of the line's end"
        );
    }

    #[test]
    fn a_line_that_never_ends_is_not_kept() {
        let mut framing = Framing::default();
        for _ in 0..4 {
            assert_eq!(framing.follow(&[b'a'; MAX_HEAD]), Ok(()));
            assert!(framing.line.len() <= MAX_HEAD);
        }
    }
}
