//! Enums whose values JavaScript tells as numbers.

/// Declares an enum with a number for each value, and the way back from the number. A number that no value has
/// is read as the value after `else`.
macro_rules! numbered {
    (
        $(#[$about:meta])*
        pub enum $name:ident else $other:ident {
            $($(#[$doc:meta])* $value:ident = $number:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u32)]
        pub enum $name {
            $($(#[$doc])* $value = $number,)+
        }

        impl $name {
            /// How many there are.
            pub const COUNT: u32 = [$($number),+].len() as u32;

            /// The one with this number.
            pub const fn from_number(number: u32) -> Self {
                match number {
                    $($number => $name::$value,)+
                    _ => $name::$other,
                }
            }
        }
    };
}
pub(crate) use numbered;
