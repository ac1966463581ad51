//! Packets, the capture files that they come from, and who talks to whom in them.

pub mod file;
pub mod flow;
pub mod limits;
pub mod packet;
