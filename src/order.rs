//! Writes to one id go one after the other: what is late, or sent again, must not overtake what was written after it.
//! The npm package has the same in `pkg/src/order.js`, on promises.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::future::poll_fn;
use core::task::{Context, Poll, Waker};

/// The last write to each id, while there is one.
#[derive(Default)]
pub(crate) struct Order {
    last: RefCell<BTreeMap<String, Rc<Write>>>,
}

#[derive(Default)]
struct Write {
    before: Option<Rc<Write>>,
    has_ended: Cell<bool>,
    waiting: RefCell<Vec<Waker>>,
}

/// A place in the line. The write has ended once it is dropped.
pub(crate) struct Turn<'a> {
    order: &'a Order,
    id: String,
    write: Rc<Write>,
}

impl Order {
    pub fn join(&self, id: &str) -> Turn<'_> {
        let mut last = self.last.borrow_mut();
        let write = Rc::new(Write { before: last.get(id).cloned(), ..Write::default() });
        last.insert(id.into(), write.clone());
        Turn { order: self, id: id.into(), write }
    }
}

impl Turn<'_> {
    /// Ends once all the writes before have ended.
    pub async fn come(&self) {
        if let Some(before) = &self.write.before {
            poll_fn(|context| before.poll_ended(context)).await;
        }
    }
}

impl Write {
    /// One that gave up while it waited has not ended before those that it waited for.
    fn poll_ended(&self, context: &Context<'_>) -> Poll<()> {
        if !self.has_ended.get() {
            self.waiting.borrow_mut().push(context.waker().clone());
            return Poll::Pending;
        }
        self.before.as_ref().map_or(Poll::Ready(()), |before| before.poll_ended(context))
    }

    fn is_first(&self) -> bool {
        self.before.as_ref().is_none_or(|before| before.has_ended.get() && before.is_first())
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.write.has_ended.set(true);
        let mut last = self.order.last.borrow_mut();
        if last.get(&self.id).is_some_and(|write| Rc::ptr_eq(write, &self.write)) && self.write.is_first() {
            last.remove(&self.id);
        }
        drop(last);
        self.write.waiting.take().into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::future::Future;
    use core::pin::pin;

    fn has_come(turn: &Turn<'_>) -> bool {
        pin!(turn.come()).poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[test]
    fn writes_to_one_id_come_in_the_order_in_which_they_joined() {
        let order = Order::default();
        let (first, other) = (order.join("ada"), order.join("eve"));
        let (second, third) = (order.join("ada"), order.join("ada"));
        assert!(has_come(&first) && has_come(&other));
        assert!(!has_come(&second) && !has_come(&third));
        drop(first);
        assert!(has_come(&second) && !has_come(&third));
        drop(second);
        assert!(has_come(&third));
    }

    #[test]
    fn one_that_gives_up_lets_nobody_past_those_before_it() {
        let order = Order::default();
        let (first, second, third) = (order.join("ada"), order.join("ada"), order.join("ada"));
        drop(second);
        assert!(!has_come(&third));
        drop(first);
        assert!(has_come(&third));
        drop(third);
        assert!(order.last.borrow().is_empty());
    }
}
