//! `pony dissect` from end to end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

mod common;

use common::{pony, root, run, run_with, scratch};
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

const DNS: &str = "tests/captures/dns.pcap";

fn lines(text: &str) -> usize {
    text.lines().count()
}

#[test]
fn a_line_a_packet_unless_said_otherwise() {
    let summary = run(&["dissect", DNS]);
    assert_eq!((summary.code, summary.err.as_str()), (0, ""));
    assert_eq!(summary.out, run(&["dissect", "--summary", DNS]).out);
    assert_eq!(lines(&summary.out), lines(&run(&["dissect", "--json", DNS]).out));
    assert!(!summary.out.contains('\x1b'), "colours in a pipe");
}

#[test]
fn json_has_the_promised_shape() {
    let json = run(&["dissect", "--json", "--count", "1", DNS]).out;
    assert!(json.starts_with(r#"{"frame":1,"time":"2026-11-21T04:53:18.667954000Z","caplen":"#), "{json}");
    for part in [
        r#""layers":[{"layer":"Ethernet","offset":0,"length":14,"fields":{"dst":"#,
        r#"{"layer":"Ipv4","offset":14,"length":20,"fields":{"version":4,"#,
        r#""flags":{"reserved":false,"dont_fragment":"#,
        r#""questions":[{"name":"web.example.test","qtype":1,"qclass":1}]"#,
        r#""meta":{"flow_id":"#,
        r#""anomalies":[],"error":null}"#,
    ] {
        assert!(json.contains(part), "{part} is not in {json}");
    }
    assert!(json.ends_with("}\n"));
}

#[test]
fn json_has_every_error() {
    let stack = r#"Ipv4 { options = [RecordRoute { pointer = raw 3 }] } / Tcp { options = [Mss { length = raw 3 }] }"#;
    let capture = scratch("errors.pcap");
    let capture = capture.to_str().unwrap();
    assert_eq!(run(&["craft", stack, "-o", capture]).code, 0);
    let out = run(&["dissect", "--json", capture]).out;
    let packet: serde_json::Value = serde_json::from_str(&out).unwrap();
    let fields = |errors: &serde_json::Value| -> Vec<String> {
        errors.as_array().unwrap().iter().map(|error| error["field"].to_string()).collect()
    };
    assert_eq!(fields(&packet["errors"]), [r#""pointer""#, r#""mss""#], "{out}");
    assert_eq!(packet["error"], packet["errors"][0]);
}

/// What a filter looks at may stand in the second fragment.
#[test]
fn a_first_fragment_without_the_whole_tcp_header_is_told() {
    let capture = scratch("tiny.pcap");
    let capture = capture.to_str().unwrap();
    for (flags, told) in [("more_fragments", true), ("dont_fragment", false)] {
        let stack = format!(r#"Ipv4 {{ protocol = 6; flags = {flags} }} / hex"0050 0051 00000001""#);
        assert_eq!(run(&["craft", &stack, "-o", capture]).code, 0);
        let json = run(&["dissect", "--json", capture]).out;
        assert_eq!(json.contains(r#""anomalies":["ipv4.tiny_fragment""#), told, "{json}");
    }
}

/// A message of a stream may end in another packet, which is no fault of this one.
#[test]
fn what_goes_on_in_another_packet_is_not_blamed() {
    let stack = r#"Ethernet {} / Ipv4 {} / Tcp { dst_port = 80 } / "POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 9\r\n\r\nab""#;
    let capture = scratch("goes-on.pcap");
    let capture = capture.to_str().unwrap();
    assert_eq!(run(&["craft", stack, "-o", capture]).code, 0);
    let line = run(&["dissect", capture]).out;
    assert!(line.ends_with("POST /a HTTP/1.1 …\n"), "{line}");
    let tree = run(&["dissect", "--tree", capture]).out;
    assert!(tree.contains("… goes on in another packet") && !tree.contains('!'), "{tree}");
    assert!(run(&["dissect", "--json", capture]).out.contains(r#""anomalies":["http.truncated"]"#));
}

#[test]
fn names_of_another_tool_are_flat() {
    let json = run(&["dissect", "--names", "wireshark", "--count", "2", DNS]).out;
    for part in
        [r#""ip.ttl":64"#, r#""ip.hdr_len":20"#, r#""ip.src":"192.0.2.1""#, r#""dns.qry.name":"web.example.test""#]
    {
        assert!(json.contains(part), "{part} is not in {json}");
    }
    let unknown = run(&["dissect", "--names", "nobody", DNS]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.err.contains("wireshark"), "{}", unknown.err);
}

#[test]
fn any_number_of_threads_prints_the_same() {
    let one = run(&["dissect", "--json", "--threads", "1", "tests/captures/iperf.pcap"]).out;
    for threads in ["2", "3", "8"] {
        assert!(run(&["dissect", "--json", "--threads", threads, "tests/captures/iperf.pcap"]).out == one, "{threads}");
    }
}

#[test]
fn standard_input_is_a_capture_too() {
    let bytes = std::fs::read(root().join(DNS)).unwrap();
    for threads in ["1", "2"] {
        let piped = run_with(&["dissect", "--threads", threads, "-"], &bytes);
        assert_eq!((piped.code, piped.out), (0, run(&["dissect", DNS]).out));
    }
}

/// A live capture comes in pieces: what is there is shown before more of it is awaited.
#[test]
fn packets_of_a_pipe_are_shown_at_once() {
    let bytes = std::fs::read(root().join(DNS)).unwrap();
    for threads in ["1", "2"] {
        let mut child =
            pony(&["dissect", "--threads", threads, "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        // The file's header and the first packet of 76 bytes, and a piece of the second one.
        stdin.write_all(&bytes[..24 + 16 + 76 + 10]).unwrap();
        stdin.flush().unwrap();
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert!(line.contains("Ethernet/Ipv4/Udp/Dns"), "{line}");
        drop(stdin);
        assert_eq!(child.wait().unwrap().code(), Some(1), "the second packet is cut short");
    }
}

#[test]
fn packets_before_the_damage_are_shown() {
    let mut bytes = std::fs::read(root().join(DNS)).unwrap();
    bytes.truncate(24 + 16 + 76 + 16 + 108 + 5);
    for threads in ["1", "2"] {
        let cut = run_with(&["dissect", "--threads", threads, "-"], &bytes);
        assert_eq!((cut.code, lines(&cut.out)), (1, 2));
        assert_eq!(
            cut.err,
            "error: standard input: pcap record 3 at byte 240: the file is cut short: 16 bytes needed, 5 left\n"
        );
    }
    // The third record says that more bytes were captured than a packet can have.
    let mut bytes = std::fs::read(root().join(DNS)).unwrap();
    bytes[240 + 8..240 + 12].copy_from_slice(&[0xff, 0xff, 0xff, 0x7f]);
    let damaged = run_with(&["dissect", "-"], &bytes);
    assert_eq!((damaged.code, lines(&damaged.out)), (1, 2));
    assert!(damaged.err.contains("pcap record 3 at byte 240: captured length 2147483647"), "{}", damaged.err);
}

#[test]
fn what_is_no_capture_is_refused() {
    let text = run(&["dissect", "README.md"]);
    assert_eq!((text.code, text.out.as_str()), (1, ""));
    assert!(text.err.starts_with("error: README.md: not a pcap or pcapng file"), "{}", text.err);
    let missing = run(&["dissect", "nowhere.pcap"]);
    assert_eq!(missing.code, 2);
    assert_eq!(missing.err, "error: nowhere.pcap: no such file or directory\n");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    for threads in ["1", "2"] {
        let mut child = pony(&["dissect", "--json", "--threads", threads, "tests/captures/iperf.pcap"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
}

#[test]
fn a_protocol_of_ones_own() {
    let capture = "tests/captures/beacon.pcapng";
    let without = run(&["dissect", "--json", capture]).out;
    let with = run(&["dissect", "-d", "examples/beacon.pony", "--json", capture]).out;
    assert_eq!(without.matches(r#""layer":"Beacon""#).count(), 0);
    assert!(with.matches(r#""layer":"Beacon""#).count() > 5);
    assert!(with.contains(r#""name":"yard (Süd)""#));
}

#[test]
fn bindings_of_the_user_come_first() {
    let as_ntp = run(&["dissect", "--decode-as", "udp_port=53:Ntp", "--count", "1", DNS]).out;
    assert!(as_ntp.contains("Ethernet/Ipv4/Udp/Ntp"), "{as_ntp}");
    for (wrong, says) in [
        ("udp_port=53:Nothing", "no layer `Nothing`"),
        ("udp_prt=53:Dns", "no such table"),
        ("udp_port=70000:Dns", "16 bits"),
        ("udp_port=x:Dns", "no key"),
        ("nonsense", "TABLE=KEY:LAYER"),
    ] {
        let ran = run(&["dissect", "--decode-as", wrong, DNS]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
}

#[test]
fn an_unknown_link_type_is_shown_as_bytes() {
    let mut bytes = std::fs::read(root().join(DNS)).unwrap();
    // The last link type for private use.
    bytes[20..24].copy_from_slice(&162_u32.to_le_bytes());
    let tree = run_with(&["dissect", "--tree", "-c", "1", "-"], &bytes);
    assert_eq!(tree.code, 0);
    assert!(tree.out.contains("no definition is bound to this link type"), "{}", tree.out);
    assert!(tree.out.contains("02 00 00 00 00 02"), "{}", tree.out);
    let json = run_with(&["dissect", "--json", "-c", "1", "-"], &bytes).out;
    assert!(json.contains(r#""layers":[],"bytes":"020000000002"#), "{json}");
    let summary = run_with(&["dissect", "-c", "1", "-"], &bytes).out;
    assert!(summary.contains("link type 162"), "{summary}");
}

#[test]
fn colours_when_asked_for() {
    let always = run(&["dissect", "--color", "always", "--tree", "-c", "1", DNS]).out;
    assert!(always.contains("\x1b["));
    let never = run(&["dissect", "--color", "never", "--tree", "-c", "1", DNS]).out;
    assert_eq!(never, run(&["dissect", "--tree", "-c", "1", DNS]).out);
    let mut plain = String::new();
    let mut rest = always.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    // Colours change what is seen, and not what is said.
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&plain), words(&never));
}

/// Memory must not grow with the file: sixty times the packets, and about the same peak.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_file() {
    let bytes = std::fs::read(root().join("tests/captures/iperf.pcap")).unwrap();
    let peak = |times: usize| {
        let path = scratch(&format!("many-{times}.pcap"));
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(&bytes[..24]).unwrap();
        (0..times).for_each(|_| file.write_all(&bytes[24..]).unwrap());
        drop(file);
        let mut child =
            pony(&["dissect", "--threads", "2", path.to_str().unwrap()]).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let (mut line, mut peak) = (Vec::new(), 0);
        while out.read_until(b'\n', &mut line).unwrap() > 0 {
            line.clear();
            if let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", child.id()))
                && let Some(high) = status.lines().find(|line| line.starts_with("VmHWM:"))
            {
                peak = peak.max(high.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap());
            }
        }
        assert!(child.wait().unwrap().success());
        std::fs::remove_file(&path).unwrap();
        peak
    };
    let (few, many) = (peak(20), peak(200));
    assert!(many < few * 3 / 2 + 8_000, "{few} kB for a file, {many} kB for one of ten times its size");
}
