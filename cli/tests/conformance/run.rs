//! Runs the command over captures, several at a time.

use super::compare::Report;
use super::known::Known;
use super::oracle::{OracleCapture, Values, captures};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

/// Compares every capture that these files of the oracle tell of.
pub(crate) fn run(known: &Known, oracles: &[PathBuf], folder: &Path) -> Report {
    let work = Mutex::new(oracles.iter());
    let total = Mutex::new(Report::default());
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(path) = next(&work) {
                    let mut report = Report::default();
                    captures(path, known, |capture| one(known, folder, capture, &mut report));
                    total.lock().expect("no thread has failed").merge(report);
                }
            });
        }
    });
    total.into_inner().expect("no thread has failed")
}

fn next<'p>(work: &Mutex<std::slice::Iter<'p, PathBuf>>) -> Option<&'p PathBuf> {
    work.lock().expect("no thread has failed").next()
}

/// Compares one capture.
fn one(known: &Known, folder: &Path, oracle: OracleCapture, report: &mut Report) {
    let path = folder.join(&oracle.file);
    if oracle.packets.is_empty() || !path.exists() {
        return;
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_pony"))
        .args(["dissect", "--json", "--names", "wireshark"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command starts");
    let stdout = child.stdout.take().expect("its output is ours");
    let mut lines = BufReader::with_capacity(1 << 20, stdout).lines();
    let mut ours = lines.by_ref().map(|line| frame(&line.expect("text"))).peekable();
    for packet in &oracle.packets {
        while ours.next_if(|(number, _)| *number < packet.frame).is_some() {}
        match ours.next_if(|(number, _)| *number == packet.frame) {
            Some((_, values)) => report.compare(known, &oracle.file, packet, &values),
            // The list may say that packets are counted in another way there.
            None => {
                match known.difference("frame.number", &oracle.file, packet.frame) {
                    Some(row) => report.excuse(row, "frame.number", packet.frame),
                    None => report.failed.push(format!("{}: no frame {}", oracle.file, packet.frame)),
                }
                break;
            }
        }
    }
    drop(ours);
    drop(lines);
    let _ = child.wait();
}

/// Layers of which tshark shows nothing where a message is cut: by the end of its segment, for all reassembly is off in the
/// oracle, or by the capture.
const MESSAGES: &[(&str, &str)] = &[("TlsRecord", "tls_record.truncated")];

/// The number of a frame, and its values by name, those of a message that is cut left out.
fn frame(line: &str) -> (u64, Values) {
    let line: Value = serde_json::from_str(line).expect("JSON");
    let mut values = Values::new();
    let none = Vec::new();
    let (layers, anomalies) =
        (line["layers"].as_array().unwrap_or(&none), line["anomalies"].as_array().unwrap_or(&none));
    let cut = MESSAGES.iter().filter(|(_, anomaly)| anomalies.iter().any(|one| one == anomaly));
    // The message that is cut is the last one.
    let whole = cut.filter_map(|(name, _)| layers.iter().rposition(|layer| layer["layer"] == *name)).min();
    for layer in layers.iter().take(whole.unwrap_or(layers.len())) {
        for (name, value) in layer["fields"].as_object().into_iter().flatten() {
            let list = values.entry(name.clone()).or_default();
            match value {
                Value::Array(many) => list.extend(many.iter().cloned()),
                one => list.push(one.clone()),
            }
        }
    }
    (line["frame"].as_u64().unwrap_or(0), values)
}
