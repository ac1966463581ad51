//! The command line.

use crate::style::ColorChoice;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::num::NonZero;

/// Dissect, check, test and craft packets from .pony definitions.
#[derive(Debug, Parser)]
#[command(
    name = "pony",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "\
Examples:
  pony dissect capture.pcapng                    one line a packet
  pony dissect --tree --count 1 capture.pcapng   every field of the first packet
  pony dissect -d my.pony --json capture.pcap    with a protocol of your own, for programs
  pony flows capture.pcapng                      one line a conversation
  pony stats capture.pcapng                      protocols, sizes, rates, who sends most
  pony edit capture.pcapng -o out.pcapng --set ipv4.ttl=1 --map 10.0.0.0/8=192.168.0.0
  pony diff before.pcap after.pcap               what became of each packet, by field
  pony test my.pony                              run the tests in your definition
  pony craft 'Ipv4 { ttl = 3 } / Udp { dst_port = 53 } / \"hello\"'
  pony corpus Tcp -o tcp-packets                 valid packets, and every fault one at a time"
)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colours.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    pub(crate) color: ColorChoice,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what is in a capture file.
    Dissect(DissectArgs),
    /// Show who talks to whom in captures.
    Flows(FlowsArgs),
    /// Show what captures consist of.
    Stats(StatsArgs),
    /// Change the packets of a capture: fields, addresses, tags, tunnels, checksums.
    Edit(EditArgs),
    /// Show in what the packets of two captures differ.
    Diff(DiffArgs),
    /// Look for mistakes in definitions.
    Check(CheckArgs),
    /// Run the tests in definitions.
    Test(TestArgs),
    /// Lay definitions out in the usual way.
    Fmt(FmtArgs),
    /// Explain a mistake by its code.
    Explain(ExplainArgs),
    /// Print the checked definitions: where every field is, and what is known of it.
    Schema(SchemaArgs),
    /// Build a packet from its description.
    Craft(CraftArgs),
    /// Write packets made up from a definition, valid ones and ones with a fault, to test any parser.
    Corpus(CorpusArgs),
    /// Print completions for a shell.
    Completions(CompletionsArgs),
}

/// Definitions of the user's own, beside the built-in ones.
#[derive(Debug, Default, Args)]
pub(crate) struct Beside {
    /// A file with definitions of your own, beside the built-in ones; may be given more than once.
    #[arg(short = 'd', long = "definitions", value_name = "FILE.pony", action = ArgAction::Append)]
    pub(crate) files: Vec<String>,
}

/// Definitions of the user's own, which may be all there are.
#[derive(Debug, Default, Args)]
pub(crate) struct Definitions {
    #[command(flatten)]
    pub(crate) beside: Beside,

    /// Leave the built-in definitions out.
    #[arg(long)]
    pub(crate) no_builtin: bool,
}

/// `pony dissect`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony dissect capture.pcapng
  pony dissect --tree --count 3 capture.pcap
  pony dissect -d examples/beacon.pony --json tests/captures/beacon.pcapng | jq .layers
  pony dissect --decode-as udp_port=5353:Dns capture.pcap
  tcpdump -i eth0 -w - | pony dissect -

An object of --json has the keys frame, time, caplen, origlen, layers (each with layer, offset,
length and fields, nested as defined), meta, anomalies and error: what stopped the reading of a
layer or of a part of it, or null. Where that happened more than once, error is the first, and
errors lists them all.

Exit codes:
  0  the whole capture was read
  1  the capture is damaged; the packets before the damage are shown
  2  the command line or a definition is wrong")]
pub(crate) struct DissectArgs {
    #[command(flatten)]
    pub(crate) definitions: Definitions,

    /// Read LAYER where TABLE is asked for KEY, whatever the definitions say; may be given more than once.
    #[arg(long, value_name = "TABLE=KEY:LAYER", action = ArgAction::Append)]
    pub(crate) decode_as: Vec<String>,

    /// One JSON object a packet.
    #[arg(long, group = "format")]
    json: bool,

    /// Every field, with its place.
    #[arg(long, group = "format")]
    tree: bool,

