//! What generated packet code calls: bits, checksums, errors.
