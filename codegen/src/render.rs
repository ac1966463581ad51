//! Diagnostics as people see them: with the source, and with colours where somebody can see them.

use codespan_reporting::diagnostic::{Diagnostic as Report, Label as Mark, LabelStyle, Severity as Level};
use codespan_reporting::files::{Error, Files, SimpleFile};
use codespan_reporting::term::termcolor::Ansi;
use codespan_reporting::term::{self, Config, Styles, StylesWriter};
use packet_schema::tree::Span;
use packet_schema::{Diagnostic, Label, Severity};

/// The sources that were read, by the numbers that their spans have.
///
/// # Invariants
///
/// The number of a source is its place in the list, so that a number once given stays good.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SimpleFile<String, String>>,
}

impl Sources {
    /// No sources.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a source, and gives the number that its spans must have. The name is shown as it is: a path, mostly.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> u32 {
        self.files.push(SimpleFile::new(name.into(), text.into()));
        u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX)
    }

    /// The name of a source.
    #[must_use]
    pub fn name(&self, source: u32) -> Option<&str> {
        self.file(source).map(|file| file.name().as_str())
    }

    /// The text of a source.
    #[must_use]
    pub fn text(&self, source: u32) -> Option<&str> {
        self.file(source).map(|file| file.source().as_str())
    }

    /// What stands at a span.
    #[must_use]
    pub fn slice(&self, span: Span) -> Option<&str> {
        self.text(span.source)?.get(offset(span.start)..offset(span.end))
    }

    /// Line and column of a span's start, both from 1, the column in characters.
    #[must_use]
    pub fn position(&self, span: Span) -> Option<(usize, usize)> {
        let location = self.file(span.source)?.location((), offset(span.start)).ok()?;
        Some((location.line_number, location.column_number))
    }

    fn file(&self, source: u32) -> Option<&SimpleFile<String, String>> {
        self.files.get(usize::try_from(source).ok()?)
    }

    /// The mark of a label, unless its source is not here: what was made without text has no place to show.
    fn mark(&self, label: &Label, style: LabelStyle) -> Option<Mark<u32>> {
        let text = self.text(label.span.source)?;
        let inside =
            |offset: usize| (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = inside(offset(label.span.start));
        let end = inside(offset(label.span.end)).max(start);
        Some(Mark::new(style, label.span.source, start..end).with_message(&label.text))
    }
}

impl<'a> Files<'a> for Sources {
    type FileId = u32;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, source: u32) -> Result<&'a str, Error> {
        Self::name(self, source).ok_or(Error::FileMissing)
    }

    fn source(&'a self, source: u32) -> Result<&'a str, Error> {
        self.text(source).ok_or(Error::FileMissing)
    }

    fn line_index(&'a self, source: u32, offset: usize) -> Result<usize, Error> {
        self.file(source).ok_or(Error::FileMissing)?.line_index((), offset)
    }

    fn line_range(&'a self, source: u32, line: usize) -> Result<std::ops::Range<usize>, Error> {
        self.file(source).ok_or(Error::FileMissing)?.line_range((), line)
    }
}

fn offset(offset: u32) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

/// Diagnostics as text, each with its source, in the order given, parted by empty lines.
///
/// With `colours` the text holds ANSI escape sequences; whether it should is the caller's to know.
#[must_use]
pub fn render(sources: &Sources, findings: &[Diagnostic], colours: bool) -> String {
    let config = Config::default();
    let styles = Styles::default();
    let mut out = Ansi::new(Vec::new());
    for finding in findings {
        let report = report(sources, finding);
        // Writing to memory can't fail, and every mark is inside of its source.
        let _ = if colours {
            term::emit_to_write_style(&mut StylesWriter::new(&mut out, &styles), &config, sources, &report)
        } else {
            term::emit_to_io_write(out.get_mut(), &config, sources, &report)
        };
    }
    String::from_utf8_lossy(&out.into_inner()).lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

fn report(sources: &Sources, finding: &Diagnostic) -> Report<u32> {
    let level = match finding.code.severity() {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
    };
    let styles = std::iter::once(LabelStyle::Primary).chain(std::iter::repeat(LabelStyle::Secondary));
    let marks = finding.labels.iter().zip(styles).filter_map(|(label, style)| sources.mark(label, style)).collect();
    let notes = finding.help.iter().map(|help| format!("help: {help}")).collect();
    Report::new(level).with_code(finding.code.id()).with_message(&finding.message).with_labels(marks).with_notes(notes)
}