    /// One line a packet; this is what you get if you say nothing.
    #[arg(long, group = "format")]
    summary: bool,

    /// JSON with flat fields, under the names that another tool has for them: wireshark.
    #[arg(long, value_name = "TOOL", conflicts_with_all = ["tree", "summary"])]
    pub(crate) names: Option<String>,

    /// Stop after so many packets.
    #[arg(short = 'c', long, value_name = "N")]
    pub(crate) count: Option<u64>,

    /// Threads that dissect; as many as there are processors, unless said.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZero<usize>>,

    /// The capture: pcap or pcapng, plain or compressed by gzip or Zstandard; `-` for standard input.
    #[arg(value_name = "CAPTURE")]
    pub(crate) capture: String,
}

/// How packets are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// One JSON object a packet.
    Json,
    /// Every field, for people.
    Tree,
    /// One line a packet.
    Summary,
}

impl DissectArgs {
    /// How packets are printed.
    pub(crate) fn format(&self) -> Format {
        match self {
            Self { tree: true, .. } => Format::Tree,
            Self { json: true, .. } | Self { names: Some(_), .. } => Format::Json,
            _ => Format::Summary,
        }
    }
}

/// `pony flows`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony flows capture.pcapng
  pony flows --inner tunnels.pcap
  pony flows --json monday.pcap tuesday.pcap.gz | jq -r 'select(.bytes[1] > 1e6) | .community_id'
  tcpdump -i eth0 -w - -G 60 -W 1 | pony flows -

A flow is what two ends with their ports say to each other by one protocol in one VLAN, from the first
packet to the last, or to the next SYN of TCP. Who begins it stands first: by the handshake of TCP, else
by the ports, else by the first packet. Bytes are those of whole packets on the link. Fragments count
for the flow of their first one.

An object of --json has the keys protocol, src, dst, src_port, dst_port, vlan, packets, bytes, first,
last, tcp_flags and community_id; pairs are of who begins it, then of the other side. Ports are null
where the protocol has none; of ICMP they are type and code, or type and that of the answer, as in
Community IDs. What comes out of a tunnel (--inner) has the key tunnel, too.

Exit codes:
  0  all captures were read
  1  a capture is damaged; the flows before the damage are shown
  2  the command line is wrong, or a file can't be read")]
pub(crate) struct FlowsArgs {
    /// One JSON object a flow.
    #[arg(long, group = "form")]
    pub(crate) json: bool,

    /// Comma-separated values, with a line of names.
    #[arg(long, group = "form")]
    pub(crate) csv: bool,

    /// Show the flows in tunnels, too: each packet counts for all flows that it is a part of.
    #[arg(long)]
    pub(crate) inner: bool,

    /// End a flow when no packet has come for so long.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) idle: Option<f64>,

    /// Report a flow when it has gone on for so long, and go on with another.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) active: Option<f64>,

    /// Keep so many flows at a time; each takes some 90 bytes.
    #[arg(long, value_name = "N", default_value = "4000000")]
    pub(crate) most: NonZero<usize>,

    /// The captures, read one after the other as if they were one; `-` for standard input.
    #[arg(value_name = "CAPTURE", required = true)]
    pub(crate) captures: Vec<String>,
}

/// `pony stats`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony stats capture.pcapng
  pony stats --top 50 monday.pcap tuesday.pcap.gz
  pony stats --json capture.pcap | jq '.protocols[] | [(.layers | join(\"/\")), .packets]'

A packet counts for every protocol that it has, upon those below; not for what a message of ICMP quotes.
Bytes are those of whole packets on the link. Endpoints and conversations are those of the outermost
Internet header, the ones with the most bytes first; `pony flows` has all that is known of them.

The object of --json has the keys packets, bytes, captured, unknown, first, last, bits_per_second,
packets_per_second, rates, sizes, protocols, endpoints and conversations, all of them.

Exit codes:
  0  all captures were read
  1  a capture is damaged; what was before the damage is shown
  2  the command line is wrong, or a file can't be read")]
pub(crate) struct StatsArgs {
    /// One JSON object.
    #[arg(long)]
    pub(crate) json: bool,

