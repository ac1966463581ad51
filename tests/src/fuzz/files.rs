//! Any capture file.

use packet_runtime::file::{Batch, FileError, Reader};
use std::io::{self, Read};

/// Reads a capture file at once, in pieces, and in batches.
///
/// # Panics
///
/// Something panics; the packets depend on the way the file is read; or something follows an error.
pub fn files(data: &[u8]) {
    let whole = packets(data);
    let piece = data.first().map_or(1, |first| usize::from(first % 7) + 1);
    assert_eq!(packets(Pieces { rest: data, piece }), whole, "in pieces of {piece} bytes");
    assert_eq!(batches(data), whole, "in batches");
}

/// The packets, and how the file ends.
fn packets(input: impl Read) -> (Vec<String>, Option<String>) {
    let mut reader = match Reader::new(input) {
        Ok(reader) => reader,
        Err(error) => return (Vec::new(), Some(error.to_string())),
    };
    let mut packets = Vec::new();
    let error = loop {
        match reader.next() {
            Ok(Some(packet)) => {
                let _all = packet.options.into_iter().count();
                packets.push(format!("{packet:?}"));
            }
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    assert!(matches!(reader.next(), Ok(None)), "nothing follows the end");
    let _seen = (reader.format(), reader.compression(), reader.interfaces().len(), reader.offset());
    (packets, error.map(|error| error.to_string()))
}

/// The same, read in batches.
fn batches(data: &[u8]) -> (Vec<String>, Option<String>) {
    let mut packets = Vec::new();
    let mut read = || -> Result<(), FileError> {
        let mut reader = Reader::new(data)?;
        let mut batch = Batch::new();
        while reader.read_batch(&mut batch)? {
            packets.extend(batch.iter().map(|packet| format!("{packet:?}")));
        }
        Ok(())
    };
    let error = read().err().map(|error| error.to_string());
    (packets, error)
}

/// Input that comes a few bytes at a time.
struct Pieces<'a> {
    rest: &'a [u8],
    piece: usize,
}

impl Read for Pieces<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let end = self.piece.min(into.len());
        self.rest.read(into.get_mut(..end).unwrap_or_default())
    }
}
