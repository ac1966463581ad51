//! Packets and capture files.

pub mod file;
pub mod limits;
