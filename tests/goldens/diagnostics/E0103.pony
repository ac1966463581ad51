module my.ping;
use my.nowhere.{Port};

layer Ping {
    port: u16;
}
test law roundtrip Ping;
