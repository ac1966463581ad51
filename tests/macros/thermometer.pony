//! Readings of a thermometer.
module house.thermometer;
use pony.net.{EtherType, ip_version, udp_port};

/// What a reading is of.
enum Spot : u8 { INSIDE = 1, OUTSIDE = 2 }

/// A reading.
layer Thermometer {
    /// Counts up from 0 at every start.
    sequence: u32le;
    spot:     Spot;
    network:  EtherType;
    reading:  i16 unit milli_celsius;
}
bind udp_port { 7000 => Thermometer; }

/// A packet with its version in front.
layer Envelope {
    version: u8;
    inner:   next from ip_version[version];
}
