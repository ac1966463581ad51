//! Findings in definitions: what each looks like, that its page tells the truth, and that none hides another one.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use packet_codegen::{Sources, render, text};
use packet_schema::{Code, Diagnostic, check};
use pony_tests::root;
use std::collections::BTreeSet;
use std::fs;

/// Reads and checks sources together.
fn findings(sources: &[(&str, &str)]) -> (Sources, Vec<Diagnostic>) {
    let mut all = Sources::new();
    let mut modules = Vec::new();
    let mut found = Vec::new();
    for (name, source) in sources {
        let (module, mistakes) = text::parse(all.add(*name, *source), source);
        modules.push(module);
        found.extend(mistakes);
    }
    found.extend(check(&modules).diagnostics);
    found.sort_by_key(|finding| finding.labels.first().map(|label| label.span));
    (all, found)
}

fn codes(found: &[Diagnostic]) -> BTreeSet<&str> {
    found.iter().map(|finding| finding.code.id()).collect()
}

/// Every code has a definition that raises it and nothing else, and the text that people then see.
#[test]
fn each_code_has_its_golden() {
    let folder = root().join("tests/goldens/diagnostics");
    let bless = std::env::var_os("BLESS").is_some();
    for code in Code::ALL {
        let id = code.id();
        let name = format!("{id}.pony");
        let source = fs::read_to_string(folder.join(&name)).unwrap_or_else(|_| panic!("{id} has no golden"));
        let (sources, found) = findings(&[(&name, &source)]);
        assert_eq!(codes(&found), BTreeSet::from([id]), "{name}:\n{}", render(&sources, &found, false));
        let shown = render(&sources, &found, false);
        let path = folder.join(format!("{id}.txt"));
        if bless {
            fs::write(&path, &shown).unwrap();
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(shown, golden, "{id}: `cargo xtask bless` writes it anew");
    }
    let known: BTreeSet<_> = Code::ALL.iter().map(|code| code.id().to_owned()).collect();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(known.contains(&stem), "{} is the golden of no code", path.display());
    }
}

/// Each page shows a definition that raises its code and nothing else, and one that raises nothing.
#[test]
fn each_page_tells_the_truth() {
    for code in Code::ALL {
        let (id, page) = (code.id(), code.page());
        assert!(page.starts_with(&format!("# {id}: {}\n", code.title())), "{id}: the page has another title");
        let blocks: Vec<_> = page.split("```pony\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
        let [wrong, mended] = blocks.as_slice() else { panic!("{id}: a page shows two definitions") };
        let (sources, found) = findings(&[("wrong.pony", wrong)]);
        assert_eq!(codes(&found), BTreeSet::from([id]), "{id}:\n{}", render(&sources, &found, false));
        assert_eq!(found.len(), 1, "{id}: one mistake, one finding:\n{}", render(&sources, &found, false));
        let (sources, found) = findings(&[("mended.pony", mended)]);
        assert!(found.is_empty(), "{id}: what is mended has findings:\n{}", render(&sources, &found, false));
    }
}

/// What the design examples name and do not define.
const REST: &str = "
    module pony.rest;
    use pony.net.{IpProtocol, ip_protocol, tcp_port};
    layer Llc { dsap: u8; ssap: u8; payload: next; }
    layer Icmp {
        type: u8;
        code: u8;
        checksum: u16 auto inet16(self) verify;
        match type {
            0 => EchoReply { id: u16; seq: u16; data: bytes; }
            8 => Echo { id: u16; seq: u16; data: bytes; }
            _ => Other { data: bytes; }
        }
    }
    layer IcmpError { type: u8; invoking_packet: next is Ipv4; }
    bind tcp_port { 53 => DnsOverTcp; }
    bind ip_protocol { ICMP => Icmp; }
    probe IcmpError { type == 3 } score 10;
";

#[test]
fn the_design_examples_have_nothing_wrong() {
    let folder = root().join("codegen/tests/examples");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "pony"));
    let mut sources: Vec<_> = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    sources.push(REST.to_owned());
    let named: Vec<_> = sources.iter().map(|source| ("example.pony", source.as_str())).collect();
    let (_, found) = findings(&named);
    let found: Vec<_> = found.into_iter().map(|finding| (finding.code.id(), finding.message)).collect();
    let unused = "nothing uses the layer, struct or codec `Uleb128`".to_owned();
    assert_eq!(found, [("E0502", unused)], "the examples show a codec that no layer of theirs uses");
}

/// Stages and items do not hide each other's findings, and no finding is there twice.
#[test]
fn all_mistakes_are_reported_at_once() {
    let every = Code::ALL.iter().map(|code| {
        let page = code.page();
        let wrong = page.split("```pony\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        // Each page's definition as a module of its own, with names of its own.
        let module = wrong.replacen("module my", &format!("module {}", code.id().to_lowercase()), 1);
        (code.id(), module)
    });
    let sources: Vec<_> = every.collect();
    let named: Vec<_> = sources.iter().map(|(id, source)| (*id, source.as_str())).collect();
    let (all, found) = findings(&named);
    for (source, code) in (0..).zip(Code::ALL) {
        let here: Vec<_> = found.iter().filter(|finding| finding.labels[0].span.source == source).collect();
        let shown = render(&all, &found, false);
        let told = here.iter().filter(|finding| finding.code == *code).count();
        assert_eq!(told, 1, "{}:\n{shown}", code.id());
    }
}
