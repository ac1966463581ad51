module my.tree;

struct Node {
    value: u8;
    left: Node;
}
test law roundtrip Node;
