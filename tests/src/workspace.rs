//! The crates of the workspace, as cargo knows them.

use crate::root;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A crate of the workspace.
#[derive(Debug)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its folder, below the root.
    pub folder: String,
    /// What its users build with it.
    pub dependencies: BTreeSet<String>,
    /// What its tests need besides.
    pub dev_dependencies: BTreeSet<String>,
    /// The kinds of its targets: `lib`, `bin`, `test`, `custom-build`, `proc-macro`, …
    pub targets: BTreeSet<String>,
}

/// The crates of the workspace at `manifest`, sorted by name.
pub fn packages(manifest: &Path) -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .output()
        .expect("cargo runs, since it runs this test");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo describes the workspace in JSON");
    let mut packages: Vec<Package> = array(&metadata["packages"]).iter().map(package).collect();
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    packages
}

fn package(value: &Value) -> Package {
    let manifest = PathBuf::from(text(&value["manifest_path"]));
    let folder =
        manifest.parent().and_then(|folder| folder.strip_prefix(root()).ok()).expect("a crate lies in the repository");
    let (dev, all): (Vec<_>, Vec<_>) = array(&value["dependencies"]).iter().partition(|each| each["kind"] == "dev");
    let names = |dependencies: Vec<&Value>| dependencies.into_iter().map(|each| text(&each["name"])).collect();
    let targets = array(&value["targets"]);
    Package {
        name: text(&value["name"]),
        folder: folder.display().to_string(),
        dependencies: names(all),
        dev_dependencies: names(dev),
        targets: targets.iter().flat_map(|target| array(&target["kind"])).map(text).collect(),
    }
}

/// Every package that is built for one of the workspace, by its features.
pub fn built_for(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}",
            "--package",
            package,
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs, since it runs this test");
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
