//! Checksums, over data that may come in pieces.
//!
//! Each has a function for one slice, and an accumulator that takes pieces of any length, odd ones included, and gives
//! the same result however the data was cut.

mod crc;
mod inet;

pub use crc::{Crc16, Crc16Parameters, Crc16Tables, Crc32, crc16, crc32, crc32c};
pub use inet::{Inet16, absorbed, copy_and_sum, inet16, inet16_update, inet16_update_u16, inet16_update_u32};
