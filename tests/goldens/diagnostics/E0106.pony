module my.tree;

/// Holds itself in every packet.
struct Node {
    value: u8;
    left: Node;
}
test law roundtrip Node;

/// May hold itself before a byte is taken.
struct List {
    inner: List if more;
    value: u8;
}
test law roundtrip List;

/// By way of another one.
struct Egg { value: u8; hen: Hen; }
struct Hen { value: u8; egg: Egg; }
test law roundtrip Hen;

const A : u8 = B;
const B : u8 = A;
struct Sized { data: bytes[A]; }
test law roundtrip Sized;
