//! Beacon: small sensor stations report to a collector, one UDP datagram a message.
//!
//! A station sends HELLO when it wakes up, READING when it has measured, ALARM when it must be heard; the collector
//! answers each by an ACK with the same sequence number, and a station that hears none sends again.
//! `tests/captures/beacon.pcapng` shows three stations at work; `tests/captures/programs/beacon.py` is both ends.
module example.beacon;
use pony.net.{udp_port};

/// What a message is for.
enum BeaconKind : u4 {
    /// The station has started, and says where it is.
    HELLO   = 1,
    /// What the sensors measured.
    READING = 2,
    /// A reading that somebody should look at now.
    ALARM   = 3,
    /// The collector has got the message of this sequence number.
    ACK     = 4,
}

flags BeaconFlags : u8 {
    /// Another station passed the message on.
    relayed,
    /// The station will soon fall silent.
    low_power,
    _: u4,
    /// 0 is no hurry, 3 is fire.
    urgency: u2,
}

/// One message.
layer Beacon {
    version:         u4 = 1;
    kind:            BeaconKind;
    flags:           BeaconFlags;
    /// Counts up with each message; a message that is sent again keeps its number.
    sequence:        u16;
    /// The number of the station, in its ACKs too.
    station:         u32;
    /// The Internet checksum of the message.
    checksum:        u16 auto inet16(self) verify;
    readings_length: u16 auto size_of(readings) unit bytes;
    /// What people call the station; empty in an ACK.
    name:            str(utf8)[prefix u8 bytes];
    readings:        Reading[..] within readings_length bytes;

    expect kind != BeaconKind.ACK || readings_length == 0     : "acknowledgment with readings";
    expect kind != BeaconKind.READING || readings_length != 0 : "report without readings";
    expect flags.urgency == 0 || kind == BeaconKind.ALARM     : "urgent, but no alarm";
}

/// Types from 128 on are the maker's own.
enum ReadingType : u8 { TEMPERATURE = 1, BATTERY = 2, POSITION = 3, VENDOR = 128 .. 255 }

/// One value that a sensor measured. A type that is not known keeps its bytes.
struct Reading {
    type:   ReadingType;
    /// Of the whole reading, this field and the type included.
    length: u8 auto size where it >= 2 unit bytes;
    match type within length - 2 bytes {
        TEMPERATURE => Temperature { value: i16 unit centidegrees; }
        BATTERY     => Battery     { charge: u8 unit percent where it <= 100 : "more than full"; }
        POSITION    => Position    { latitude: i32 unit deg_e7; longitude: i32 unit deg_e7; }
        _           => Unknown     { data: bytes; }
    }
}

bind udp_port { 9999 => Beacon; }

reply Beacon by Beacon {
    request.station == reply.station;
    request.sequence == reply.sequence;
    reply.kind == BeaconKind.ACK;
}

// The vectors are messages of the capture.
test "a station says hello" Beacon hex"11 00 0000 00000007 879a 000a 05 6174746963  03 0a 1f4deac2 07fd6f04" {
    kind == HELLO; sequence == 0; station == 7; name == "attic"; readings.len == 1;
    readings.position.latitude == 525200066; readings.position.longitude == 134049540; anomalies == [];
}
test "below zero, and relayed" Beacon
     hex"12 80 0001 00000009 750f 0007 0b 79617264202853c3bc6429  01 04 fd12  02 03 57" {
    kind == READING; flags.relayed; !flags.low_power; name == "yard (Süd)"; readings.temperature.value == -750;
    readings.battery.charge == 87;
}
test "a type of the maker's own is kept" Beacon
     hex"12 00 0003 00000007 5a8c 0010 05 6174746963  01 04 08fc  90 0c 50543130302d30303432" {
    readings.len == 2; readings[1].type == VENDOR; readings.unknown.data == hex"50543130302d30303432";
}
test "an alarm" Beacon hex"13 03 0004 00000007 e8da 0004 05 6174746963  01 04 1fd6" {
    kind == ALARM; flags.urgency == 3; readings.temperature.value == 8150;
}
test "a flipped bit shows in the checksum" Beacon
     hex"12 00 0002 00000007 a8fe 0007 05 6174746963  01 04 08b1  02 03 46" { anomalies == [checksum]; }
test "lengths and checksum are derived" build
    Beacon { kind = HELLO; station = 7; name = "attic";
        readings = [Position { latitude = 525200066; longitude = 134049540 }] }
  == hex"11 00 0000 00000007 879a 000a 05 6174746963  03 0a 1f4deac2 07fd6f04";
test "an acknowledgment" build
    Beacon { kind = ACK; sequence = 2; station = 9 }
  == hex"14 00 0002 00000009 ebf4 0000 00";
test reject Beacon hex"21 00 0000 00000007 0000 0000 00" at version;
test law roundtrip Beacon;
