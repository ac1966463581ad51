//! Values as text, and text as values, without allocation.
//!
//! Printing goes to anything that is [`core::fmt::Write`], in one call per value for all but long octet strings.

mod address;
mod label;
mod line;
mod octets;
mod time;
mod word;

pub use address::{ipv4, ipv6, parse_ipv4, parse_ipv6};
pub use label::{write_bytes, write_name};
pub use octets::{eui64, hex, hex_separated, mac, parse_eui64, parse_mac};
pub use time::timestamp;
pub use word::{before, digit, digits, is_word, with_digit, word};
