//! From the hash of an id to a place. An import has tens of thousands of users in flight, so this is flat: eight bytes for
//! each, and as many again that are free.

use alloc::vec::Vec;

const FREE: u32 = u32::MAX;

/// At most one place for each hash. Open addressing, in a power of two of slots of which at most half are taken. Places are
/// below `u32::MAX`.
#[derive(Default)]
pub(super) struct HashIndex {
    slots: Vec<(u32, u32)>,
    used: usize,
}

impl HashIndex {
    pub fn get(&self, hash: u32) -> Option<u32> {
        let (_, place) = self.slots.get(self.slot_of(hash))?;
        Some(*place).filter(|place| *place != FREE)
    }

    /// Gives the place that it had.
    pub fn insert(&mut self, hash: u32, place: u32) -> Option<u32> {
        if 2 * (self.used + 1) > self.slots.len() {
            self.grow();
        }
        let slot = self.slot_of(hash);
        let before = core::mem::replace(self.slots.get_mut(slot)?, (hash, place)).1;
        if before != FREE {
            return Some(before);
        }
        self.used += 1;
        None
    }

    pub fn remove(&mut self, hash: u32) {
        let mut gap = self.slot_of(hash);
        if self.get(hash).is_none() {
            return;
        }
        self.used -= 1;
        let last = self.slots.len() - 1;
        let mut slot = gap;
        // What follows moves up, if the gap is not before where it would be at best: a search ends at the first gap.
        loop {
            slot = (slot + 1) & last;
            let Some(&(moved, place)) = self.slots.get(slot).filter(|(_, place)| *place != FREE) else { break };
            if slot.wrapping_sub(moved as usize) & last >= slot.wrapping_sub(gap) & last {
                self.set(gap, (moved, place));
                gap = slot;
            }
        }
        self.set(gap, (0, FREE));
    }

    fn set(&mut self, slot: usize, entry: (u32, u32)) {
        if let Some(there) = self.slots.get_mut(slot) {
            *there = entry;
        }
    }

    fn grow(&mut self) {
        let size = (2 * self.slots.len()).max(8);
        let before = core::mem::take(&mut self.slots);
        self.slots.resize(size, (0, FREE));
        for entry in before.into_iter().filter(|(_, place)| *place != FREE) {
            self.set(self.slot_of(entry.0), entry);
        }
    }

    /// Where a hash is, or would be.
    fn slot_of(&self, hash: u32) -> usize {
        let last = self.slots.len().wrapping_sub(1);
        let mut slot = hash as usize & last;
        while self.slots.get(slot).is_some_and(|(other, place)| *place != FREE && *other != hash) {
            slot = (slot + 1) & last;
        }
        slot
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_holds_what_a_map_holds(steps in prop::collection::vec((0_u32..64, any::<bool>(), 0_u32..1000), 0..400)) {
            let (mut index, mut map) = (HashIndex::default(), BTreeMap::new());
            for (number, adds, place) in steps {
                // Few slots to begin at, the last one among them: what shares one moves when another goes.
                let hash = (number % 8).wrapping_sub(4).wrapping_add((number / 8) << 20);
                if adds {
                    assert_eq!(index.insert(hash, place), map.insert(hash, place));
                } else {
                    index.remove(hash);
                    map.remove(&hash);
                }
                assert_eq!(index.get(hash), map.get(&hash).copied());
                assert_eq!(index.used, map.len());
            }
            for (hash, place) in map {
                assert_eq!(index.get(hash), Some(place));
            }
        }
    }

    #[test]
    fn it_has_at_most_four_slots_for_each_that_it_ever_held_at_a_time() {
        let mut index = HashIndex::default();
        (0..33).for_each(|hash| assert_eq!(index.insert(hash, hash), None));
        assert_eq!(index.slots.len(), 128);
        for hash in 0..100_000 {
            index.insert(hash + 33, hash);
            index.remove(hash);
        }
        assert_eq!(index.slots.len(), 128);
    }
}
