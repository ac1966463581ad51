//! Definitions to Rust in one call: for build scripts and macros.

use crate::text::parse;
use crate::{Sources, render, rust};
use packet_schema::model::ModuleId;
use packet_schema::tree::Module;
use packet_schema::{Diagnostic, Schema, check};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use std::fs;
use std::path::Path;

/// A definition with its name: a path, mostly, by which mistakes are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// How it is called.
    pub name: String,
    /// The text in the definition language.
    pub text: String,
}

impl Source {
    /// A definition of that name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { name: name.into(), text: text.into() }
    }
}

/// Turns `.pony` files into one file of Rust, from a build script.
///
/// Each file becomes a module by the last word of its name: `module house.thermometer;` is `mod thermometer`. The
/// definitions `beside` may be named by the files; their Rust is in `packet_protocols`, so that they are its
/// `DEFINITIONS`, or a part of them. Cargo is told to run the script again when one of the files changes.
///
/// ```no_run
/// use packet_codegen::{Source, compile};
///
/// let beside: Vec<Source> = Vec::new();
/// if let Err(mistakes) = compile(&["src/thermometer.pony"], &beside, "target/thermometer.rs") {
///     panic!("{mistakes}");
/// }
/// ```
///
/// # Errors
///
/// All that is wrong with the files, as the command shows it; or a file can't be read or written.
#[allow(clippy::print_stdout, reason = "this is how a build script speaks to cargo")]
pub fn compile(paths: &[impl AsRef<Path>], beside: &[Source], out: impl AsRef<Path>) -> Result<(), String> {
    let mut own = Vec::new();
    for path in paths {
        let name = path.as_ref().display().to_string();
        println!("cargo::rerun-if-changed={name}");
        let text = fs::read_to_string(path).map_err(|error| format!("{name}: {error}"))?;
        own.push(Source { name, text });
    }
    let tokens = modules(&own, beside).map_err(|mistakes| mistakes.concat())?;
    let out = out.as_ref();
    fs::write(out, rust::source(tokens)?).map_err(|error| format!("{}: {error}", out.display()))
}

/// The Rust of definitions, a module for each; see [`compile`].
///
/// # Errors
///
/// Each mistake, as the command shows it.
pub fn modules(own: &[Source], beside: &[Source]) -> Result<TokenStream, Vec<String>> {
    let (schema, folders) = checked(own, beside)?;
    let own = u32::try_from(own.len()).unwrap_or(u32::MAX);
    let name = |module: ModuleId| {
        let last = schema[module].name.rsplit('.').next().unwrap_or_default();
        rust::ident(last)
    };
    let mut tokens = TokenStream::new();
    for id in (0..own).map(ModuleId) {
        let paths = |module: ModuleId| -> TokenStream {
            if module.0 < own {
                let name = name(module);
                return quote!(super::#name::);
            }
            let folder = format_ident!("{}", folders.get(module.index()).map_or("", String::as_str));
            quote!(::packet_protocols::#folder::)
        };
        if let Some(taken) = taken(&schema, id) {
            return Err(vec![format!("generated code calls something else `{taken}`: give it another name\n")]);
        }
        let generated = rust::module(&schema, id, &paths);
        if !generated.gaps.is_empty() {
            let gap = |gap: String| format!("there is no Rust for this yet: {gap}\n");
            return Err(generated.gaps.into_iter().map(gap).collect());
        }
        let (name, items, docs) = (name(id), generated.tokens, &schema[id].docs);
        let docs = docs.iter().map(|line| format!(" {line}"));
        tokens.extend(quote! {
            #(#[doc = #docs])*
            pub mod #name { #items }
        });
    }
    Ok(tokens)
}

/// A type of a module whose name the generated code has for something else.
fn taken(schema: &Schema, module: ModuleId) -> Option<&str> {
    let composites = schema.composites.iter().filter(|one| one.module == module).map(|one| one.name.as_str());
    let enums = schema.enums.iter().filter(|one| one.module == module).map(|one| one.name.as_str());
    let flags = schema.flags.iter().filter(|one| one.module == module).map(|one| one.name.as_str());
    composites.chain(enums).chain(flags).find(|name| rust::TAKEN.contains(name))
}

/// The schema of all definitions, the own ones first, and the folder of each module.
fn checked(own: &[Source], beside: &[Source]) -> Result<(Schema, Vec<String>), Vec<String>> {
    let mut sources = Sources::new();
    let (mut modules, mut found): (Vec<Module>, Vec<Diagnostic>) = (Vec::new(), Vec::new());
    let mut folders = Vec::new();
    for (source, position) in own.iter().chain(beside).zip(0..) {
        let number = sources.add(source.name.clone(), source.text.clone());
        let (module, mistakes) = parse(number, &source.text);
        let name = |module: &Module| module.path.as_ref().map(packet_schema::tree::Path::text);
        // A file of the user's stands for the one that is known by its name.
        let replaced = position >= own.len() && modules.iter().any(|other| name(other) == name(&module));
        if !replaced {
            modules.push(module);
            found.extend(mistakes);
            folders.push(source.name.split('/').next().unwrap_or_default().to_owned());
        }
    }
    let readable = found.is_empty();
    let checked = check(&modules);
    found.extend(checked.diagnostics.into_iter().filter(Diagnostic::is_error));
    match checked.schema.filter(|_| readable) {
        Some(schema) => Ok((schema, folders)),
        None => Err(found.iter().map(|finding| render(&sources, std::slice::from_ref(finding), false)).collect()),
    }
}
