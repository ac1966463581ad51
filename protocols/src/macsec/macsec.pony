//! Media access control security.
module pony.net.macsec;
use pony.net.{EtherType, MacAddr, ether_type};

/// The tag, and what it secures, [IEEE 802.1AE-2018 §9.3].
@level(link)
layer Macsec {
    /// 0, [IEEE 802.1AE-2018 §9.5].
    version:       bool = false;
    /// The sender is the station of the frame's source address, [IEEE 802.1AE-2018 §9.5].
    end_station:   bool;
    /// The channel's identifier follows, [IEEE 802.1AE-2018 §9.5].
    has_channel:   bool;
    /// A single copy broadcast, [IEEE 802.1AE-2018 §9.5].
    broadcast:     bool;
    /// The data is encrypted, [IEEE 802.1AE-2018 §9.5].
    encrypted:     bool;
    /// The data is another than what was given to the sender, [IEEE 802.1AE-2018 §9.5].
    changed:       bool;
    /// Number of the association, [IEEE 802.1AE-2018 §9.6].
    association:   u2;
    _:             u2 = 0 lenient;
    /// Of the secured data, where that has less than 48 bytes, else 0, [IEEE 802.1AE-2018 §9.7].
    short_length:  u6 unit bytes;
    /// Counts frames, so that none is replayed, [IEEE 802.1AE-2018 §9.8].
    packet_number: u32;
    if has_channel {
        /// Address of the sending system, [IEEE 802.1AE-2018 §9.9].
        system: MacAddr;
        /// Its port, [IEEE 802.1AE-2018 §9.9].
        port:   u16;
    }
    // All but the check value; modulo 2^16, so that what is too short for one has a length that nothing has.
    match encrypted || changed within short_length > 0 ? short_length : (rest.len + 65520) % 65536 bytes {
        true => Secured {
            /// The data, as the association's keys have made it.
            secured: bytes;
        }
        _ => Clear {
            /// What is carried.
            protocol: EtherType auto key_of(payload) display hex;
            payload:  next from ether_type[protocol];
        }
    }
    match smallest(0 .. 1, rest.len >= 16) {
        0 => Whole {
            /// Integrity check value over the whole frame, [IEEE 802.1AE-2018 §9.11]: 16 bytes in all cipher suites of §14.
            check_value: bytes[16];
        }
        _ => Short {
            /// A check value of other cipher suites, which have 8 bytes at least, [IEEE 802.1AE-2018 §9.11].
            short_check_value: bytes;
        }
    }
    /// What the lengths do not claim.
    padding: bytes trailing;

    expect !present(short_check_value) || size_of(short_check_value) >= 8 : no_check_value
        "shorter than any check value, IEEE 802.1AE-2018 §9.11";
    expect short_length < 48             : long_short_length "a length that is no short one, IEEE 802.1AE-2018 §9.7";
    expect !(end_station && has_channel) : needless_channel "the sender is named twice, IEEE 802.1AE-2018 §9.5";
    expect changed || !encrypted         : encrypted_unchanged "encrypted, and not changed, IEEE 802.1AE-2018 §9.5";
    expect packet_number != 0            : no_packet_number "a packet number of 0, IEEE 802.1AE-2018 §10.6";
}

bind ether_type { MACSEC => Macsec; }

alias wireshark Macsec {
    version = "macsec.TCI.V"; end_station = "macsec.TCI.ES"; has_channel = "macsec.TCI.SC";
    broadcast = "macsec.TCI.SCB"; encrypted = "macsec.TCI.E"; changed = "macsec.TCI.C"; association = "macsec.AN";
    short_length = "macsec.SL"; packet_number = "macsec.PN"; system = "macsec.SCI.system_identifier";
    port = "macsec.SCI.port_identifier"; protocol = "macsec.etype";
}

test "a packet in the clear" Macsec
     hex"20 16 00000001 020000000001 0001 0800 4500001400010000 40fd7bea 7f000001 7f000001
         000102030405060708090a0b0c0d0e0f" {
    !encrypted; system == mac"02:00:00:00:00:01"; port == 1; protocol == IPV4; ipv4.ttl == 64;
    check_value == hex"000102030405060708090a0b0c0d0e0f"; anomalies == [];
}
test "encrypted" Macsec hex"0c 02 00000001 beef 000102030405060708090a0b0c0d0e0f 0000" {
    encrypted; changed; secured == hex"beef"; size_of(check_value) == 16; padding == hex"0000"; anomalies == [];
}
test "everything that is wrong" Macsec
     hex"68 30 00000000 020000000001 0001 000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f
         000102030405060708090a0b0c0d0e0f" {
    anomalies == [encrypted_unchanged, long_short_length, needless_channel, no_packet_number];
}
test "no value to check" Macsec hex"0c 02 00000001 beef 0001" { anomalies == [no_check_value]; }
test "a short one" Macsec
     hex"0c 02 00000001 beef 0001020304050607" { size_of(short_check_value) == 8; anomalies == []; }
test "another version" reject Macsec hex"80 02 00000001" at version;
test "a frame of a protocol" build
    Macsec { packet_number = 1; short_length = 22; check_value = hex"000102030405060708090a0b0c0d0e0f" }
  / Ipv4   { src = ip"127.0.0.1"; dst = ip"127.0.0.1"; identification = 1; protocol = EXPERIMENT }
  == hex"00 16 00000001 0800 4500 0014 0001 0000 40 fd 7bea 7f000001 7f000001 000102030405060708090a0b0c0d0e0f";
test law roundtrip Macsec;
test law truncation Macsec;
