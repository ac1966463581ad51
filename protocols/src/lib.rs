//! Protocol definitions, one folder each.
