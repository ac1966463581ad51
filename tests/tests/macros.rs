//! Definitions in a user's crate: by a macro, and by a build script.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing test may panic")]

use packet_codegen::{Source, compile, modules};
use packet_protocols::net::EtherType;
use pony_tests::root;
use std::fs;
use std::path::Path;
use std::process::Command;

packet_macros::layers!("macros/thermometer.pony");

#[test]
fn a_definition_is_a_module_of_the_crate() {
    let packet = [1, 0, 0, 0, 2, 0x08, 0x00, 0xff, 0xfe];
    let view = thermometer::Thermometer::parse(&packet[..]).unwrap();
    assert_eq!((view.sequence(), view.spot(), view.reading()), (1, thermometer::Spot::OUTSIDE, -2));
    assert_eq!(view.network(), EtherType::IPV4);
}

fn beside() -> Vec<Source> {
    packet_protocols::DEFINITIONS.iter().map(|known| Source::new(known.path, known.text)).collect()
}

#[test]
fn a_build_script_writes_the_same() {
    let path = root().join("tests/macros/thermometer.pony");
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("thermometer.rs");
    compile(&[&path], &beside(), &out).unwrap();
    let written: syn::File = syn::parse_file(&fs::read_to_string(&out).unwrap()).unwrap();
    let own = Source::new("thermometer.pony", fs::read_to_string(&path).unwrap());
    let tokens: syn::File = syn::parse2(modules(&[own], &beside()).unwrap()).unwrap();
    assert_eq!(written.items.len(), 1);
    let [syn::Item::Mod(written), syn::Item::Mod(made)] = [&written.items[0], &tokens.items[0]] else {
        panic!("no module");
    };
    assert_eq!(written.ident, "thermometer");
    let items = |module: &syn::ItemMod| module.content.as_ref().unwrap().1.len();
    assert_eq!(items(written), items(made));
}

#[test]
fn mistakes_are_told_as_the_command_does() {
    let own = Source::new("wrong.pony", "module wrong;\nlayer Wrong { length: u8; data: bytes[lenght]; }\n");
    let mistakes = modules(&[own], &beside()).unwrap_err();
    assert_eq!(mistakes.len(), 1, "{mistakes:#?}");
    assert!(mistakes[0].contains("error[E0101]") && mistakes[0].contains("wrong.pony:2"), "{}", mistakes[0]);
    let missing = compile(&["no/such/file.pony"], &[], "nowhere").unwrap_err();
    assert!(missing.starts_with("no/such/file.pony: "), "{missing}");
}

/// The example is a crate of its own, as a user has it.
#[test]
fn the_example_with_a_build_script_runs() {
    let folder = root().join("examples/build-script");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("build-script");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--offline"])
        .env("CARGO_TARGET_DIR", target)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "reading 1 of 0x0800: -2\n");
}
