module my.ping;

/// May divide by zero.
layer Divide {
    total: u16;
    parts: u8;
    data: bytes[total / parts];
    left: bytes[total % parts];
}
test law roundtrip Divide;

/// May shift further than a number is wide.
layer Shift {
    by: u8;
    data: bytes[1 << by];
}
test law roundtrip Shift;

/// May leave 128 bits.
layer Wide {
    a: u64;
    b: u64;
    expect a * b != 12 : "twelve";
}
test law roundtrip Wide;

/// No number has so many bits.
layer Width {
    bits: u8;
    value: u(bits * 8);
}
test law roundtrip Width;

/// What is derived never fits.
layer Derived {
    length: u8 auto 256 + size_of(data);
    data: bytes;
}
test law roundtrip Derived;
