//! Sums over some of a layer's own bytes, beside what the layers below add.
module house.courier;
use pony.net.{IpCarrier, ip_protocol};

/// The sum covers what is in front of the letter.
layer Courier needs IpCarrier as ip {
    kind:   u8;
    hops:   u8;
    sum:    u16 auto inet16(ip.pseudo_header(253, size_of(label)) ++ bytes_of(kind .. label)) verify;
    label:  bytes[prefix u8 bytes];
    letter: bytes;
}
bind ip_protocol { 253 => Courier; }

/// The sum stands behind what varies, and covers all but what is in front of the name.
layer Parcel needs IpCarrier as ip {
    hops:     u8;
    name:     bytes[prefix u8 bytes];
    weight:   u16;
    sum:      u16 auto zero_as_ffff(inet16(bytes_of(name .. contents) ++ ip.pseudo_header(254, size))) verify when it != 0;
    contents: next from ip_protocol[hops];
}
bind ip_protocol { 254 => Parcel; }

/// Neither range covers the sum.
layer Ledger needs IpCarrier as ip {
    first:  u16;
    words:  u16[prefix u8 items];
    secret: u32;
    sum:    u16 auto inet16(ip.pseudo_header(252, 0) ++ bytes_of(first .. words) ++ bytes_of(digest .. note)) verify;
    digest: u32;
    note:   bytes;
}
bind ip_protocol { 252 => Ledger; }
