//! The folder of a new protocol: a small definition with its tests, to be written over.

use crate::{Outcome, codegen, repository};
use std::path::Path;

/// A definition that holds, and explains itself. It defines `Template`, in the module `pony.template`.
const TEMPLATE: &str = include_str!("template.pony");

/// Lays out the folder of the protocol `name`, and enters it in what is generated.
pub(crate) fn run(root: &Path, name: &str) -> Outcome {
    let layer = layer_name(name)?;
    let path = format!("{}/{name}/{name}.pony", codegen::PROTOCOLS);
    if root.join(&path).exists() {
        return Err(format!("{path} is there already"));
    }
    let text = TEMPLATE.replace("Template", &layer).replace("template", name);
    repository::write(&root.join(&path), &text)?;
    codegen::write(root)?;
    println!("{path} awaits the standard; `cargo run -- test {path}` tries it");
    Ok(())
}

/// The layer's name, in camel case, from the protocol's, in snake case.
fn layer_name(name: &str) -> Result<String, String> {
    let starts_well = name.starts_with(|first: char| first.is_ascii_lowercase());
    if !starts_well || !name.chars().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '_') {
        return Err(format!("`{name}` is no name in snake case, such as `mqtt` or `open_flow`"));
    }
    let capitalised =
        |word: &str| word.chars().take(1).map(|first| first.to_ascii_uppercase()).chain(word.chars().skip(1)).collect();
    Ok(name.split('_').map(capitalised).collect::<Vec<String>>().concat())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;
    use std::{env, fs, process};

    #[test]
    fn names_of_layers() {
        assert_eq!(layer_name("mqtt"), Ok("Mqtt".into()));
        assert_eq!(layer_name("open_flow13"), Ok("OpenFlow13".into()));
        for name in ["", "Mqtt", "4in6", "_x", "a-b", "a/b", ".."] {
            assert!(layer_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_protocol_is_one_folder_and_the_generated_index() {
        let root = env::temp_dir().join(format!("pony-new-protocol-{}", process::id()));
        let kept = codegen::all_definitions(&repository::root()).unwrap();
        for path in kept.iter().filter(|path| path.starts_with(codegen::PROTOCOLS)).chain([&"rustfmt.toml".to_owned()])
        {
            let text = repository::text(&repository::root().join(path)).unwrap().unwrap();
            repository::write(&root.join(path), &text).unwrap();
        }
        run(&root, "open_flow").unwrap();
        let again = run(&root, "open_flow");
        let files = repository::files(&root).unwrap();
        let text = repository::text(&root.join("protocols/src/open_flow/open_flow.pony")).unwrap().unwrap();
        let stale = codegen::check(&root);
        fs::remove_dir_all(&root).unwrap();

        assert!(again.is_err());
        let new = ["generated.rs", "open_flow.pony"].map(|file| format!("protocols/src/open_flow/{file}"));
        assert!(new.iter().all(|file| files.contains(file)), "{files:?}");
        assert!(["index.rs", "stack.rs"].iter().all(|file| files.contains(&format!("protocols/src/generated/{file}"))));
        assert!(text.contains("module pony.open_flow;") && text.contains("layer OpenFlow {"));
        assert_eq!(stale, Ok(()));
    }
}
