//! The keys by which calls wait in the line. Those of writes are the 30 bits of `id_hash`; with the two bits above, no key of
//! one kind is one of another, so that no call waits for itself and reads and writes do not wait for each other.

use super::waiting_line::WaitingLine;

/// Of calls that read a user.
const READS: u32 = 1 << 30;
/// Of calls that read a user with follow counts.
const READS_WITH_COUNTS: u32 = 2 << 30;
/// The key of calls that ask for a token.
pub(super) const TOKEN: u32 = 3 << 30;

/// The key of calls that read a user.
pub(super) fn read_key(id_hash: u32, with_counts: bool) -> u32 {
    id_hash | if with_counts { READS_WITH_COUNTS } else { READS }
}

/// A call that reads a user from now on does not share a read that began before.
pub(super) fn forget_reads<W, R>(line: &mut WaitingLine<W, R>, id_hash: u32) {
    line.forget(read_key(id_hash, false));
    line.forget(read_key(id_hash, true));
}
