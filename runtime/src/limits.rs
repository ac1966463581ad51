//! Every cap of the runtime, each with its reason.
//!
//! What a file or a network says never decides how much memory is used: it decides only up to these numbers.

/// Bytes of the buffer through which a capture file is read.
///
/// Large enough that the system call costs nothing beside the copy, small enough that the bytes are still in the
/// second-level cache when the packet is decoded.
pub const INPUT_BUFFER: usize = 256 * 1024;

/// Bytes of the buffer through which a capture file is written: one system call for many packets.
pub const OUTPUT_BUFFER: usize = 256 * 1024;

/// The largest record (a pcap record, a pcapng block that is needed) in bytes, and so the most the input buffer grows
/// to.
///
/// No link carries packets of this size; the same bound is libpcap's for pcapng blocks. A block that is only skipped
/// may be larger, since nothing of it is kept.
pub const LARGEST_RECORD: u32 = 16 * 1024 * 1024;

/// Captured length in bytes that a pcap record may have whatever the snapshot length in the file's header says.
///
/// Writers put wrong snapshot lengths (65535, 96, 0) into headers of files with longer packets, so that the header's
/// number can raise this limit (up to [`LARGEST_RECORD`]) but not lower it. It is libpcap's and Wireshark's largest
/// packet.
pub const USUAL_LARGEST_CAPTURE: u32 = 256 * 1024;

/// Interfaces that one pcapng file may describe.
///
/// They are kept as long as the file is read, and each needs several times the memory of its 20 bytes in the file.
pub const INTERFACES: usize = 65_536;

/// Bytes that are kept of the name and of the description of an interface; together with [`INTERFACES`] it bounds what
/// a hostile file makes the reader remember.
pub const INTERFACE_TEXT: usize = 256;

/// Packets of one batch: enough that handing it to another thread costs nothing a packet.
pub const BATCH_PACKETS: usize = 1024;

/// Bytes of packet data after which a batch is full. The last packet may go beyond, so that every packet fits.
pub const BATCH_BYTES: usize = 512 * 1024;

/// Logarithm of the largest Zstandard window, in bytes.
///
/// A frame header asks for the window's memory before any of its data is there. 2^27 bytes is what the `zstd` command
/// accepts unless told otherwise, and what `--long` writes.
#[cfg(feature = "zstd")]
pub const ZSTD_WINDOW_LOG: u32 = 27;

/// Networks of VLANs and tunnels that a table of flows tells apart, beside those of one VLAN. Each takes some fifty bytes for as
/// long as there is the table.
pub const FLOW_CONTEXTS: usize = 65_536;

/// Packets of which a table of flows remembers the ports, for their later fragments.
pub const FLOW_FRAGMENTS: usize = 4096;

/// Layers of a registry in one packet: as deep as tunnels of them are followed.
pub const ADDED_LAYERS: usize = 16;
