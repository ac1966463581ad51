//! Building: from the value of a packet to its bytes.
//!
//! A pass lays the packet out in the order of the wire, with what is known of derived fields so far, into the same arena that
//! reading fills; then every derived field is evaluated over it. This repeats until nothing changes any more.

mod buffer;
mod choose;
mod derive;
mod error;
mod field;
mod layout;
mod number;
mod settle;

pub(super) use choose::container_of;
pub(super) use settle::settle;

pub use error::{BuildError, BuildErrorKind, BuildWarning, BuildWarningKind};

use super::{Dissection, PacketValue};
use crate::Schema;
use derive::{Memory, Report};
use layout::Layout;

/// Lengths that depend on themselves settle within a few passes; more means that they never do.
const MAX_PASSES: u32 = 8;

/// Builds packets of a schema.
#[derive(Clone, Copy, Debug)]
pub struct Builder<'a> {
    schema: &'a Schema,
    seed: u64,
}

/// A packet that was built.
#[derive(Clone, Debug)]
pub struct Built {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where everything is in them.
    pub dissection: Dissection,
    /// What could not be derived, and was left 0.
    pub warnings: Vec<BuildWarning>,
}

impl<'a> Builder<'a> {
    /// A builder whose random fields are drawn from the seed 0.
    #[must_use]
    pub fn new(schema: &'a Schema) -> Self {
        Self { schema, seed: 0 }
    }

    /// Draws random fields from another seed: the same seed gives the same packet.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Builds a packet.
    ///
    /// # Errors
    ///
    /// A value can't be what it was set to. An invalid packet is built all the same where its fields are raw.
    pub fn build(&self, value: &PacketValue) -> Result<Built, BuildError> {
        let (layout, report) = lay_out(self.schema, value, Memory::new(self.seed))?;
        layout.finish(report)
    }
}

/// Lays a packet out until nothing changes any more.
fn lay_out<'a, 'v>(
    schema: &'a Schema,
    value: &'v PacketValue,
    mut memory: Memory,
) -> Result<(Layout<'a, 'v>, Report), BuildError> {
    let mut passes = 0;
    loop {
        let mut layout = Layout::new(schema, value, memory);
        layout.packet()?;
        let report = derive::derive(&mut layout);
        passes += 1;
        match report.changed {
            None => return Ok((layout, report)),
            Some(field) if passes == MAX_PASSES => {
                let unstable = || BuildError::at(schema, field, BuildErrorKind::Unstable);
                return Err(report.too_wide.unwrap_or_else(unstable));
            }
            Some(_) => memory = layout.memory,
        }
    }
}
