//! The files of the repository.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// Names of what is not ours: the repository's own records, and what is built or found by fuzzing.
const FOREIGN: &[&str] = &[".git", "target", "artifacts"];

/// The root of the repository, as cargo says it now: what was built in one clone may run in another.
pub(crate) fn root() -> PathBuf {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    own.parent().map_or_else(PathBuf::new, Path::to_path_buf)
}

/// The paths of all files below `folder`, relative to it, with `/` between folders, sorted.
pub(crate) fn files(folder: &Path) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut pending = vec![folder.to_path_buf()];
    while let Some(current) = pending.pop() {
        let entries = fs::read_dir(&current).map_err(|error| format!("{}: {error}", current.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| format!("{}: {error}", current.display()))?.path();
            if path.file_name().is_some_and(|name| FOREIGN.iter().any(|foreign| name == *foreign)) {
                continue;
            }
            if path.is_dir() {
                pending.push(path);
            } else {
                found.push(relative(folder, &path));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// `path` as seen from `folder`, with `/` between folders.
fn relative(folder: &Path, path: &Path) -> String {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// The text of a file; `None` if it is not text.
pub(crate) fn text(path: &Path) -> Result<Option<String>, String> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(String::from_utf8(bytes).ok())
}

/// Writes a file, and the folders above it.
pub(crate) fn write(path: &Path, text: impl AsRef<[u8]>) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
}
