//! Template: what the protocol is for, in one sentence.

module pony.template;

/// What the header does, with the section of its standard.
///
/// A table leads to a layer, from any file: `bind udp_port { 49152 => Template; }` in this one, after
/// `use pony.net.{udp_port};`, has the UDP port of that number lead here.
layer Template {
    /// The version of the format. Any other can't be read.
    version: u8 default 1 where it == 1;
    /// How many bytes of text follow. A builder works it out.
    length:  u16 auto size_of(text) unit bytes;
    /// The message.
    text:    str(utf8)[length];

    expect length > 0 : "empty message";
}

test "a message of three bytes" Template hex"01 0003 616263" { length == 3; text == "abc"; }
test "an empty message is an anomaly, not an error" Template hex"01 0000" { length == 0; }
test "the length is derived" build Template { text = "abc" } == hex"01 0003 616263";
test "another version" reject Template hex"02 0000" at version;
test law roundtrip Template;
