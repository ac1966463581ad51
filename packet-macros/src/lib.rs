//! `layers!("file.pony")`: the Rust of a definition, where it is used.

use packet_codegen::{Source, modules};
use proc_macro::TokenStream;
use proc_macro2::Span;
use quote::quote;
use std::path::{Path, PathBuf};
use syn::LitStr;
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;

/// Modules with the readers of `.pony` files; their paths start at the folder of the crate's `Cargo.toml`.
///
/// Each file becomes a module by the last word of its name, `module house.thermometer;` as `mod thermometer`. The files may
/// name each other, and every protocol that Pony knows; their Rust is in `packet_protocols`, and what it calls in
/// `packet_core`, so that a crate with this macro depends on both.
///
/// ```ignore
/// packet_macros::layers!("src/thermometer.pony");
///
/// let reading = thermometer::Thermometer::parse(&bytes[..])?;
/// ```
#[proc_macro]
pub fn layers(paths: TokenStream) -> TokenStream {
    let paths = match Punctuated::<LitStr, syn::Token![,]>::parse_terminated.parse2(paths.into()) {
        Ok(paths) => paths,
        Err(error) => return error.into_compile_error().into(),
    };
    let mut tokens = proc_macro2::TokenStream::new();
    let mut own = Vec::new();
    for literal in &paths {
        match read(&literal.value()) {
            Ok((path, text)) => {
                let path = path.display().to_string();
                // The compiler looks at the file again when it changes.
                tokens.extend(quote!(
                    const _: &str = include_str!(#path);
                ));
                own.push(Source::new(literal.value(), text));
            }
            Err(why) => tokens.extend(syn::Error::new(literal.span(), why).into_compile_error()),
        }
    }
    if own.len() == paths.len() {
        let known = packet_protocols::DEFINITIONS.iter();
        let beside: Vec<Source> = known.map(|known| Source::new(known.path, known.text)).collect();
        let place = paths.first().map_or_else(Span::call_site, LitStr::span);
        match modules(&own, &beside) {
            Ok(code) => tokens.extend(code),
            Err(mistakes) => {
                let error = |mistake: &String| syn::Error::new(place, mistake.trim_end()).into_compile_error();
                tokens.extend(mistakes.iter().map(error));
            }
        }
    }
    tokens.into()
}

/// A file of the crate that is being built.
fn read(path: &str) -> Result<(PathBuf, String), String> {
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let path = Path::new(&folder).join(path);
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok((path, text))
}
