//! The command line.

use crate::style::ColorChoice;
use clap::{ArgAction, Args, Parser, Subcommand};
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
  pony test my.pony                              run the tests in your definition
  pony craft 'Ipv4 { ttl = 3 } / Udp { dst_port = 53 } / \"hello\"'"
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
    /// Look for mistakes in definitions.
    Check(CheckArgs),
    /// Explain a mistake by its code.
    Explain(ExplainArgs),
    /// Print completions for a shell.
    Completions(CompletionsArgs),
}

/// Definitions of the user's own.
#[derive(Debug, Args)]
pub(crate) struct Definitions {
    /// A file with definitions of your own, beside the built-in ones; may be given more than once.
    #[arg(short = 'd', long = "definitions", value_name = "FILE.pony", action = ArgAction::Append)]
    pub(crate) files: Vec<String>,

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

Exit codes: 0 if the whole capture was read, 1 if it is damaged (the packets before the damage are shown), 2 if the
command line or a definition is wrong.")]
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

/// `pony check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pony check my.pony
  pony check --no-builtin net.pony ipv4.pony udp.pony

The files are checked together with the built-in definitions. All mistakes are printed at once, with the source.
Exit codes: 0 if there is none, 1 if there is one, 2 if a file can't be read.")]
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
