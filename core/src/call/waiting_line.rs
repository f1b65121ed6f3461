//! Which call waits for which. Writes to one id are sent one after the other, so that a write that is late, or sent
//! again, does not overwrite a later one. Of the calls that want the same token or the same record of a user, one makes
//! the request, and the others share its result.
//!
//! With each step a call says by when it will have left or gone on, and those behind it wait no longer. Some runtimes drop a
//! call without notice, for example a worker whose visitor has left: its timers never fire, and it never leaves by itself.

use alloc::string::String;
use alloc::vec::Vec;

use slab::Slab;

use super::hash_index::HashIndex;

/// The line that calls wait in, by the hashes of what they have in common. `W` wakes a member that waits; `R` is the result
/// that a member shares with those behind it.
pub(super) struct WaitingLine<W, R> {
    members: Slab<Member<W, R>>,
    /// The number of the last member with each hash.
    last: HashIndex,
    serials: u32,
}

/// A place in the line. Its number is used again when its member has left; the serial number tells the two members apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    number: usize,
    serial: u32,
}

struct Member<W, R> {
    serial: u32,
    keys: Vec<u32>,
    /// The time by which it should have left or gone on, on the host's clock.
    due: f64,
    /// The time by which all that it waits for should have left or gone on, as of when it joined.
    turn_due: f64,
    /// Members with the same key share one result; empty for a write.
    share_key: String,
    /// How many members it waits for.
    blockers: usize,
    /// The numbers of the members that wait for it.
    followers: Vec<usize>,
    has_ended: bool,
    waker: Option<W>,
    shared: Option<R>,
}

impl<W, R> Default for WaitingLine<W, R> {
    fn default() -> Self {
        WaitingLine { members: Slab::new(), last: HashIndex::default(), serials: 0 }
    }
}

impl<W, R> WaitingLine<W, R> {
    /// Adds a member behind the last one with each of these hashes, and returns its place. It should leave or go on by `due`.
    pub fn join(&mut self, keys: Vec<u32>, share_key: String, due: f64) -> Place {
        let number = self.members.vacant_key();
        let mut blockers = 0;
        let mut turn_due = 0.0_f64;
        for key in &keys {
            let last = self.last.insert(*key, number as u32);
            let Some(last) = last.and_then(|last| self.members.get_mut(last as usize)) else { continue };
            // The two may have several hashes in common, but one waits for the other only once.
            if last.followers.last() != Some(&number) {
                last.followers.push(number);
                blockers += 1;
                turn_due = turn_due.max(last.due).max(last.turn_due);
            }
        }
        let (followers, waker, shared) = (Vec::new(), None, None);
        let serial = self.serials;
        self.serials = serial.wrapping_add(1);
        let has_ended = false;
        self.members.insert(Member {
            serial,
            keys,
            due,
            turn_due,
            share_key,
            blockers,
            followers,
            has_ended,
            waker,
            shared,
        });
        Place { number, serial }
    }

    fn member(&self, place: Place) -> Option<&Member<W, R>> {
        self.members.get(place.number).filter(|member| member.serial == place.serial)
    }

    fn member_mut(&mut self, place: Place) -> Option<&mut Member<W, R>> {
        self.members.get_mut(place.number).filter(|member| member.serial == place.serial)
    }

    /// Whether it waits for no other member. One that has left waits for none.
    pub fn is_first(&self, place: Place) -> bool {
        self.member(place).is_none_or(|member| member.blockers == 0)
    }

    /// The member in this place goes on: it should have left or gone on again by `due`.
    pub fn go_on(&mut self, place: Option<Place>, due: f64) {
        if let Some(member) = place.and_then(|place| self.member_mut(place)) {
            member.due = due;
        }
    }

    /// The time by which those before it should have left or gone on, as of when it joined, on the host's clock.
    pub fn turn_due(&self, place: Place) -> f64 {
        self.member(place).map_or(0.0, |member| member.turn_due)
    }