    /// Show so many endpoints and conversations.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) top: usize,

    /// The captures, taken together; `-` for standard input.
    #[arg(value_name = "CAPTURE", required = true)]
    pub(crate) captures: Vec<String>,
}

/// `pony edit`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony edit capture.pcapng -o out.pcapng --set ipv4.ttl=1 --set 'tcp.flags=syn|ack'
  pony edit capture.pcap -o out.pcap --where udp.dst_port=53 --only
  pony edit capture.pcap -o out.pcap --map 10.0.0.0/8=192.168.0.0 --map 02:00:00:00:00:01=02:00:00:00:00:99
  pony edit tagged.pcap -o out.pcap --strip vlan --push-vlan 7:3
  pony edit tunnel.pcap -o out.pcap --decapsulate vxlan
  pony edit capture.pcap -o out.pcap --encapsulate \
    'Ethernet {} / Ipv4 { src = ip\"10.9.0.1\"; dst = ip\"10.9.0.2\" } / Udp { dst_port = 4789 } / Vxlan { vni = 7 }'
  pony edit broken.pcap -o out.pcap --checksums fix
  pony edit -d examples/beacon.pony capture.pcap -o out.pcap --where beacon --set beacon.station=99

A field is LAYER.FIELD as in `pony dissect --tree`: ipv4.ttl; ipv4[1].ttl of the second such layer;
tcp.options[0].mss.mss of an element; tcp.flags.syn of a flag. Packets without it stay as they are.
Values are numbers, names, addresses, flags (syn|ack), hex\"0a0b\" or text.

Things are done in this order: --decapsulate, --strip, --push-vlan, --encapsulate, --set, --map,
--checksums. Lengths, keys and checksums that were right are right afterwards, those of tunnels and of
addresses too; what was wrong stays wrong. What can't be done to a packet leaves it as it was.

Exit codes:
  0  the whole capture was read, and written
  1  the capture is damaged, or the output can't be written
  2  the command line is wrong, or a file can't be opened")]
pub(crate) struct EditArgs {
    #[command(flatten)]
    pub(crate) definitions: Beside,

    /// Where to write: .pcap or .pcapng say the format, else it is that of the capture; `-` for standard output.
    #[arg(short = 'o', long, value_name = "FILE")]
    pub(crate) output: String,

    /// Set a field, wherever it is; may be given more than once, as may all that follow but --push-vlan and --encapsulate.
    #[arg(long, value_name = "FIELD=VALUE", action = ArgAction::Append)]
    pub(crate) set: Vec<String>,

    /// Have addresses that begin with so many bits begin with those of another one, in all layers.
    #[arg(long, value_name = "ADDRESS[/BITS]=ADDRESS", action = ArgAction::Append)]
    pub(crate) map: Vec<String>,

    /// Take all layers of that kind out: vlan, mpls, or one of your own.
    #[arg(long, value_name = "LAYER", action = ArgAction::Append)]
    pub(crate) strip: Vec<String>,

    /// Take packets out of the outermost tunnel of that kind: vxlan, gre.
    #[arg(long, value_name = "LAYER", action = ArgAction::Append)]
    pub(crate) decapsulate: Vec<String>,

    /// Put a tag of a VLAN behind the addresses of each frame.
    #[arg(long, value_name = "ID[:PRIORITY[:TYPE]]")]
    pub(crate) push_vlan: Option<String>,

    /// Put these layers, as `pony craft` has them, around each packet.
    #[arg(long, value_name = "STACK")]
    pub(crate) encapsulate: Option<String>,

    /// What becomes of checksums.
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = Checksums::Follow)]
    pub(crate) checksums: Checksums,

    /// Change only packets that have this layer, or this field with this value, or != with another one.
    #[arg(long = "where", value_name = "LAYER|FIELD=VALUE", action = ArgAction::Append)]
    pub(crate) conditions: Vec<String>,

    /// Change only the frames of these numbers.
    #[arg(long, value_name = "N[-N]", action = ArgAction::Append, value_delimiter = ',')]
    pub(crate) frames: Vec<String>,

    /// Leave out the packets that --where and --frames do not mean.
    #[arg(long)]
    pub(crate) only: bool,

    /// The capture: pcap or pcapng, plain or compressed; `-` for standard input.
    #[arg(value_name = "CAPTURE")]
    pub(crate) capture: String,
}

