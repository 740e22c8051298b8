//! Errors that are passed on without being taken apart.

use interfaces::permit::PermitError;
use interfaces::relayed::Relayed;
use scale::{Decode, Encode};

fn relayed() -> Relayed<PermitError> {
    PermitError::WrongSignature.into()
}

#[test]
fn a_relayed_error_is_the_error_on_the_wire_and_off_it() {
    let encoded = PermitError::WrongSignature.encode();
    assert_eq!(relayed().encode(), encoded);
    assert_eq!(Relayed::decode(&mut &encoded[..]), Ok(relayed()));
    assert_eq!(relayed().error(), Ok(PermitError::WrongSignature));
    assert_eq!(format!("{:?}", relayed()), "Ok(WrongSignature)");
}

#[test]
fn another_error_is_not_equal() {
    assert_ne!(relayed(), Relayed::from(PermitError::Expired));
}

#[test]
fn what_is_no_error_of_the_other_contract_is_none() {
    let strange = Relayed::<PermitError>::new(vec![9]);
    assert!(strange.error().is_err());
    assert!(Relayed::<PermitError>::decode(&mut &[9][..]).is_err());
}