    /// Sets what wakes it when its turn has come.
    pub fn park(&mut self, place: Place, waker: W) {
        if let Some(member) = self.member_mut(place) {
            member.waker = Some(waker);
        }
    }

    /// Takes the result that another member has shared with it, if there is one.
    pub fn take_result(&mut self, place: Place) -> Option<R> {
        self.member_mut(place)?.shared.take()
    }

    /// Whether another member waits for it.
    pub fn has_followers(&self, place: Place) -> bool {
        self.member(place).is_some_and(|member| !member.followers.is_empty())
    }

    /// The hashes that it joined with.
    pub fn keys(&self, place: Place) -> &[u32] {
        self.member(place).map(|member| &*member.keys).unwrap_or_default()
    }

    /// Members that join with this hash from now on do not wait for those that are in the line already.
    pub fn forget(&mut self, key: u32) {
        self.last.remove(key);
    }

    /// A member has ended, or gives up; those whose turn has come are woken. All behind it with the same key are given `result`;
    /// without one, the next of them makes the request. A member that gives up while it waits stays in the line until those
    /// before it have left, so that none behind it overtakes them.
    pub fn leave(&mut self, place: Place, result: Option<&R>, copy: fn(&R) -> R, mut wake: impl FnMut(W)) {
        let Some(member) = self.member_mut(place) else { return };
        member.has_ended = true;
        if member.blockers > 0 {
            return;
        }
        let share_key = core::mem::take(&mut member.share_key);
        let mut ended = Vec::from([place.number]);
        while let Some(number) = ended.pop() {
            let Some(member) = self.members.get_mut(number) else { continue };
            let followers = core::mem::take(&mut member.followers);
            if member.has_ended {
                self.forget_member(number);
            }
            for number in followers {
                let Some(next) = self.members.get_mut(number) else { continue };
                next.blockers -= 1;
                let result = result.filter(|_| !share_key.is_empty() && next.share_key == share_key);
                if next.blockers == 0 {
                    next.shared = result.map(copy);
                    if let Some(waker) = next.waker.take() {
                        wake(waker);
                    }
                    if next.has_ended || result.is_some() {
                        ended.push(number);
                    }
                }
            }
        }
    }

    /// The members that should have left or gone on by now and have not.
    pub fn overdue(&self, now: f64) -> Vec<Place> {
        let overdue = self.members.iter().filter(|(_, member)| member.due <= now && !member.has_ended);
        overdue.map(|(number, member)| Place { number, serial: member.serial }).collect()
    }

