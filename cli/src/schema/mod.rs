//! `pony schema`: the checked model as text.

mod composite;
mod expr;

use crate::args::SchemaArgs;
use crate::definitions;
use crate::dissect::doc_title;
use crate::failure::Failure;
use crate::say;
use crate::style::{ColorChoice, Palette};
use crate::text::put;
use packet_schema::Schema;
use packet_schema::model::{
    CompositeId, CompositeKind, Enum, Flags, Interface, MemberType, Meta, MetaKind, Table, Values,
};
use packet_schema::tree::{Docs, Span};
use std::process::ExitCode;

/// Writes parts of a schema.
pub(crate) struct Print<'a> {
    schema: &'a Schema,
    palette: Palette,
    out: Vec<u8>,
}

/// Runs the command.
pub(crate) fn run(args: &SchemaArgs, color: ColorChoice) -> Result<ExitCode, Failure> {
    let (files, names): (Vec<_>, Vec<_>) = args.names.iter().cloned().partition(|name| name.ends_with(".pony"));
    let all_files = [args.definitions.beside.files.as_slice(), &files].concat();
    let loaded = definitions::load_files(&all_files, !args.definitions.no_builtin, color)?;
    let schema = loaded.schema;
    let mut print = Print { schema: &schema, palette: Palette::new(color.stdout()), out: Vec::new() };
    if args.names.is_empty() {
        print.overview();
    }
    for path in &files {
        let source = loaded.own.iter().copied().find(|source| loaded.sources.name(*source) == Some(path));
        print.those(|_, span| Some(span.source) == source);
    }
    for name in &names {
        let before = print.out.len();
        print.those(|other, _| other == name);
        if print.out.len() == before {
            return Err(Failure::usage(format!("nothing is called `{name}`; `pony schema` lists what there is")));
        }
    }
    say(&print.out)
}

