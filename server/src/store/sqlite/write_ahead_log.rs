//! Finds damage in a write-ahead log, before SQLite reads it.
//!
//! SQLite takes the first frame whose checksum is wrong for the end of the log, because a write that a power failure interrupted
//! looks the same. That is true of the last transaction only: each one is on disk before the next one begins. So transactions that
//! follow a wrong checksum tell damage, and without this check they would be gone without a word. The format is on
//! <https://sqlite.org/fileformat2.html#the_write_ahead_log>.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

use super::error::OpenError;
use super::lock::beside;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// The first four bytes, where checksums are over little-endian words. Over big-endian words, it is one more.
const MAGIC: u32 = 0x377f_0682;

/// The largest page of SQLite.
const MAX_PAGE: u32 = 65_536;

/// Fails if the log of the database at `path` is damaged. No log is no damage.
pub(super) fn require_sound(path: &Path) -> Result<(), OpenError> {
    let file = path.canonicalize().and_then(|path| File::open(beside(&path, "-wal")));
    let mut log = match file {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        file => BufReader::new(file.map_err(OpenError::Log)?),
    };
    match is_sound(&mut log).map_err(OpenError::Log)? {
        true => Ok(()),
        false => Err(OpenError::Damaged("its write-ahead log has a wrong checksum before its end".into())),
    }
}

fn is_sound(log: &mut impl Read) -> std::io::Result<bool> {
    let Some(header) = read(log, HEADER)? else { return Ok(true) };
    let (magic, page_size, salts) = (word(&header, 0), word(&header, 8), (word(&header, 16), word(&header, 20)));
    let is_big_endian = magic == MAGIC + 1;
    let mut sum = checksum((0, 0), header.get(..24).unwrap_or_default(), is_big_endian);
    if magic & !1 != MAGIC || page_size > MAX_PAGE || sum != (word(&header, 24), word(&header, 28)) {
        return Ok(false);
    }
    let (mut is_broken, mut is_past_broken_transaction) = (false, false);
    while let Some(frame) = read(log, FRAME_HEADER + page_size as usize)? {
        let is_current = (word(&frame, 8), word(&frame, 12)) == salts;
        if is_past_broken_transaction && is_current {
            return Ok(false);
        }
        let (head, page) = frame.split_at(FRAME_HEADER);
        sum = checksum(checksum(sum, head.get(..8).unwrap_or_default(), is_big_endian), page, is_big_endian);
        is_broken |= !is_current || sum != (word(&frame, 16), word(&frame, 20));
        let is_commit = word(&frame, 4) != 0;
        is_past_broken_transaction |= is_broken && is_current && is_commit;
    }
    Ok(true)
}

/// The next bytes, or `None` where fewer are left.
fn read(log: &mut impl Read, length: usize) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = vec![0; length];
    match log.read_exact(&mut bytes) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
        read => read.map(|()| Some(bytes)),
    }
}

/// The big-endian number at this place.
fn word(bytes: &[u8], at: usize) -> u32 {
    let word = bytes.get(at..).and_then(|bytes| bytes.first_chunk());
    word.map_or(0, |word| u32::from_be_bytes(*word))
}

/// The checksum of SQLite, continued from `sum`.
fn checksum(sum: (u32, u32), bytes: &[u8], is_big_endian: bool) -> (u32, u32) {
    let (pairs, _) = bytes.as_chunks::<8>();
    pairs.iter().fold(sum, |(first, second), pair| {
        let number = |at| if is_big_endian { word(pair, at) } else { word(pair, at).swap_bytes() };
        let first = first.wrapping_add(number(0)).wrapping_add(second);
        (first, second.wrapping_add(number(4)).wrapping_add(first))
    })
}