/// What becomes of checksums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Checksums {
    /// Those that were right are right again.
    Follow,
    /// All bytes stay that nobody has set, those of lengths and keys too.
    Keep,
    /// All become right.
    Fix,
    /// All become wrong.
    Break,
}

/// `pony diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony diff before.pcap after.pcap
  pony diff --ignore ipv4.checksum --ignore ipv4.ttl sent.pcap received.pcap
  pony diff --json before.pcap after.pcap | jq -r .differences[].path

Packets are compared in the order in which they were captured; where one capture has packets that the
other has not, it goes on behind them, if equal packets come within the next 64. Times are not compared.
An object of --json has the keys frames (of both captures, null where one has no such packet), layers
and differences, each with path, before and after.

Exit codes:
  0  all packets are the same
  1  some differ, or a capture is damaged
  2  the command line is wrong, or a file can't be read")]
pub(crate) struct DiffArgs {
    #[command(flatten)]
    pub(crate) definitions: Beside,

    /// One JSON object for each pair of packets that differ.
    #[arg(long)]
    pub(crate) json: bool,

    /// Take no notice of this field, or of all that is in this layer; may be given more than once.
    #[arg(long, value_name = "LAYER[.FIELD]", action = ArgAction::Append)]
    pub(crate) ignore: Vec<String>,

    /// The first capture; `-` for standard input.
    #[arg(value_name = "BEFORE")]
    pub(crate) before: String,

    /// The second capture.
    #[arg(value_name = "AFTER")]
    pub(crate) after: String,
}

/// A time in seconds.
fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse::<f64>().ok().filter(|&seconds| seconds > 0.0 && seconds < 1e9);
    seconds.ok_or_else(|| "it is no number of seconds, such as 60 or 0.5".to_owned())
}

/// `pony check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony check my.pony
  pony check --no-builtin net.pony ipv4.pony udp.pony

The files are checked together with the built-in definitions; a file takes the place of a built-in one
whose module has the same name. All mistakes are printed at once, with the source.

Exit codes:
  0  nothing is wrong
  1  there are mistakes
  2  a file can't be read")]
pub(crate) struct CheckArgs {
    /// The definitions.
    #[arg(value_name = "FILE.pony", required = true)]
    pub(crate) files: Vec<String>,

    /// Leave the built-in definitions out.
    #[arg(long)]
    pub(crate) no_builtin: bool,

    /// Take warnings for mistakes.
    #[arg(long)]
    pub(crate) strict: bool,
}

/// `pony test`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony test                    the tests of the built-in definitions
  pony test my.pony            those, and the ones in my.pony
  pony test --only my.pony     the ones in my.pony alone

The last line is `N passed, N failed`.

Exit codes:
  0  no test failed
  1  a test failed
  2  a definition is wrong, or can't be read")]
pub(crate) struct TestArgs {
    /// Definitions of your own.
    #[arg(value_name = "FILE.pony")]
    pub(crate) files: Vec<String>,

    /// Run the tests of the given files only.
    #[arg(long, requires = "files")]
    pub(crate) only: bool,

    /// Leave the built-in definitions out.
    #[arg(long)]
    pub(crate) no_builtin: bool,

    /// Print the name of every test.
    #[arg(short, long)]
    pub(crate) verbose: bool,
}

