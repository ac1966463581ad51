//! A writer by hand in safe code: the payload is summed while it is copied.

use super::{DST_MAC, DST_PORT, HEADERS, Parameters, SRC, SRC_MAC, TTL};
use packet_core::checksum::{Inet16, copy_and_sum};

/// The headers, of which the fields that differ are zero.
pub(crate) const TEMPLATE: [u8; HEADERS] = {
    let mut headers = [0; HEADERS];
    let (ethernet, ip) = headers.split_at_mut(14);
    let (dst, src) = ethernet.split_at_mut(6);
    dst.copy_from_slice(&DST_MAC);
    src.split_at_mut(6).0.copy_from_slice(&SRC_MAC);
    ethernet[12] = 0x08;
    ip[0] = 0x45;
    // Don't fragment.
    ip[6] = 0x40;
    ip[8] = TTL;
    ip[9] = 17;
    ip.split_at_mut(12).1.split_at_mut(4).0.copy_from_slice(&SRC);
    headers[37] = DST_PORT as u8;
    headers
};

/// The sum of the IPv4 header of the template.
const IP: Inet16 =
    Inet16::new().word(0x4500).word(0x4000).word((TTL as u16) << 8 | 17).double_word(u32::from_be_bytes(SRC));

/// The sum of what the pseudo-header and the UDP header have in the template.
const UDP: Inet16 = Inet16::new().double_word(u32::from_be_bytes(SRC)).word(17).word(DST_PORT);

#[inline]
pub(super) fn build(buffer: &mut [u8], parameters: Parameters<'_>) -> Option<usize> {
    let Parameters { dst, src_port, payload } = parameters;
    let (headers, rest) = buffer.split_first_chunk_mut::<HEADERS>()?;
    let payload_sum = copy_and_sum(rest.get_mut(..payload.len())?, payload)?;
    let udp_length = u16::try_from(8 + payload.len()).ok()?;
    let total_length = udp_length.checked_add(20)?;
    let dst_number = u32::from_be_bytes(dst);
    let ip = IP.word(total_length).double_word(dst_number).finish();
    let udp = UDP.double_word(dst_number).word(udp_length).word(udp_length).word(src_port);
    let udp = match udp.followed_by(payload_sum).finish() {
        0 => 0xffff,
        sum => sum,
    };
    *headers = TEMPLATE;
    let mut put = |at: usize, number: u16| [headers[at], headers[at + 1]] = number.to_be_bytes();
    put(16, total_length);
    put(24, ip);
    put(34, src_port);
    put(38, udp_length);
    put(40, udp);
    [headers[30], headers[31], headers[32], headers[33]] = dst;
    Some(HEADERS + payload.len())
}
