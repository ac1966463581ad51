//! A line that shows a packet: its columns.

use crate::text::{decimal, pad_to, padded};
use packet_runtime::file::Packet;

/// Columns at which the parts of a line start, unless what precedes them is longer.
const TIME: usize = 6;
const WHO: usize = 20;
const LENGTH: usize = 62;
const LAYERS: usize = 69;
const SAYS: usize = 96;

/// What stands in a line behind the time.
///
/// Colours and characters of several bytes take less room on the screen than in the buffer. What writes some says how many bytes
/// the screen does not show.
pub(super) trait Parts {
    /// Who talks to whom.
    fn who(&mut self, out: &mut Vec<u8>) -> usize;

    /// The layers.
    fn layers(&mut self, out: &mut Vec<u8>) -> usize;

    /// What the top layer says, and what is wrong.
    fn says(&mut self, out: &mut Vec<u8>);
}

/// Appends a packet's line. `start` is when the first packet that has a time was captured.
pub(super) fn write(out: &mut Vec<u8>, packet: &Packet<'_>, start: Option<i128>, parts: &mut impl Parts) {
    let line = out.len();
    let digits = packet.frame.checked_ilog10().unwrap_or(0) as usize + 1;
    pad_to(out, line, (TIME - 1).saturating_sub(digits));
    decimal(out, packet.frame);
    out.push(b' ');
    time(out, packet, start);
    out.push(b' ');
    pad_to(out, line, WHO);
    let mut unseen = parts.who(out);
    out.push(b' ');
    pad_to(out, line, LENGTH + unseen);
    decimal(out, packet.origlen.into());
    out.push(b' ');
    pad_to(out, line, LAYERS + unseen);
    unseen += parts.layers(out);
    out.push(b' ');
    pad_to(out, line, SAYS + unseen);
    parts.says(out);
    while out.last() == Some(&b' ') {
        out.pop();
    }
    out.push(b'\n');
}

/// Seconds since the first packet.
fn time(out: &mut Vec<u8>, packet: &Packet<'_>, start: Option<i128>) {
    let (Some(time), Some(start)) = (packet.timestamp, start) else {
        return out.push(b'-');
    };
    let since = time - start;
    if since < 0 {
        out.push(b'-');
    }
    // A capture of more than 500 years shows times that are cut.
    let since = u64::try_from(since.unsigned_abs()).unwrap_or(u64::MAX);
    let seconds = since / 1_000_000_000;
    let width = seconds.checked_ilog10().unwrap_or(0) as usize + 1;
    let column = out.len();
    pad_to(out, column, 5_usize.saturating_sub(width));
    decimal(out, seconds);
    out.push(b'.');
    padded(out, (since / 1000 % 1_000_000) as u32, 6);
}
