//! `pony test`: runs the tests in definitions.

use crate::args::TestArgs;
use crate::definitions::{self, Loaded};
use crate::failure::Failure;
use crate::say;
use crate::style::{ColorChoice, Palette};
use crate::text::put;
use packet_codegen::Sources;
use packet_schema::Schema;
use packet_schema::interp::{Reader, TestFailure, run_test};
use packet_schema::model::{Law, Test, TestKind};
use packet_schema::tree::Span;
use std::process::ExitCode;

/// Runs the command.
pub(crate) fn run(args: &TestArgs, color: ColorChoice) -> Result<ExitCode, Failure> {
    let Loaded { schema, sources, own } = definitions::load_files(&args.files, !args.no_builtin, color)?;
    let palette = Palette::new(color.stdout());
    let Palette { good, bad, end, .. } = palette;
    let reader = Reader::new(&schema);
    let (mut out, mut passed, mut failed) = (Vec::new(), 0_u64, 0_u64);
    for test in schema.tests.iter().filter(|test| !args.only || own.contains(&test.span.source)) {
        let failures = run_test(&reader, test);
        if failures.is_empty() {
            passed += 1;
            if args.verbose {
                put!(&mut out, "{good}ok{end}    {}\n", title(&schema, test));
            }
            continue;
        }
        failed += 1;
        put!(&mut out, "{bad}FAIL{end}  {}\n", title(&schema, test));
        failures.iter().for_each(|failure| explain(&mut out, &sources, &palette, failure));
    }
    put!(&mut out, "{}{passed} passed, {failed} failed{end}\n", if failed == 0 { good } else { bad });
    say(&out)?;
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What a test is called: its title, or what it does.
fn title(schema: &Schema, test: &Test) -> String {
    let module = &schema[test.module].name;
    let what = match (&test.title, &test.kind) {
        (Some(title), _) => title.clone(),
        (None, TestKind::Parse { target, .. }) => format!("parse {}", schema[*target].name),
        (None, TestKind::Reject { target, at, .. }) => format!("reject {} at {at}", schema[*target].name),
        (None, TestKind::Build { .. }) => "build".to_owned(),
        (None, TestKind::Law { target, law: Law::Roundtrip }) => format!("law roundtrip {}", schema[*target].name),
        (None, TestKind::Law { target, law: Law::Truncation }) => format!("law truncation {}", schema[*target].name),
    };
    format!("{module}: {what}")
}

/// The place, the line there, and what is wrong with it.
fn explain(out: &mut Vec<u8>, sources: &Sources, palette: &Palette, failure: &TestFailure) {
    let Palette { dim, end, .. } = palette;
    let place = place(sources, failure.span);
    put!(out, "      {dim}at {place}{end}\n");
    if let Some(source) = sources.slice(failure.span).and_then(|source| source.lines().next()) {
        put!(out, "      {}\n", shortened(source.trim_end()));
    }
    for line in failure.message.lines() {
        put!(out, "        {line}\n");
    }
}

/// `my.pony:12:5`.
fn place(sources: &Sources, span: Span) -> String {
    let name = sources.name(span.source).unwrap_or("?");
    match sources.position(span) {
        Some((line, column)) => format!("{name}:{line}:{column}"),
        None => name.to_owned(),
    }
}

/// At most a line's width of source.
fn shortened(source: &str) -> String {
    const WIDTH: usize = 100;
    if source.chars().count() <= WIDTH {
        return source.to_owned();
    }
    source.chars().take(WIDTH).chain(std::iter::once('…')).collect()
}
