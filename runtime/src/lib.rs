//! Capture files, and who talks to whom in them.

pub mod file;
pub mod flow;
pub mod limits;
