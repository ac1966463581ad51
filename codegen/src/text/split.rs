//! Where one piece of a text ends and the next begins.
//!
//! A piece is what a grammar's repetition repeats: an item, a field, an arm, a row. Pieces end with `;`, with `,` or with
//! their braces; what holds them says which.

use std::ops::Range;

use super::Rule;
use super::scan::{Kind, Scan};
use super::words;

/// What holds the pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inside {
    File,
    Body,
    Bits,
    Arms,
    Provided,
    Codec,
    CodecArms,
    Enumerators,
    Flags,
    Members,
    BindRows,
    Extension,
    Meta,
    Carried,
    Reply,
    Names,
    Checks,
}

impl Inside {
    /// The rule that reads one piece.
    pub(super) fn rule(self, head: &str) -> Rule {
        match self {
            Self::File if head == "module" => Rule::one_module,
            Self::File if head == "use" => Rule::one_use,
            Self::File => Rule::one_item,
            Self::Body => Rule::one_body_item,
            Self::Bits => Rule::one_field,
            Self::Arms => Rule::one_arm,
            Self::Provided => Rule::one_provided,
            Self::Codec => Rule::one_codec_item,
            Self::CodecArms => Rule::one_codec_arm,
            Self::Enumerators => Rule::one_enumerator,
            Self::Flags => Rule::one_flag,
            Self::Members => Rule::one_member,
            Self::BindRows => Rule::one_bind_row,
            Self::Extension => Rule::one_extend_row,
            Self::Meta => Rule::one_meta_item,
            Self::Carried => Rule::one_carried,
            Self::Reply => Rule::one_reply_item,
            Self::Names => Rule::one_name_row,
            Self::Checks => Rule::one_check,
        }
    }

    /// What ends a piece without braces.
    pub(super) fn terminator(self) -> &'static str {
        match self {
            Self::Enumerators | Self::Flags => ",",
            Self::File
            | Self::Body
            | Self::Bits
            | Self::Arms
            | Self::Provided
            | Self::Codec
            | Self::CodecArms
            | Self::Members
            | Self::BindRows
            | Self::Extension
            | Self::Meta
            | Self::Carried
            | Self::Reply
            | Self::Names
            | Self::Checks => ";",
        }
    }

    /// What the pieces in a brace of such a piece are; `None` where the brace is part of the piece's own grammar.
    pub(super) fn within(self, head: &str) -> Option<Self> {
        match self {
            Self::File => match head {
                "layer" | "struct" | "mixin" => Some(Self::Body),
                "enum" => Some(Self::Enumerators),
                "flags" => Some(Self::Flags),
                "interface" => Some(Self::Members),
                "codec" => Some(Self::Codec),
                "bind" => Some(Self::BindRows),
                "extend" => Some(Self::Extension),
                "meta" => Some(Self::Meta),
                "reply" => Some(Self::Reply),
                "alias" => Some(Self::Names),
                "test" => Some(Self::Checks),
                _ => None,
            },
            Self::Body => match head {
                "match" => Some(Self::Arms),
                "if" => Some(Self::Body),
                "provide" => Some(Self::Provided),
                "bits" => Some(Self::Bits),
                _ => None,
            },
            Self::Codec => match head {
                "match" => Some(Self::CodecArms),
                "repeat" => Some(Self::Codec),
                _ => None,
            },
            Self::Arms | Self::Extension => Some(Self::Body),
            Self::CodecArms => Some(Self::Codec),
            Self::Meta if head == "on" => Some(Self::Carried),
            Self::Meta
            | Self::Bits
            | Self::Provided
            | Self::Enumerators
            | Self::Flags
            | Self::Members
            | Self::BindRows
            | Self::Carried
            | Self::Reply
            | Self::Names
            | Self::Checks => None,
        }
    }
}

/// A piece: its tokens, the one that says what it is, and what stands in its braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// All its tokens, its documentation, its attributes and its end included.
    pub(super) tokens: Range<usize>,
    /// The first token behind documentation and attributes.
    pub(super) head: usize,
    /// What its braces hold, where they hold pieces.
    pub(super) within: Option<Inside>,
    /// Its `;` or `,`, if it has one.
    pub(super) end: Option<usize>,
}

/// The next piece that starts at this token.
pub(super) fn next(scan: &Scan, inside: Inside, tokens: Range<usize>) -> Piece {
    let head = skip_attributes(scan, tokens.clone());
    let word = head_word(scan, inside, head);
    let within = inside.within(word);
    let by_semicolon = inside == Inside::File && within.is_none() && words::ITEMS.contains(&scan.text(head));
    let mut at = head;
    while at < tokens.end {
        match scan.text(at) {
            ";" => return Piece { tokens: tokens.start..at + 1, head, within, end: Some(at) },
            "," if parted_by_commas(inside) => {
                return Piece { tokens: tokens.start..at + 1, head, within, end: Some(at) };
            }
            "{" => {
                let close = scan.partner(at).clamp(at, tokens.end - 1);
                at = close + 1;
                if !by_semicolon && !goes_on(scan, word, at, tokens.end) {
                    return Piece { tokens: tokens.start..at, head, within, end: None };
                }
            }
            _ => at = scan.partner(at).clamp(at, tokens.end - 1) + 1,
        }
    }
    Piece { tokens, head, within, end: None }
}

/// The first token behind documentation and `@attributes(…)`.
fn skip_attributes(scan: &Scan, tokens: Range<usize>) -> usize {
    let mut at = tokens.start;
    while at < tokens.end {
        if scan.kind(at) == Some(Kind::Doc) {
            at += 1;
        } else if scan.is(at, "@") && scan.kind(at + 1) == Some(Kind::Word) && at + 1 < tokens.end {
            at += 2;
            if scan.is(at, "(") && at < tokens.end {
                at = scan.partner(at).clamp(at, tokens.end - 1) + 1;
            }
        } else {
            return at;
        }
    }
    at
}

/// The word that says what a piece is, or nothing if it is what has no word.
pub(super) fn head_word(scan: &Scan, inside: Inside, head: usize) -> &str {
    let word = scan.text(head);
    match (inside, word) {
        // `bits` is also a good name for a field.
        (Inside::Body, "bits") if scan.kind(head + 1) != Some(Kind::Word) => "",
        (Inside::File, "test") => {
            let kind = if scan.kind(head + 1) == Some(Kind::Text) { head + 2 } else { head + 1 };
            let other = matches!(scan.text(kind), "reject" | "build" | "law") && scan.kind(kind + 1) != Some(Kind::Hex);
            if other { "" } else { word }
        }
        _ => word,
    }
}

/// Whether `,` ends a piece here.
fn parted_by_commas(inside: Inside) -> bool {
    matches!(inside, Inside::Enumerators | Inside::Flags | Inside::Extension)
}

/// Whether a piece goes on behind its closing brace: `else`, or the `while` of `repeat`.
fn goes_on(scan: &Scan, head: &str, at: usize, end: usize) -> bool {
    at < end && ((head == "if" && scan.is(at, "else")) || (head == "repeat" && scan.is(at, "while")))
}
