//! Capture files: what is read of files made by hand, what is said of damaged ones, and what is written.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test")]

mod compressed;
mod damage;
mod pcap;
mod pcapng;
mod round_trip;

use packet_runtime::file::{Batch, FileError, LinkType, Packet, Reader};
use std::io::Read;

/// A packet that owns its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owned {
    frame: u64,
    timestamp: Option<i128>,
    data: Vec<u8>,
    origlen: u32,
    link_type: LinkType,
    interface: u32,
    fcs_len: Option<u8>,
    comments: Vec<String>,
}

impl From<Packet<'_>> for Owned {
    fn from(packet: Packet<'_>) -> Self {
        assert_eq!(packet.caplen() as usize, packet.data.len());
        Self {
            frame: packet.frame,
            timestamp: packet.timestamp,
            data: packet.data.to_vec(),
            origlen: packet.origlen,
            link_type: packet.link_type,
            interface: packet.interface,
            fcs_len: packet.fcs_len,
            comments: packet.options.comments().map(str::to_owned).collect(),
        }
    }
}

/// The packets of a file, and the error that stopped it. After that there must be nothing.
fn read(input: impl Read) -> (Vec<Owned>, Option<FileError>) {
    let mut reader = match Reader::new(input) {
        Ok(reader) => reader,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut packets = Vec::new();
    let error = loop {
        match reader.next() {
            Ok(Some(packet)) => packets.push(packet.into()),
            Ok(None) => break None,
            Err(error) => break Some(error),
        }
    };
    assert!(matches!(reader.next(), Ok(None)));
    (packets, error)
}

/// The same by batches.
fn read_batches(input: impl Read) -> (Vec<Owned>, Option<FileError>) {
    let mut reader = match Reader::new(input) {
        Ok(reader) => reader,
        Err(error) => return (Vec::new(), Some(error)),
    };
    let mut packets = Vec::new();
    let mut batch = Batch::new();
    let error = loop {
        match reader.read_batch(&mut batch) {
            Ok(true) => packets.extend(batch.iter().map(Owned::from)),
            Ok(false) => break None,
            Err(error) => break Some(error),
        }
        assert_eq!(batch.get(0).map(|packet| packet.frame), batch.iter().next().map(|packet| packet.frame));
    };
    assert!(batch.is_empty());
    assert!(matches!(reader.read_batch(&mut batch), Ok(false)));
    (packets, error)
}

/// What is read of a file that has no damage.
fn read_all(input: &[u8]) -> Vec<Owned> {
    let (packets, error) = read(input);
    assert!(error.is_none(), "{}", error.unwrap());
    packets
}

/// The message about a damaged file.
fn message(input: &[u8]) -> String {
    read(input).1.expect("an error").to_string()
}

/// Bytes written as hexadecimal digits, with white space anywhere.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.split_whitespace().flat_map(str::chars).map(|c| c.to_digit(16).unwrap()).collect();
    digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}

#[test]
fn what_is_no_capture_file_is_refused_with_its_first_bytes() {
    assert_eq!(message(b""), "the file is empty");
    assert_eq!(message(b"GIF89a..."), "not a pcap or pcapng file (starts with \"GIF89a..\")");
    assert_eq!(message(b"snoop\0\0\0\0\0\0\x02"), "not a pcap or pcapng file (starts with \"snoop\\x00\\x00\\x00\")");
    assert_eq!(message(&hex("a1b2c3")), "not a pcap or pcapng file (starts with \"\\xa1\\xb2\\xc3\")");
}

#[test]
fn an_input_that_fails_is_an_error_behind_the_packets() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the cable is out"))
        }
    }
    let (packets, error) = read(pcap::small().chain(Fails));
    assert_eq!(packets.len(), 2);
    let message = "pcap record 3 at byte 63: the file can't be read: the cable is out";
    assert_eq!(error.unwrap().to_string(), message);
}

#[test]
fn an_interrupted_input_is_read_on() {
    struct Interrupted<'a>(&'a [u8], bool);
    impl Read for Interrupted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(std::io::ErrorKind::Interrupted.into());
            }
            self.0.read(&mut buffer[..10])
        }
    }
    let (packets, error) = read(Interrupted(pcap::small(), false));
    assert_eq!((packets.len(), error.is_none()), (2, true));
}
