//! The table of crates in ARCHITECTURE.md is what cargo says, arrow by arrow.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a failing test may panic")]

use pony_tests::{root, workspace};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// A row of the table.
struct Row {
    folder: String,
    package: String,
    arrows: Arrows,
}

/// Which crates of the workspace a crate depends on.
enum Arrows {
    /// These, and each of them.
    Exactly(BTreeSet<String>),
    /// Any of these.
    AnyOf(BTreeSet<String>),
    /// Whatever it tests.
    Anything,
}

fn table() -> Vec<Row> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let (_, table) = text.split_once("| folder | package |").expect("it has a table of crates");
    let mut rows: Vec<Row> = Vec::new();
    for line in table.lines().skip(2).take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [folder, package, _, arrows] = cells[..] else { panic!("four cells make a row: {line}") };
        let above = rows.iter().map(|row| row.package.clone()).collect();
        let arrows = match arrows {
            "nothing" => Arrows::Exactly(BTreeSet::new()),
            "all above" => Arrows::AnyOf(above),
            "anything" => Arrows::Anything,
            list => Arrows::Exactly(list.split(", ").map(str::to_owned).collect()),
        };
        rows.push(Row { folder: folder.replace('`', ""), package: package.to_owned(), arrows });
    }
    rows
}

#[test]
fn the_table_lists_every_crate() {
    let mut manifests = vec![root().join("Cargo.toml")];
    manifests.extend(Some(root().join("fuzz/Cargo.toml")).filter(|manifest| manifest.exists()));
    let packages = manifests.iter().flat_map(|manifest| workspace::packages(manifest));
    let known: BTreeMap<String, String> = packages.map(|package| (package.folder, package.name)).collect();
    let listed: BTreeMap<String, String> = table().into_iter().map(|row| (row.folder, row.package)).collect();
    assert_eq!(listed, known, "left is ARCHITECTURE.md, right is cargo");
}

#[test]
fn the_arrows_of_the_table_are_all_there_are() {
    let packages = workspace::packages(&root().join("Cargo.toml"));
    let members: BTreeSet<String> = packages.iter().map(|package| package.name.clone()).collect();
    for row in table() {
        let Some(package) = packages.iter().find(|package| package.name == row.package) else { continue };
        let ours: BTreeSet<String> = package.dependencies.intersection(&members).cloned().collect();
        let of_tests: BTreeSet<String> = package.dev_dependencies.intersection(&members).cloned().collect();
        let allowed = match row.arrows {
            Arrows::Exactly(arrows) => {
                assert_eq!(ours, arrows, "{}: left is cargo, right is ARCHITECTURE.md", row.package);
                arrows
            }
            Arrows::AnyOf(arrows) => arrows,
            Arrows::Anything => continue,
        };
        let used: BTreeSet<String> = ours.union(&of_tests).cloned().collect();
        assert!(used.is_subset(&allowed), "{} uses {used:?}, and ARCHITECTURE.md allows {allowed:?}", row.package);
    }
}
