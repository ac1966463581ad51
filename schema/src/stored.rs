//! A checked schema as bytes: for a program that brings its definitions along, and need not read them whenever it starts.
//!
//! The bytes are for the same version of this crate that wrote them. Tests of definitions are left out.

use crate::Schema;
use std::error::Error;
use std::fmt;

/// The bytes of a schema; the same for the same schema.
///
/// # Errors
///
/// None that is known; what writes the bytes might have some.
pub fn write(schema: &Schema) -> Result<Vec<u8>, StoredError> {
    postcard::to_allocvec(schema).map_err(StoredError)
}

/// The schema that was written.
///
/// # Errors
///
/// The bytes are none of [`write()`]'s, or of another version's.
pub fn read(bytes: &[u8]) -> Result<Schema, StoredError> {
    postcard::from_bytes(bytes).map_err(StoredError)
}

/// Bytes are no schema.
#[derive(Clone, Debug)]
pub struct StoredError(postcard::Error);

impl fmt::Display for StoredError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "no schema of this version: {}", self.0)
    }
}

impl Error for StoredError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}
