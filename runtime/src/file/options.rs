//! Options of pcapng blocks [draft-ietf-opsawg-pcapng
//! §3.5](https://datatracker.ietf.org/doc/html/draft-ietf-opsawg-pcapng#section-3.5).
//!
//! ```text
//!   0                   1                   2                   3
//!   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//!  +-------------------------------+-------------------------------+
//!  |          option code          |         option length         |
//!  +-------------------------------+-------------------------------+
//!  /                 value, padded to a multiple of 4              /
//!  +---------------------------------------------------------------+
//! ```

use super::error::Problem;
use super::order::ByteOrder;

/// Ends the list of options.
pub(super) const END: u16 = 0;
/// A comment, in UTF-8.
pub(super) const COMMENT: u16 = 1;

/// The options of a block, in the order of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) order: ByteOrder,
}

/// One option of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockOption<'a> {
    /// What the option says; the meaning of most codes depends on the type of the block.
    pub code: u16,
    /// Its value, without padding.
    pub value: &'a [u8],
}

impl<'a> Options<'a> {
    /// The comments (`opt_comment`) among the options. What is not UTF-8 is left out.
    pub fn comments(self) -> impl Iterator<Item = &'a str> {
        self.filter(|option| option.code == COMMENT).filter_map(|option| str::from_utf8(option.value).ok())
    }

    /// The byte order of numbers in the values.
    #[must_use]
    pub fn byte_order(self) -> ByteOrder {
        self.order
    }

    /// Takes the first option off; `None` at the end of the list.
    ///
    /// # Errors
    ///
    /// The option is longer than what is left of the block.
    pub(super) fn take_first(&mut self) -> Result<Option<BlockOption<'a>>, Problem> {
        let Some((&[a, b, c, d], rest)) = self.bytes.split_first_chunk() else { return Ok(None) };
        let code = self.order.u16([a, b]);
        let length = self.order.u16([c, d]);
        if code == END {
            self.bytes = &[];
            return Ok(None);
        }
        let Some((value, padded)) = rest.split_at_checked(usize::from(length)) else {
            return Err(Problem::OptionTooLong { code, length, available: rest.len() });
        };
        let padding = usize::from(length).next_multiple_of(4) - usize::from(length);
        self.bytes = padded.get(padding..).unwrap_or_default();
        Ok(Some(BlockOption { code, value }))
    }
}

/// Walks over the options up to the end of the list, or to an option that is longer than what is left of the block.
impl<'a> Iterator for Options<'a> {
    type Item = BlockOption<'a>;

    fn next(&mut self) -> Option<BlockOption<'a>> {
        if let Ok(option) = self.take_first() {
            return option;
        }
        self.bytes = &[];
        None
    }
}

impl BlockOption<'_> {
    /// The value as an array.
    ///
    /// # Errors
    ///
    /// It has another length.
    pub(super) fn array<const N: usize>(&self) -> Result<[u8; N], Problem> {
        let length = self.value.len();
        self.value.try_into().map_err(|_| Problem::OptionLength { code: self.code, length, expected: N })
    }
}
