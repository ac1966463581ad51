//! What is sealed.
module house.seal;
use pony.net.{udp_port};

/// A seal upon anything.
layer Seal {
    strength: u16;
    /// Over all of it.
    checksum: u16 auto inet16(self) verify;
    sealed:   bytes;
}
bind udp_port { 7003 => Seal; }
