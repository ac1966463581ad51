//! The header of the Network Time Protocol, its three forms as variants of an enum.

use packet_derive::Layer;

/// RFC 5905 figure 9.
#[derive(Layer)]
#[layer(bits = 2)]
pub enum Leap {
    #[layer(label = "no warning")]
    None = 0,
    #[layer(label = "last minute has 61 seconds")]
    Add = 1,
    #[layer(label = "last minute has 59 seconds")]
    Delete = 2,
    #[layer(label = "clock not synchronised")]
    Unknown = 3,
}

/// RFC 5905 figure 10.
#[derive(Layer)]
#[layer(bits = 3)]
pub enum NtpMode {
    Reserved,
    SymmetricActive,
    SymmetricPassive,
    Client,
    Server,
    Broadcast,
    Control,
    Private,
}

/// What follows the first byte, by the mode.
#[derive(Layer)]
#[layer(match(mode: NtpMode))]
pub enum NtpBody<'a> {
    #[layer(tag = NtpMode::Control)]
    Control {
        response: bool,
        error: bool,
        more_follow: bool,
        #[layer(bits = 5)]
        opcode: u8,
        sequence: u16,
        #[layer(display = hex)]
        status: u16,
        association: u16,
        #[layer(unit = bytes)]
        offset: u16,
        #[layer(auto = size_of(control_data), unit = bytes)]
        count: u16,
        #[layer(within = count, align = 4)]
        control_data: &'a [u8],
        authenticator: &'a [u8],
    },
    #[layer(tag = NtpMode::Private)]
    Private { private_data: &'a [u8] },
    #[layer(tag = _)]
    Time {
        stratum: u8,
        /// The logarithm of the longest interval between messages, to base 2.
        #[layer(unit = log2_s)]
        poll: i8,
        /// The logarithm of the clock's precision, to base 2.
        #[layer(unit = log2_s)]
        precision: i8,
        #[layer(display = fixed16)]
        root_delay: u32,
        #[layer(display = fixed16)]
        root_dispersion: u32,
        /// Four letters or an address, by stratum: RFC 5905 §7.3.
        reference_id: [u8; 4],
        #[layer(display = ntp_time)]
        reference: u64,
        #[layer(display = ntp_time)]
        origin: u64,
        #[layer(display = ntp_time)]
        receive: u64,
        #[layer(display = ntp_time)]
        transmit: u64,
        /// Extension fields and message authentication code, RFC 7822 §3.
        extensions: &'a [u8],
    },
}

/// RFC 5905 §7.3. Control (RFC 9327) and private messages share the first byte alone.
#[derive(Layer)]
#[layer(bind(udp_port = 9123))]
pub struct NtpPacket<'a> {
    pub leap: Leap,
    #[layer(bits = 3, default = 4)]
    pub version: u8,
    #[layer(default = NtpMode::Client)]
    pub mode: NtpMode,
    #[layer(with(mode))]
    pub body: NtpBody<'a>,
}
