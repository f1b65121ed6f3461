//! The world outside, as everything else here sees it: values, a clock, a random number, and who is told of events.

use super::error::CallError;
use super::event::Event;
use super::values::HostValues;

/// What a program brings along, beside its values. Its methods decide nothing either.
pub trait Host: HostValues {
    /// What wakes a call that waits for another.
    type Waker;
    /// Who hears of events.
    type Listener: Clone;

    /// Milliseconds from some point on; never jumps.
    fn now(&self) -> f64;

    /// Milliseconds since the Unix epoch, by the local clock.
    fn unix_ms(&self) -> f64;

    /// A number from 0 up to, and without, 1.
    fn random(&self) -> f64;

    /// Has the call that waits go on, later: not before this returns.
    fn wake(waker: Self::Waker);

    /// Tells a listener.
    fn tell(listener: &Self::Listener, event: &Event<'_, Self>);

    /// Validates data by [`crate::rules::validate`] and writes it. What was checked is what is written.
    ///
    /// # Errors
    /// `invalid_data`, `unrepresentable_value` or `data_too_large`, with the place below `path`.
    fn write_data(value: &Self::Value, path: &str) -> Result<Self::Text, CallError<Self>>;

    /// [`Host::write_data`] without the member of this name.
    ///
    /// # Errors
    /// As [`Host::write_data`].
    fn write_data_without(value: &Self::Value, name: &str, path: &str) -> Result<Self::Text, CallError<Self>>;

    /// Validates the members of an object and writes it; gives what was written as a value too. Each member is data of its
    /// own, and its place begins with its name.
    ///
    /// # Errors
    /// As [`Host::write_data`], without a limit of the size.
    fn write_members(object: &Self::Value, path: &str) -> Result<(Self::Text, Self::Value), CallError<Self>>;
}
