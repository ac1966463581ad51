module my.name;

codec Name(msg: region) -> name {
    repeat max 64 {
        length: u8;
        match length {
            0          => stop;
            1 .. 63    => { label: bytes[length]; emit label; }
            192 .. 255 => { low: u8; jump msg at (length & 0x3f) << 8 | low; }
            _          => reject "reserved";
        }
    }
}
layer Ask { name: Name(outer); }
test law roundtrip Ask;
