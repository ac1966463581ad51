//! An accessor of a view is the machine code that one by hand is: each is held against the other, and against a golden.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a failing test may panic, and says what it left out"
)]

use pony_tests::root;
use std::fs;
use std::process::Command;

/// Functions of `benches/src/accessors.rs`; each has another one that does the same by hand.
const ACCESSORS: &[&str] = &["ipv4_ttl", "ipv4_src", "tcp_seq", "tcp_flags", "vlan_id"];

/// What the compiler makes of the crate that has them, in the release build of a user.
fn assembly() -> String {
    let target = root().join("target/machine-code");
    let status = Command::new(env!("CARGO"))
        .args(["rustc", "--release", "--quiet", "--package", "pony-benches", "--lib", "--target-dir"])
        .arg(&target)
        .args(["--", "--emit", "asm", "-C", "debuginfo=0", "-C", "codegen-units=1"])
        .current_dir(root())
        .status();
    assert!(status.unwrap().success(), "the accessors compile");
    let files = fs::read_dir(target.join("release/deps")).unwrap();
    let newest = files.filter_map(Result::ok).filter(|file| {
        let name = file.file_name().to_string_lossy().into_owned();
        name.starts_with("pony_benches-") && name.ends_with(".s")
    });
    let newest = newest.max_by_key(|file| file.metadata().and_then(|data| data.modified()).unwrap());
    fs::read_to_string(newest.expect("the compiler has written assembly").path()).unwrap()
}

/// The instructions of a function, one a line. Where in a view the reference to its bytes stands is the compiler's choice.
fn function(assembly: &str, name: &str) -> String {
    let mangled = format!("{}{name}17h", name.len());
    let mut lines = assembly.lines().skip_while(|line| !(line.contains(&mangled) && line.ends_with(':'))).skip(1);
    let body = lines.by_ref().take_while(|line| !line.trim_start().starts_with(".size"));
    let instructions =
        body.map(str::trim).filter(|line| !line.starts_with('.') && !line.ends_with(':') && !line.is_empty());
    instructions.map(|line| format!("{}\n", behind_view(&line.replace('\t', " ")))).collect()
}

/// `movq 24(%rdi), %rax` as `movq (%rdi), %rax`.
fn behind_view(line: &str) -> String {
    match line.split_once("(%rdi)") {
        Some((before, rest)) => format!("{}(%rdi){rest}", before.trim_end_matches(|last: char| last.is_ascii_digit())),
        None => line.to_owned(),
    }
}

#[test]
fn accessors_are_what_they_are_by_hand() {
    if cfg!(not(all(target_arch = "x86_64", target_os = "linux"))) {
        println!("left out: the goldens are of x86-64");
        return;
    }
    let assembly = assembly();
    for name in ACCESSORS {
        let (read, by_hand) = (function(&assembly, name), function(&assembly, &format!("hand_{name}")));
        assert!(read.lines().count() > 1, "{name} is in the assembly");
        assert_eq!(read, by_hand, "{name} is what it is by hand");
        let path = root().join("tests/goldens/machine-code").join(format!("{name}.s"));
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &read).unwrap();
        }
        let golden = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(read, golden, "{name}: `cargo xtask bless` writes it anew");
    }
}
