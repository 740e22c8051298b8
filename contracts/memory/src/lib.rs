//! The functions to which the compiler turns copies, fillings and comparisons of memory, by words of eight bytes.
//!
//! ink! links `rlibc`, whose loops take ten instructions for each byte: three quarters of all instructions of a claim. The linker
//! takes what defines a symbol first, and that is this crate in every contract that depends on it. Nobody calls it by name.
#![no_std]
// Else the compiler would turn the loops to calls of what they define.
#![no_builtins]
#![warn(missing_docs)]

pub mod bytes;

/// The names that the compiler calls.
#[cfg(target_arch = "wasm32")]
mod symbols {
    use crate::bytes;

    #[no_mangle]
    unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
        bytes::copy_forwards(to, from, count);
        to
    }

    #[no_mangle]
    unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, count: usize) -> *mut u8 {
        if to.cast_const() <= from {
            memcpy(to, from, count);
        } else {
            bytes::copy_backwards(to, from, count);
        }
        to
    }

    #[no_mangle]
    unsafe extern "C" fn memset(to: *mut u8, byte: i32, count: usize) -> *mut u8 {
        // As C has it: the lowest byte.
        let [byte, ..] = byte.to_le_bytes();
        bytes::fill(to, byte, count);
        to
    }

    #[no_mangle]
    unsafe extern "C" fn memcmp(one: *const u8, other: *const u8, count: usize) -> i32 {
        bytes::compare(one, other, count)
    }
}
