//! Writes the seeds of a fuzz target into a folder: `seeds TARGET FOLDER`.

use std::env;
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [target, folder] => pony_tests::fuzz::seeds::write(target, Path::new(folder)),
        _ => Err(io::Error::other("usage: seeds TARGET FOLDER")),
    }
}
