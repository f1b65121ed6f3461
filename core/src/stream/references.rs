//! Users inside activities: `SU:<id>`, and what stands for one who is not there.

use alloc::string::String;

use crate::rules::text::concat;
use crate::rules::validate;

/// Reads of single users at a time, where a client may not read many in one request.
pub const READS_AT_A_TIME: usize = 16;
/// Levels of arrays and objects that are looked through: more would end in an overflow of the stack.
pub const MAX_DEPTH: u32 = 1_000;

/// What the string that stands for a user begins with, before the id.
pub const PREFIX: &str = "SU:";

/// The string that stands for a user inside an activity.
pub fn reference(id: &str) -> String {
    concat([PREFIX, id])
}

/// The user whom a string stands for.
pub fn referenced(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX).filter(|id| validate::id(id).is_ok())
}

/// What Stream puts in the place of a user who does not exist, as JSON.
pub fn missing(id: &str) -> String {
    let start = "{\"error\":\"ReferenceNotFound\",\"reference_type\":\"user\",\"id\":\"";
    concat([start, id, "\",\"reference\":\"SU:", id, "\"}"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_leads_to_its_user() {
        assert_eq!(referenced(&reference("ada")), Some("ada"));
        for other in ["", "SU:", "ada", "SO:ada", "SU:a b", "xSU:ada"] {
            assert_eq!(referenced(other), None, "{other}");
        }
    }
}