    fn forget_member(&mut self, number: usize) {
        for key in self.members.try_remove(number).map(|member| member.keys).unwrap_or_default() {
            if self.last.get(key) == Some(number as u32) {
                self.last.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Line<W> = WaitingLine<W, &'static str>;

    fn write<W>(line: &mut Line<W>, keys: &[u32]) -> Place {
        line.join(keys.into(), String::new(), f64::INFINITY)
    }

    fn read<W>(line: &mut Line<W>, hash: u32, share_key: &str) -> Place {
        line.join(vec![hash], share_key.into(), f64::INFINITY)
    }

    /// Leaves without a result.
    fn leave<W>(line: &mut Line<W>, place: Place) -> Vec<W> {
        let mut woken = Vec::new();
        line.leave(place, None, |result| result, |waker| woken.push(waker));
        woken
    }

    fn share<W>(line: &mut Line<W>, place: Place) -> Vec<W> {
        let mut woken = Vec::new();
        line.leave(place, Some(&"result"), |result| result, |waker| woken.push(waker));
        woken
    }

    #[test]
    fn writes_to_one_id_come_in_the_order_in_which_they_joined() {
        let mut order = Line::default();
        let [first, other] = [write(&mut order, &[1]), write(&mut order, &[2])];
        let [second, third] = [write(&mut order, &[1]), write(&mut order, &[1])];
        assert!(order.is_first(first) && order.is_first(other));
        assert!(!order.is_first(second) && !order.is_first(third));
        order.park(second, "second");
        assert_eq!(leave(&mut order, first), ["second"]);
        assert!(order.is_first(second) && !order.is_first(third));
        assert!(leave(&mut order, second).is_empty());
        assert!(order.is_first(third));
    }

    #[test]
    fn one_that_gives_up_lets_nobody_past_those_before_it() {
        let mut order = Line::default();
        let [first, second, third] = [1, 1, 1].map(|key| write(&mut order, &[key]));
        order.park(third, "third");
        assert!(leave(&mut order, second).is_empty());
        assert!(!order.is_first(third));
        assert_eq!(leave(&mut order, first), ["third"]);
        leave(&mut order, third);
        assert!(order.members.is_empty() && order.last.get(1).is_none());
    }

    #[test]
    fn a_batch_waits_for_each_of_its_users_and_each_waits_for_it() {
        let mut order = Line::default();
        let [ada, eve] = [write(&mut order, &[1]), write(&mut order, &[2])];
        // One of the users is in the batch twice.
        let batch = write(&mut order, &[1, 2, 2, 3]);
        let [bob, dan] = [write(&mut order, &[3]), write(&mut order, &[4])];
        for (number, waker) in [(batch, "batch"), (bob, "bob")] {
            order.park(number, waker);
        }
        assert!(leave(&mut order, ada).is_empty());
        assert_eq!(leave(&mut order, eve), ["batch"]);
        assert!(order.is_first(dan) && !order.is_first(bob));
        assert_eq!(leave(&mut order, batch), ["bob"]);
    }

    #[test]
    fn equal_reads_share_the_result_of_the_first() {
        let mut line = Line::default();
        let [first, second, third] = [7, 7, 7].map(|hash| read(&mut line, hash, "ada"));
        assert!(line.is_first(first) && !line.is_first(second) && !line.is_first(third));
        assert!(line.has_followers(first));
        line.park(second, "second");
        line.park(third, "third");
        assert_eq!(share(&mut line, first), ["second", "third"]);
        assert!(line.is_first(second) && line.is_first(third));
        assert_eq!([second, third].map(|number| line.take_result(number)), [Some("result"); 2]);
        assert!(share(&mut line, second).is_empty() && share(&mut line, third).is_empty());
        assert!(line.members.is_empty());
    }

    #[test]
    fn one_that_gives_up_leaves_the_request_to_the_next() {
        let mut line = Line::default();
        let [first, second, third] = [7, 7, 7].map(|hash| read(&mut line, hash, "ada"));
        line.park(second, "second");
        line.park(third, "third");
        assert_eq!(leave(&mut line, first), ["second"]);
        assert!(line.is_first(second) && !line.is_first(third));
        assert_eq!(line.take_result(second), None);
        assert_eq!(share(&mut line, second), ["third"]);
    }

    #[test]
    fn one_that_stops_waiting_passes_the_result_on() {
        let mut line = Line::default();
        let [first, second, third] = [7, 7, 7].map(|hash| read(&mut line, hash, "ada"));
        line.park(second, "second");
        line.park(third, "third");
        assert!(leave(&mut line, second).is_empty());
        assert_eq!(share(&mut line, first), ["second", "third"]);
        assert_eq!(line.take_result(third), Some("result"));
        leave(&mut line, third);
        assert!(line.members.is_empty());
    }

    #[test]
    fn what_is_forgotten_is_not_shared_any_more() {
        let mut line = Line::<&str>::default();
        let first = read(&mut line, 7, "ada");
        line.forget(7);
        let second = read(&mut line, 7, "ada");
        assert!(line.is_first(second));
        leave(&mut line, first);
        let third = read(&mut line, 7, "ada");
        assert!(!line.is_first(third));
    }

    #[test]
    fn another_read_with_the_same_hash_waits_and_shares_nothing() {
        let mut line = Line::default();
        let [first, other] = [read(&mut line, 7, "ada"), read(&mut line, 7, "eve")];
        let last = read(&mut line, 7, "ada");
        line.park(other, "other");
        line.park(last, "last");
        assert_eq!(share(&mut line, first), ["other"]);
        assert_eq!(line.take_result(other), None);
        assert!(!line.is_first(last));
    }

    #[test]
    fn one_that_never_leaves_is_waited_for_until_it_should_have_left() {
        let mut line = Line::default();
        let dropped = line.join(vec![1], String::new(), 100.0);
        let next = line.join(vec![1], String::new(), 900.0);
        line.park(next, "next");
        assert_eq!(line.turn_due(next), 100.0);
        assert!(line.overdue(99.0).is_empty());
        assert_eq!(line.overdue(100.0), [dropped]);
        assert_eq!(leave(&mut line, dropped), ["next"]);
        // Its number belongs to another member by now, so leaving has no effect.
        let third = line.join(vec![1], String::new(), 900.0);
        assert_eq!(third.number, dropped.number);
        line.park(third, "third");
        assert!(leave(&mut line, dropped).is_empty());
        assert_eq!(leave(&mut line, next), ["third"]);
    }

    #[test]
    fn one_that_goes_on_is_not_overdue() {
        let mut line = Line::<&str>::default();
        let first = line.join(vec![1], String::new(), 100.0);
        line.go_on(Some(first), 500.0);
        assert!(line.overdue(499.0).is_empty());
        assert_eq!(line.overdue(500.0), [first]);
    }

    proptest! {
        /// Compares the line with a model: a write is first when no earlier one with an id in common is in flight. One that
        /// gave up counts as long as it would still wait itself.
        #[test]
        fn it_is_what_it_is_defined_to_be(
            steps in prop::collection::vec((prop::collection::vec(0_u32..6, 1..4), any::<bool>(), any::<u8>()), 1..60),
        ) {
            let mut order = Line::default();
            // Place, keys, whether it has left.
            let mut model: Vec<(Place, Vec<u32>, bool)> = Vec::new();
            let blocked = |model: &[(Place, Vec<u32>, bool)], at: usize| {
                let (_, keys, _) = &model[at];
                model[..at].iter().any(|(_, others, _)| keys.iter().any(|key| others.contains(key)))
            };
            for (keys, joins, pick) in steps {
                if joins || model.iter().all(|(.., left)| *left) {
                    let number = write(&mut order, &keys);
                    order.park(number, number.serial);
                    model.push((number, keys, false));
                } else {
                    let there: Vec<usize> = (0..model.len()).filter(|at| !model[*at].2).collect();
                    let at = there[usize::from(pick) % there.len()];
                    let was_blocked: Vec<bool> = (0..model.len()).map(|at| blocked(&model, at)).collect();
                    let mut woken = leave(&mut order, model[at].0);
                    model[at].2 = true;
                    let mut expected = Vec::new();
                    let before: Vec<Place> = model.iter().map(|it| it.0).collect();
                    while let Some(gone) = (0..model.len()).find(|at| model[*at].2 && !blocked(&model, *at)) {
                        model.remove(gone);
                    }
                    for at in 0..model.len() {
                        let old = before.iter().position(|number| *number == model[at].0).unwrap();
                        if was_blocked[old] && !blocked(&model, at) && !model[at].2 {
                            expected.push(model[at].0.serial);
                        }
                    }
                    woken.retain(|serial| model.iter().any(|it| it.0.serial == *serial && !it.2));
                    woken.sort_unstable();
                    expected.sort_unstable();
                    assert_eq!(woken, expected);
                }
                for at in 0..model.len() {
                    assert_eq!(order.is_first(model[at].0), !blocked(&model, at));
                }
            }
        }
    }
}
