//! Protocols that are text: mistakes in their definitions, and HTTP as generated code reads and builds it.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use packet_codegen::text;
use packet_core::craft::Field;
use packet_protocols::craft as stacked;
use packet_protocols::craft::Packet as _;
use packet_protocols::http::{Http, HttpField, craft};
use packet_protocols::packet::Packet;
use packet_protocols::stack::LayerKind;
use packet_schema::{Code, check};

/// The codes and words of what is wrong with a body of items.
fn mistakes(items: &str) -> Vec<(Code, String)> {
    let (module, mut found) = text::parse(0, &format!("module a.b; {items}"));
    found.extend(check(&[module]).diagnostics);
    found.retain(packet_schema::Diagnostic::is_error);
    found.into_iter().map(|finding| (finding.code, finding.message)).collect()
}

#[track_caller]
fn mistake(items: &str, code: Code, words: &str) {
    let found = mistakes(items);
    assert!(found.iter().any(|(is, message)| *is == code && message.contains(words)), "{items}\n{found:?}");
}

#[test]
fn mistakes_are_said() {
    let layer = |body: &str| format!("@allow(unused) layer L {{ {body} }}");
    mistake(&layer("a: bytes[before(\"\")];"), Code::WrongArguments, "none of them empty");
    mistake(&layer("n: u8; a: bytes[before(n)];"), Code::WrongArguments, "texts or bytes");
    mistake(&layer("a: str(nocase)[2]; b: str(ascii)[2] where it == a;"), Code::TypeMismatch, "stands on the left");
    mistake(&layer("a: str(nocase)[2]; expect a == a : same;"), Code::TypeMismatch, "a text of ASCII");
    mistake(&layer("a: str(ascii)[2]; match a { 5 => {} _ => {} }"), Code::TypeMismatch, "a text of ASCII");
    mistake(&layer("a: str(ascii)[2]; match a { \"x\" => {} }"), Code::MissingArms, "any other text");
    let twice = "match a { \"x\" => { b: u8; } \"X\" => { c: u8; } _ => {} }";
    mistake(&layer(&format!("a: str(nocase)[1]; {twice}")), Code::OverlappingTags, "`x` is claimed by two arms");
    let found = mistakes(&layer(&format!("a: str(ascii)[1]; {twice}")));
    assert!(found.is_empty(), "case counts: {found:?}");
    let codec = |base: &str| {
        format!(
            "codec C -> u8 {{ repeat max 3 {{ d: u8; emit d; }} while more; yields digits({base}); }} {}",
            layer("c: C;")
        )
    };
    mistake(&codec("37"), Code::ValueOutOfRange, "a base from 2 to 36");
    assert!(mistakes(&codec("36")).is_empty());
}

/// The fields of a message, those that can be read.
fn fields<'a>(message: &Http<'a>) -> Vec<HttpField<'a>> {
    message.headers().valid().collect()
}

#[test]
fn a_request_is_read_without_regard_to_case() {
    let message = Http::parse(b"GET /a%20b HTTP/1.1\r\nhOST: example.com\r\nX-A:b\r\n\r\n".as_slice()).unwrap();
    assert_eq!(message.method().unwrap().bytes(), b"GET");
    assert_eq!(message.target().unwrap().bytes(), b"/a%20b");
    let fields = fields(&message);
    assert_eq!(fields[0].name().unwrap().bytes(), b"hOST", "what stands there is kept");
    assert_eq!(fields[0].host().unwrap().host().bytes(), b"example.com");
    assert_eq!(fields[1].other().unwrap().value().bytes(), b"b");
}

#[test]
fn a_length_that_is_none_is_an_error_of_its_field_alone() {
    for length in ["18446744073709551616", "99999999999999999999", "-1", "1e3", "", "0x5"] {
        let text = format!("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\nA: b\r\n\r\n");
        let message = Http::parse(text.as_bytes()).unwrap();
        let fields = fields(&message);
        assert_eq!(fields.len(), 3, "{length}");
        assert!(fields[1].content_length().is_none(), "{length}");
        assert_eq!(fields[2].other().unwrap().value().bytes(), b"b");
    }
    let padded = b"GET / HTTP/1.1\r\nContent-Length: 000000000000000000007\r\n\r\nhi";
    let message = Http::parse(padded.as_slice()).unwrap();
    assert_eq!(fields(&message)[0].content_length().unwrap().content_length(), 7);
    assert_eq!(message.body().unwrap(), b"hi", "no more than is there");
}

