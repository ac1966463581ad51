//! Generated items as source text.

use super::polish::polish;
use proc_macro2::TokenStream;
use quote::ToTokens as _;

/// Lays items out as rustfmt's defaults would, but for the width of lines, with a blank line before each documented one.
///
/// # Errors
///
/// The tokens are no items of Rust.
#[cfg(feature = "text")]
pub fn source(tokens: TokenStream) -> Result<String, String> {
    let mut file = syn::parse2(tokens).map_err(|error| error.to_string())?;
    polish(&mut file);
    Ok(with_blank_lines(&prettyplease::unparse(&file)))
}

/// The same items as a person would write them.
///
/// # Errors
///
/// The tokens are no items of Rust.
pub(crate) fn polished(tokens: TokenStream) -> Result<TokenStream, String> {
    let mut file = syn::parse2(tokens).map_err(|error| error.to_string())?;
    polish(&mut file);
    Ok(file.into_token_stream())
}

/// Sets items and methods apart.
#[cfg(feature = "text")]
fn with_blank_lines(text: &str) -> String {
    let mut out = String::new();
    let mut previous = "";
    for line in text.lines() {
        let (here, before) = (line.trim_start(), previous.trim_start());
        let attribute = |line: &str| line.starts_with("///") || line.starts_with("#[");
        let starts =
            attribute(here) || ["impl", "pub ", "named_", "shared_", "use "].iter().any(|word| here.starts_with(word));
        let inside = attribute(before) || before.ends_with('{') || before.is_empty();
        let member = here.starts_with("pub const") && before.starts_with("pub const") || here.starts_with("use ");
        let indented = line.len() - here.len();
        let closes = before == "}" || before.ends_with(';') || before.ends_with("},");
        if starts && !inside && !member && (indented == 0 || closes || before.ends_with(')')) {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        previous = line;
    }
    out
}
