//! Errors of other contracts, passed on.

use core::fmt::{Debug, Formatter};
use core::marker::PhantomData;
use ink::prelude::vec::Vec;
use scale::{Decode, Encode, Error, Input, Output};

/// An error as another contract returned it, still encoded: whoever only passes it on needs no code to take it apart.
///
/// On the wire and in the metadata it is the error itself.
pub struct Relayed<E> {
    encoded: Vec<u8>,
    of: PhantomData<E>,
}

impl<E> Relayed<E> {
    /// An error that a contract returned.
    pub fn new(encoded: Vec<u8>) -> Self {
        let of = PhantomData;
        Self { encoded, of }
    }
}

impl<E: Decode> Relayed<E> {
    /// The error.
    ///
    /// # Errors
    /// If the other contract returned something else.
    pub fn error(&self) -> Result<E, Error> {
        E::decode(&mut self.encoded.as_slice())
    }
}

impl<E: Encode> From<E> for Relayed<E> {
    fn from(error: E) -> Self {
        Self::new(error.encode())
    }
}

impl<E> Encode for Relayed<E> {
    fn encode_to<O: Output + ?Sized>(&self, output: &mut O) {
        output.write(&self.encoded);
    }
}

impl<E: Decode + Encode> Decode for Relayed<E> {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        E::decode(input).map(Self::from)
    }
}

impl<E> PartialEq for Relayed<E> {
    fn eq(&self, other: &Self) -> bool {
        self.encoded == other.encoded
    }
}

impl<E> Eq for Relayed<E> {}

impl<E: Decode + Debug> Debug for Relayed<E> {
    fn fmt(&self, formatter: &mut Formatter) -> core::fmt::Result {
        self.error().fmt(formatter)
    }
}

#[cfg(feature = "std")]
impl<E: scale_info::TypeInfo + 'static> scale_info::TypeInfo for Relayed<E> {
    type Identity = E::Identity;

    fn type_info() -> scale_info::Type {
        E::type_info()
    }
}
