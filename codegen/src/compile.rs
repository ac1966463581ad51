//! Definitions to Rust in one call: for build scripts and macros.

use crate::text::parse;
use crate::{Sources, render, rust};
use packet_schema::model::{CompositeKind, ModuleId};
use packet_schema::tree::Module;
use packet_schema::{Diagnostic, Schema, check};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeMap;
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
/// Each file becomes a module by the last word of its name: `module house.thermometer;` is `mod thermometer`, with
/// readers, and values in `thermometer::craft`. The definitions `beside` may be named by the files; their Rust is in
/// `packet_protocols`, so that they are its `DEFINITIONS`, or a part of them. Two more modules hold all layers, those of the
/// files and those beside: `stack` reads them upon each other, `craft` has their values. Cargo is told to run the script
/// again when one of the files changes.
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

/// The Rust of definitions, a module for each, `stack` and `craft`; see [`compile`].
///
/// # Errors
///
/// Each mistake, as the command shows it.
pub fn modules(own: &[Source], beside: &[Source]) -> Result<TokenStream, Vec<String>> {
    let (schema, folders) = checked(own, beside)?;
    let own = u32::try_from(own.len()).unwrap_or(u32::MAX);
    let crates = Crate { schema: &schema, folders: &folders, own };
    crates.clashes()?;
    let mut tokens = TokenStream::new();
    for id in (0..own).map(ModuleId) {
        tokens.extend(crates.module(id)?);
    }
    tokens.extend(crates.stack()?);
    tokens.extend(crates.values());
    rust::polished(tokens).map_err(|error| vec![error])
}

/// A user's modules among all others.
struct Crate<'s> {
    schema: &'s Schema,
    /// By module.
    folders: &'s [String],
    /// How many of the modules are the user's: the first ones.
    own: u32,
}

impl Crate<'_> {
    fn name(&self, module: ModuleId) -> Ident {
        rust::ident(self.schema[module].name.rsplit('.').next().unwrap_or_default())
    }

    /// The path of a module, from one so many levels below that in which all of the user's are.
    fn path(&self, module: ModuleId, levels: usize) -> TokenStream {
        if module.0 < self.own {
            let (name, up) = (self.name(module), vec![quote!(super::); levels]);
            return quote!(#(#up)* #name::);
        }
        let folder = format_ident!("{}", self.folders.get(module.index()).map_or("", String::as_str));
        quote!(::packet_protocols::#folder::)
    }

    fn module(&self, id: ModuleId) -> Result<TokenStream, Vec<String>> {
        let stack = quote!(super::stack::);
        let generated = rust::module_beside(self.schema, id, &|module| self.path(module, 1), &stack, self.own);
        let items = whole(generated)?;
        let values = whole(rust::craft(self.schema, id, &|module| self.path(module, 2)))?;
        let values = (!values.is_empty()).then(|| {
            quote! {
                /// Values, and how they are written.
                pub mod craft { #values }
            }
        });
        let (name, docs) = (self.name(id), &self.schema[id].docs);
        let docs = docs.iter().map(|line| format!(" {line}"));
        Ok(quote! {
            #(#[doc = #docs])*
            #[allow(dead_code, reason = "a program uses what it needs of a definition")]
            pub mod #name { #values #items }
        })
    }

    /// All layers upon each other, the user's and the known ones.
    fn stack(&self) -> Result<TokenStream, Vec<String>> {
        let items = whole(rust::stack_beside(self.schema, &|module| self.path(module, 1), self.own))?;
        Ok(quote! {
            /// The layers of all protocols upon each other: those of the definitions here, and those that they stand beside.
            #[allow(dead_code, reason = "a program uses what it needs of a definition")]
            pub mod stack { #items }
        })
    }

    /// The values of all layers, in one module.
    fn values(&self) -> TokenStream {
        let composites = self.schema.composites.iter();
        let names = composites.filter(|one| matches!(one.kind, CompositeKind::Layer(_))).map(|one| {
            let (path, name) = (self.path(one.module, 1), rust::ident(&rust::camel(&one.name)));
            quote!(pub use #path craft::#name;)
        });
        let items = rust::any_layer(self.schema, &|module| self.path(module, 1), &quote!(super::stack::));
        quote! {
            /// Packets to be written: layers as plain structs, stacked by `/`.
            #[allow(dead_code, unused_imports, reason = "a program uses what it needs of a definition")]
            pub mod craft {
                extern crate alloc;

                #(#names)*
                pub use packet_core::MacAddr;
                pub use packet_core::craft::{
                    EditError, EmitError, EmitErrorKind, Field, Layer, NoPayload, Packet, Random, SplitMix, Stacked,
                };
                use alloc::borrow::Cow;
                use alloc::vec;
                use alloc::vec::Vec;
                use packet_core::checksum::Inet16;
                use packet_core::craft::{
                    AnyBelow, AnySink, Below, Members, Placed, SeenBelow, Sink, Table, is_named, named,
                };
                use packet_core::{Error, Region};

                #items
            }
        }
    }

    /// Fails where a name of the user's is that of something else.
    fn clashes(&self) -> Result<(), Vec<String>> {
        for id in (0..self.own).map(ModuleId) {
            if let Some(taken) = taken(self.schema, id) {
                return Err(vec![format!("generated code calls something else `{taken}`: give it another name\n")]);
            }
            let name = self.name(id).to_string();
            if name == "stack" || name == "craft" {
                return Err(vec![format!(
                    "generated code calls another module `{name}`: give this one another name\n"
                )]);
            }
        }
        let layers = self.schema.composites.iter().filter(|one| matches!(one.kind, CompositeKind::Layer(_)));
        let mut known: BTreeMap<&str, ModuleId> = BTreeMap::new();
        for layer in layers {
            if let Some(other) = known.insert(&layer.name, layer.module) {
                let (name, other) = (&layer.name, &self.schema[other].name);
                let this = &self.schema[layer.module].name;
                return Err(vec![format!("`{this}` and `{other}` both have a layer `{name}`: give it another name\n")]);
            }
        }
        Ok(())
    }
}

/// What was generated, where nothing is missing.
fn whole(generated: rust::Generated) -> Result<TokenStream, Vec<String>> {
    if generated.gaps.is_empty() {
        return Ok(generated.tokens);
    }
    let gap = |gap: String| format!("there is no Rust for this yet: {gap}\n");
    Err(generated.gaps.into_iter().map(gap).collect())
}

/// A type of a module whose name the generated code has for something else.
fn taken(schema: &Schema, module: ModuleId) -> Option<&str> {
    let composites = schema.composites.iter().filter(|one| one.module == module).map(|one| one.name.as_str());
    let enums = schema.enums.iter().filter(|one| one.module == module).map(|one| one.name.as_str());
    let flags = schema.flags.iter().filter(|one| one.module == module).map(|one| one.name.as_str());
    let mut names = composites.chain(enums).chain(flags);
    names.find(|name| rust::TAKEN.contains(name) || rust::TAKEN_BY_VALUES.contains(name))
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