impl Print<'_> {
    /// Everything that is defined, a line each.
    fn overview(&mut self) {
        let schema = self.schema;
        let line = |name: &str, docs: &Docs| (name.to_owned(), doc_title(docs));
        for (title, kind) in [("layers", "layer"), ("structs", "struct"), ("codecs", "codec")] {
            let found = schema.composites.iter().filter(|composite| kind_of(&composite.kind) == kind);
            self.section(title, found.map(|composite| line(&composite.name, &composite.docs)).collect());
        }
        self.section("enums", schema.enums.iter().map(|found| line(&found.name, &found.docs)).collect());
        self.section("flags", schema.flags.iter().map(|found| line(&found.name, &found.docs)).collect());
        let tables = schema
            .tables
            .iter()
            .map(|table| (table.name.clone(), format!("{}-bit keys, {} rows", table.bits, table.rows.len())));
        self.section("tables", tables.collect());
        let interfaces = schema.interfaces.iter().map(|interface| {
            let members = interface.members.iter().map(|member| member.name.as_str());
            (interface.name.clone(), members.collect::<Vec<_>>().join(", "))
        });
        self.section("interfaces", interfaces.collect());
        self.section("metafields", schema.metas.iter().map(|meta| line(&meta.name, &meta.docs)).collect());
    }

    fn section(&mut self, title: &str, mut lines: Vec<(String, String)>) {
        if lines.is_empty() {
            return;
        }
        lines.sort();
        let Palette { head, name: color, end, .. } = self.palette;
        let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        let gap = if self.out.is_empty() { "" } else { "\n" };
        put!(&mut self.out, "{gap}{head}{title}{end}\n");
        for (name, text) in lines {
            let space = if text.is_empty() { 0 } else { width - name.chars().count() + 2 };
            put!(&mut self.out, "  {color}{name}{end}{:space$}{text}\n", "");
        }
    }

    /// Everything whose name and place are wanted, whatever it is.
    fn those(&mut self, wanted: impl Fn(&str, Span) -> bool) {
        let schema = self.schema;
        for (composite, id) in schema.composites.iter().zip(0..) {
            if wanted(&composite.name, composite.span) {
                self.part();
                self.composite(CompositeId(id));
            }
        }
        schema.enums.iter().filter(|found| wanted(&found.name, found.span)).for_each(|found| self.names(found));
        schema.flags.iter().filter(|found| wanted(&found.name, found.span)).for_each(|found| self.flags(found));
        schema.tables.iter().filter(|found| wanted(&found.name, found.span)).for_each(|found| self.table(found));
        let interfaces = schema.interfaces.iter().filter(|found| wanted(&found.name, found.span));
        interfaces.for_each(|found| self.interface(found));
        schema.metas.iter().filter(|found| wanted(&found.name, found.span)).for_each(|found| self.meta(found));
    }

    /// An empty line between two parts.
    fn part(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn title(&mut self, kind: &str, name: &str, rest: &str, docs: &Docs) {
        let Palette { head, dim, end, .. } = self.palette;
        put!(&mut self.out, "{head}{kind} {name}{end}{rest}\n");
        for line in docs {
            put!(&mut self.out, "  {dim}{line}{end}\n");
        }
    }

    fn names(&mut self, found: &Enum) {
        self.part();
        let order = if found.little { "le" } else { "" };
        let closed = if found.closed { ", closed" } else { ", open" };
        self.title("enum", &found.name, &format!(" : u{}{order}{closed}", found.bits), &found.docs);
        let values = |values: Values| match values {
            Values::Range(low, high) if low == high => low.to_string(),
            Values::Range(low, high) => format!("{low} .. {high}"),
            Values::Matching(condition) => format!("where {}", expr::text(self.schema, CompositeId(0), condition)),
        };
        let rows = found.enumerators.iter().map(|found| {
            let label = found.label.as_ref().map_or(String::new(), |label| format!("  {label:?}"));
            (values(found.values), format!("{}{label}", found.name), doc_title(&found.docs))
        });
        let rows = rows.collect();
        self.rows(rows);
    }

    /// Rows of three columns.
    fn rows(&mut self, rows: Vec<(String, String, String)>) {
        let Palette { name: color, dim, end, .. } = self.palette;
        let first = rows.iter().map(|row| row.0.chars().count()).max().unwrap_or(0);
        let second = rows.iter().map(|row| row.1.chars().count()).max().unwrap_or(0);
        for (key, name, docs) in rows {
            put!(&mut self.out, "  {key:>first$}  {color}{name}{end}");
            if !docs.is_empty() {
                let space = second - name.chars().count() + 2;
                put!(&mut self.out, "{:space$}{dim}{docs}{end}", "");
            }
            self.out.push(b'\n');
        }
    }

    fn flags(&mut self, found: &Flags) {
        self.part();
        self.title(
            "flags",
            &found.name,
            &format!(" : u{}{}", found.bits, if found.little { "le" } else { "" }),
            &found.docs,
        );
        let rows = found.flags.iter().map(|flag| {
            let bits = if flag.bits == 1 {
                format!("bit {}", flag.shift)
            } else {
                format!("bits {} .. {}", flag.shift + flag.bits - 1, flag.shift)
            };
            (bits, flag.name.clone().unwrap_or_else(|| "reserved".into()), doc_title(&flag.docs))
        });
        let rows = rows.collect();
        self.rows(rows);
    }

    fn table(&mut self, table: &Table) {
        self.part();
        let schema = self.schema;
        let names = table.names.map(|names| &schema[names]);
        let of = names.map_or(String::new(), |names| format!(" ({})", names.name));
        self.title("table", &table.name, &format!(" : u{}{of}", table.bits), &Docs::new());
        let rows = table.rows.iter().map(|row| {
            let named = names.and_then(|names| names.plain(row.low)).filter(|_| row.low == row.high);
            let key = match named {
                Some(named) => format!("{} {}", named.name, row.low),
                None if row.low == row.high => row.low.to_string(),
                None => format!("{} .. {}", row.low, row.high),
            };
            let guard = row.guard.map_or(String::new(), |guard| format!("if {}", expr::text(schema, row.layer, guard)));
            (key, schema[row.layer].name.clone(), guard)
        });
        let rows = rows.collect();
        self.rows(rows);
    }

    fn interface(&mut self, interface: &Interface) {
        self.part();
        self.title("interface", &interface.name, "", &Docs::new());
        let ty = |ty: MemberType| match ty {
            MemberType::Bytes => "bytes".to_owned(),
            MemberType::Uint(bits) => format!("u{bits}"),
            MemberType::Bool => "bool".to_owned(),
        };
        for member in &interface.members {
            let params: Vec<String> = member.params.iter().map(|(name, bits)| format!("{name}: u{bits}")).collect();
            let params = if params.is_empty() { String::new() } else { format!("({})", params.join(", ")) };
            put!(&mut self.out, "  {}{params}: {}\n", member.name, ty(member.ty));
        }
        let id = self.schema.interfaces.iter().position(|other| std::ptr::eq(other, interface));
        for composite in &self.schema.composites {
            let CompositeKind::Layer(layer) = &composite.kind else { continue };
            for provide in layer.provides.iter().filter(|provide| Some(provide.interface.index()) == id) {
                let how = if provide.passes { "passed by" } else { "provided by" };
                put!(&mut self.out, "  {how} {}\n", composite.name);
            }
            if layer.needs.iter().any(|(needed, _)| Some(needed.index()) == id) {
                put!(&mut self.out, "  needed by {}\n", composite.name);
            }
        }
    }

    fn meta(&mut self, meta: &Meta) {
        self.part();
        self.title("meta", &meta.name, &format!(" : u{}", meta.bits), &meta.docs);
        let schema = self.schema;
        match &meta.kind {
            MetaKind::Key { keys, hash, .. } => {
                for key in keys {
                    let side = |id| expr::text(schema, CompositeId(0), id);
                    put!(&mut self.out, "  key {}", side(key.left));
                    if let Some(right) = key.right {
                        put!(&mut self.out, " <-> {}", side(right));
                    }
                    if let Some(layer) = key.present {
                        put!(&mut self.out, " if present {}", schema[layer].name);
                    }
                    self.out.push(b'\n');
                }
                put!(&mut self.out, "  hash {}, read only\n", expr::text(schema, CompositeId(0), *hash));
            }
            MetaKind::Carry { carries, keeps } => {
                for carry in carries {
                    let parts = carry.stack.iter().map(|part| match &part.variant {
                        Some(variant) => format!("{}.{variant}", schema[part.layer].name),
                        None => schema[part.layer].name.clone(),
                    });
                    put!(&mut self.out, "  on {}\n", parts.collect::<Vec<_>>().join(" / "));
                    for piece in &carry.pieces {
                        let bits = |shift: u32| format!("[{} .. {shift}]", shift + piece.bits - 1);
                        let field = &schema[piece.field];
                        put!(
                            &mut self.out,
                            "    {}.{}{} = tag{}\n",
                            schema[field.owner].key,
                            field.name.as_deref().unwrap_or("_"),
                            bits(piece.field_shift),
                            bits(piece.tag_shift)
                        );
                    }
                }
                for keep in keeps {
                    let name = schema[keep.checksum].name.as_deref().unwrap_or("_");
                    put!(&mut self.out, "  keeps {}.{name}\n", schema[keep.layer].key);
                }
            }
        }
    }
}

/// The word that defines a composite.
pub(crate) fn kind_of(kind: &CompositeKind) -> &'static str {
    match kind {
        CompositeKind::Layer(_) => "layer",
        CompositeKind::Struct => "struct",
        CompositeKind::Codec(_) => "codec",
    }
}
