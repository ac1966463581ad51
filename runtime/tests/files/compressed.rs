//! Compressed captures.

use super::message;

#[cfg(feature = "gzip")]
mod gzip {
    use crate::{pcap, read, read_all};
    use flate2::write::GzEncoder;
    use packet_runtime::file::{Compression, Reader};
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn it_is_read_as_what_it_contains() {
        let file = gzip(pcap::small());
        assert_eq!(read_all(&file), read_all(pcap::small()));
        assert_eq!(Reader::new(file.as_slice()).unwrap().compression(), Some(Compression::Gzip));
    }

    #[test]
    fn several_members_are_one_file() {
        let (start, rest) = pcap::small().split_at(30);
        assert_eq!(read_all(&[gzip(start), gzip(rest)].concat()), read_all(pcap::small()));
    }

    #[test]
    fn data_that_is_cut_short_is_told() {
        let file = gzip(pcap::small());
        for length in 2..file.len() {
            let (packets, error) = read(file.get(..length).unwrap());
            assert!(packets.len() <= 2);
            assert!(error.unwrap().to_string().contains("the gzip data can't be decompressed"), "cut at {length}");
        }
    }
}

#[cfg(feature = "zstd")]
mod zstandard {
    use crate::{pcap, read, read_all};
    use packet_runtime::file::{Compression, Reader};

    #[test]
    fn it_is_read_as_what_it_contains() {
        let file = zstd::encode_all(pcap::small(), 3).unwrap();
        assert_eq!(read_all(&file), read_all(pcap::small()));
        assert_eq!(Reader::new(file.as_slice()).unwrap().compression(), Some(Compression::Zstd));
    }

    #[test]
    fn a_window_of_two_gigabytes_is_refused() {
        let header = crate::hex("28b52ffd 00 a8 010000");
        assert!(crate::message(&header).contains("too much memory"), "{}", crate::message(&header));
    }

    #[test]
    fn data_that_is_cut_short_is_told() {
        let file = zstd::encode_all(pcap::small(), 3).unwrap();
        for length in 4..file.len() {
            let (packets, error) = read(file.get(..length).unwrap());
            assert!(packets.len() <= 2);
            assert!(error.unwrap().to_string().contains("the Zstandard data can't be decompressed"), "cut at {length}");
        }
    }
}

#[test]
fn compression_that_is_not_read_is_named() {
    for (start, name) in [(b"\xfd7zXZ\0\0\x04".as_slice(), "xz"), (b"BZh91AY&SY", "bzip2"), (b"\x04\"M\x18d@", "LZ4")] {
        let expected = format!("the file is compressed by {name}, which can't be read here: decompress it first");
        assert_eq!(message(start), expected);
    }
}
