//! Compressed captures: what they are recognised by, and reading what they contain.

use std::fmt;
use std::io::{self, Read};

/// How a capture file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Compression {
    /// gzip [RFC 1952](https://www.rfc-editor.org/rfc/rfc1952), read with the feature `gzip`.
    Gzip,
    /// Zstandard [RFC 8878](https://www.rfc-editor.org/rfc/rfc8878), read with the feature `zstd`.
    Zstd,
    /// LZ4 frames, recognised but not read.
    Lz4,
    /// xz, recognised but not read.
    Xz,
    /// bzip2, recognised but not read.
    Bzip2,
}

impl Compression {
    /// The compression that the first bytes of a file show.
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        const MAGIC: [(&[u8], Compression); 5] = [
            (b"\x1f\x8b", Compression::Gzip),
            (b"\x28\xb5\x2f\xfd", Compression::Zstd),
            (b"\x04\x22\x4d\x18", Compression::Lz4),
            (b"\xfd7zXZ\0", Compression::Xz),
            (b"BZh", Compression::Bzip2),
        ];
        MAGIC.iter().find(|(magic, _)| start.starts_with(magic)).map(|&(_, compression)| compression)
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "gzip",
            Self::Zstd => "Zstandard",
            Self::Lz4 => "LZ4",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
        })
    }
}

/// The bytes that were read to recognise the format, and then the rest of the input.
#[cfg(any(feature = "gzip", feature = "zstd"))]
type Whole<R> = io::Chain<io::Cursor<Vec<u8>>, R>;

#[cfg(any(feature = "gzip", feature = "zstd"))]
fn whole<R: Read>(start: &[u8], input: R) -> Whole<R> {
    io::Cursor::new(start.to_vec()).chain(input)
}

/// Where the bytes of the capture come from: the input itself, or a decompressor of it.
pub(super) enum Source<R: Read> {
    Plain(R),
    #[cfg(feature = "gzip")]
    Gzip(Box<flate2::read::MultiGzDecoder<Whole<R>>>),
    #[cfg(feature = "zstd")]
    Zstd(Box<zstd::Decoder<'static, io::BufReader<Whole<R>>>>),
}

impl<R: Read> Source<R> {
    /// A source of what this one contains, of which `start` was read before. `None` if this build can't decompress it.
    pub(super) fn decompress(self, compression: Compression, start: &[u8]) -> io::Result<Option<Self>> {
        match (compression, self, start) {
            #[cfg(feature = "gzip")]
            (Compression::Gzip, Self::Plain(input), start) => {
                Ok(Some(Self::Gzip(Box::new(flate2::read::MultiGzDecoder::new(whole(start, input))))))
            }
            #[cfg(feature = "zstd")]
            (Compression::Zstd, Self::Plain(input), start) => {
                let mut decoder = zstd::Decoder::new(whole(start, input))?;
                decoder.window_log_max(crate::limits::ZSTD_WINDOW_LOG)?;
                Ok(Some(Self::Zstd(Box::new(decoder))))
            }
            _ => Ok(None),
        }
    }

    /// How the input is compressed.
    pub(super) fn compression(&self) -> Option<Compression> {
        match self {
            Self::Plain(_) => None,
            #[cfg(feature = "gzip")]
            Self::Gzip(_) => Some(Compression::Gzip),
            #[cfg(feature = "zstd")]
            Self::Zstd(_) => Some(Compression::Zstd),
        }
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(input) => input.read(buffer),
            #[cfg(feature = "gzip")]
            Self::Gzip(decoder) => decoder.read(buffer),
            #[cfg(feature = "zstd")]
            Self::Zstd(decoder) => decoder.read(buffer),
        }
    }
}