#[test]
fn a_message_that_ends_anywhere_is_read_as_far_as_it_goes() {
    let whole = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nServer: s\r\n\r\n5;x\r\nhello\r\n0\r\nT: t\r\n\r\n";
    let first_line = b"HTTP/1.1 200".len();
    for length in first_line..=whole.len() {
        let message = Http::parse(&whole[..length]);
        assert_eq!(message.map(|message| message.status()), Ok(Some(200)), "{length} bytes");
    }
}

/// Any form of a message is kept: white space, case, the ends of lines, digits.
#[test]
fn what_was_read_is_written_as_it_was() {
    let messages: [&[u8]; 5] = [
        b"GET / HTTP/1.1\r\nhOST:\t example.com \t\r\nA:\r\nB: \r\n\r\n",
        b"POST /x HTTP/1.1\nHost: a\nContent-Length: 0005\r\n\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding:  chunked\r\n\r\n5\r\n",
        b"HTTP/1.1 200\r\nTRANSFER-ENCODING:CHUNKED\r\n\r\n00A ;x=\"y\"\r\n0123456789\r\n000;z\r\nT: t\r\n u\r\n\r\n",
        b"HTTP/1.0 404 Not Found\r\nA : b\r\n\r\nno body has a length here",
    ];
    for message in messages {
        let view = Http::parse(message).unwrap();
        let text = String::from_utf8_lossy(message);
        assert_eq!(view.bytes(), message, "{text}");
        let mut out = vec![0; message.len()];
        assert_eq!(view.to_value().emit(&mut out), Ok(message.len()), "{text}");
        assert_eq!(out, message, "{text}");
    }
}

/// A field with a variant, and everything else as it is where nothing is said.
fn field<'a>(variant: impl Into<craft::HttpFieldVariant<'a>>) -> craft::HttpField<'a> {
    craft::HttpField { variant: variant.into(), ..Default::default() }
}

/// Names of fields, the space behind their colons, the sizes of chunks and the ends of lines follow from what is said.
#[test]
fn messages_are_built() {
    let host = craft::HttpFieldHost { host: b"example.com".as_slice().into() };
    let other = craft::HttpFieldOther { value: b"y".as_slice().into() };
    let other = craft::HttpField { name: Field::Set(b"X".as_slice().into()), ..field(other) };
    let request = craft::Http {
        method: b"GET".as_slice().into(),
        target: b"/".as_slice().into(),
        headers: [field(host), other].into(),
        ..Default::default()
    };
    assert_eq!(request.to_vec().unwrap(), b"GET / HTTP/1.1\r\nHost: example.com\r\nX: y\r\n\r\n");

    let chunked = craft::HttpFieldTransferEncoding { coding: b"chunked".as_slice().into() };
    let chunk = craft::HttpChunk { data: b"hello, world".as_slice().into(), ..Default::default() };
    let response = craft::Http {
        status: Field::Set(200),
        reason: b"OK".as_slice().into(),
        headers: [field(chunked)].into(),
        chunks: [chunk, craft::HttpChunk { size: Field::Set(0), ..Default::default() }].into(),
        ..Default::default()
    };
    let expected = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nc\r\nhello, world\r\n0\r\n\r\n";
    assert_eq!(String::from_utf8_lossy(&response.to_vec().unwrap()), String::from_utf8_lossy(expected));
}

/// Messages follow each other in a segment; one that has no first line of HTTP is no message.
#[test]
fn messages_are_found_in_segments() {
    let kinds = |text: &[u8]| {
        let tcp = stacked::Tcp { src_port: 80, dst_port: 40000, ..Default::default() };
        let bytes = (tcp / text).to_vec().unwrap();
        let packet = Packet::parse(LayerKind::Tcp, bytes.as_slice()).unwrap();
        packet.layers().map(|layer| layer.kind()).collect::<Vec<_>>()
    };
    let two = b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx";
    assert_eq!(kinds(two), [LayerKind::Tcp, LayerKind::Http, LayerKind::Http]);
    for other in ["and so it goes on", "GET / SIP/2.0\r\n\r\n", "HTTP/1.1", "\0\u{1}\u{2}"] {
        assert_eq!(kinds(other.as_bytes()), [LayerKind::Tcp], "{other}");
    }
}
