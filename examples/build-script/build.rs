//! Turns the definition into Rust, beside all protocols that Pony knows.

use packet_codegen::{Source, compile};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let beside = packet_protocols::DEFINITIONS.iter().map(|known| Source::new(known.path, known.text));
    let beside: Vec<Source> = beside.collect();
    let folder = std::env::var_os("OUT_DIR").unwrap_or_default();
    match compile(&["thermometer.pony"], &beside, Path::new(&folder).join("layers.rs")) {
        Ok(()) => ExitCode::SUCCESS,
        Err(mistakes) => {
            eprintln!("{mistakes}");
            ExitCode::FAILURE
        }
    }
}