/// `pony fmt`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony fmt my.pony
  pony fmt --check protocols/src/*/*.pony
  pony fmt - < my.pony > formatted.pony

Exit codes:
  0  all is well
  1  --check found a file that would change
  2  a file can't be read, or has mistakes")]
pub(crate) struct FmtArgs {
    /// Change nothing; say which files would change.
    #[arg(long)]
    pub(crate) check: bool,

    /// The files; `-` for standard input to standard output.
    #[arg(value_name = "FILE.pony", required = true)]
    pub(crate) files: Vec<String>,
}

/// `pony explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony explain E0107
  pony explain            all codes")]
pub(crate) struct ExplainArgs {
    /// The code, as in `error[E0107]`.
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

/// `pony schema`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony schema                  what is defined
  pony schema Ipv4             a layer: its fields, their places, what is proved of them
  pony schema udp_port         a table
  pony schema my.pony          all that a file defines")]
pub(crate) struct SchemaArgs {
    #[command(flatten)]
    pub(crate) definitions: Definitions,

    /// Layers, structs, codecs, enums, flags, tables, interfaces or metafields, or files, all of which is printed.
    #[arg(value_name = "NAME|FILE.pony")]
    pub(crate) names: Vec<String>,
}

/// `pony craft`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony craft 'Ipv4 { ttl = 3; src = ip\"10.0.0.1\"; dst = ip\"10.0.0.2\" } / Udp { dst_port = 53 } / \"hello\"'
  pony craft -o out.pcap 'Ethernet {} / Ipv4 {} / Tcp { flags = syn; checksum = raw 0xdead }'
  pony craft -d my.pony 'Udp { dst_port = 9999 } / MyLayer { kind = HELLO }'

What is not said is derived: lengths, keys, checksums. `field = raw N` sets bits that would be refused
otherwise. The syntax is that of build tests. The packet goes to standard output in hexadecimal, or
into a pcap file.")]
pub(crate) struct CraftArgs {
    #[command(flatten)]
    pub(crate) definitions: Definitions,

    /// Write a pcap file; `-` for standard output.
    #[arg(short, long, value_name = "FILE.pcap")]
    pub(crate) output: Option<String>,

    /// Set a metafield; may be given more than once.
    #[arg(long, value_name = "NAME=VALUE", action = ArgAction::Append)]
    pub(crate) meta: Vec<String>,

    /// Draw random fields from this seed: the same seed gives the same packet.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,

    /// The layers from the outermost one on, with `/` between them.
    #[arg(value_name = "STACK")]
    pub(crate) stack: String,
}

/// `pony corpus`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony corpus Tcp -o tcp-packets
  pony corpus -d my.pony MyLayer -o packets --count 1000 --seed 7
  pony corpus Dns -o dns --format pcap
  jq -r 'select(.fault) | [.file, .expected.words] | @tsv' tcp-packets/index.jsonl

Each packet stands upon the layers that it needs, with lengths and checksums that are right. The folder
gets valid/, with packets that have every field and option of the layer between them; faults/, with a
packet for every check and every derivation of the definition that is wrong in just this; index.jsonl,
with a line for each: file, label, layers, link_type, length, hex, and of faults fault, subject,
expected and entailed: the error or anomaly that pony reports, with field and offset, and what follows
from it; and all.pcapng, with all of them. Faults that no packet can have are printed, with the reason.
The same seed gives the same files.

Exit codes:
  0  the files were written
  1  a file can't be written
  2  the command line or a definition is wrong")]
pub(crate) struct CorpusArgs {
    #[command(flatten)]
    pub(crate) definitions: Definitions,

    /// The folder to write into; it must be new or empty.
    #[arg(short, long, value_name = "DIR", default_value = "corpus")]
    pub(crate) output: String,

    /// Make packets up from this seed.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) seed: u64,

    /// Write at most so many valid packets.
    #[arg(short = 'c', long, value_name = "N", default_value_t = 100)]
    pub(crate) count: usize,

    /// Write files of plain bytes, or captures of one packet.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = CorpusFormat::Raw)]
    pub(crate) format: CorpusFormat,

    /// The layer.
    #[arg(value_name = "LAYER")]
    pub(crate) layer: String,
}

/// How the packets of a corpus are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CorpusFormat {
    /// The packet's bytes.
    Raw,
    /// A pcap file of one packet.
    Pcap,
}

/// `pony completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony completions bash > ~/.local/share/bash-completion/completions/pony
  pony completions fish > ~/.config/fish/completions/pony.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum)]
    pub(crate) shell: Shell,
}
