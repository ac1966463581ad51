//! Runs the tests that stand in definitions.

use super::testing_words::{compared, shown, truncated_hex};
use super::words;
use super::{AnomalyKind, Builder, Dissection, Eval, Reader, View, resolve_value, to_value};
use crate::Schema;
use crate::model::{CompositeId, Expr, ExprId, Law, Test, TestKind};
use crate::tree::{Span, StackPart};

/// Vectors longer than this are cut and changed at some places only, so that laws stay quick.
const MAX_CHANGES: usize = 2048;

/// What a test gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestResult {
    /// The test's position in [`Schema::tests`].
    pub test: usize,
    /// Why it failed; empty where it passed.
    pub failures: Vec<TestFailure>,
}

/// Why a test failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestFailure {
    /// What was expected and what was found instead, in one or more lines.
    pub message: String,
    /// The place: of the expression that does not hold, else of the test.
    pub span: Span,
}

impl TestResult {
    /// Whether the test passed.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Runs all tests of a schema, in order.
#[must_use]
pub fn run_tests(schema: &Schema) -> Vec<TestResult> {
    let reader = Reader::new(schema);
    let results = schema.tests.iter().enumerate();
    results.map(|(at, test)| TestResult { test: at, failures: run_test(&reader, test) }).collect()
}

/// Runs one test; the failures, of which a test that passes has none.
#[must_use]
pub fn run_test(reader: &Reader<'_>, test: &Test) -> Vec<TestFailure> {
    let whole = |message: Result<(), String>| {
        message.err().map(|message| TestFailure { message, span: test.span }).into_iter().collect()
    };
    match &test.kind {
        TestKind::Parse { target, input, checks } => match parse(reader, *target, input, checks) {
            Ok(failures) => failures,
            Err(message) => whole(Err(message)),
        },
        TestKind::Reject { target, input, at } => whole(reject(reader, *target, input, at)),
        TestKind::Build { stack, expected } => build(reader.schema(), stack, expected),
        TestKind::Law { target, law } => whole(match law {
            Law::Roundtrip => roundtrip(reader, *target),
            Law::Truncation => truncation(reader, *target),
        }),
    }
}

fn parse(
    reader: &Reader<'_>,
    target: CompositeId,
    input: &[u8],
    checks: &[(ExprId, Span)],
) -> Result<Vec<TestFailure>, String> {
    let mut dissection = Dissection::default();
    reader.read(&mut dissection, target, input, input.len());
    if let Some(error) = dissection.errors.first() {
        return Err(format!("it can't be read: {}", words::error(reader.schema(), error)));
    }
    let frame = dissection.layers.first().map_or(0, |layer| layer.frame);
    let eval = Eval::new(reader.schema(), input, &dissection, frame);
    let failing = checks.iter().filter(|(check, _)| eval.truth(*check) != Some(true));
    Ok(failing.map(|&(check, span)| TestFailure { message: unmet(&eval, check), span }).collect())
}

/// What a check that does not hold is made of.
fn unmet(eval: &Eval<'_, '_>, check: ExprId) -> String {
    match &eval.schema[check] {
        Expr::Binary(op, left, right) => {
            let (left, right) = (shown(eval, *left), shown(eval, *right));
            format!("does not hold: found {left}, wanted {} {right}", op.symbol())
        }
        _ => match eval.truth(check) {
            None => "has no value: something it speaks of is not there".to_owned(),
            Some(_) => "does not hold".to_owned(),
        },
    }
}

fn reject(reader: &Reader<'_>, target: CompositeId, input: &[u8], at: &str) -> Result<(), String> {
    let mut dissection = Dissection::default();
    reader.read(&mut dissection, target, input, input.len());
    let Some(error) = dissection.errors.first() else {
        return Err(format!("it is read without an error, which was expected at `{at}`"));
    };
    let view = View { schema: reader.schema(), data: input, dissection: &dissection };
    if view.fields_of_error(error).contains(&at) {
        return Ok(());
    }
    Err(format!("it fails elsewhere than at `{at}`: {}", words::error(reader.schema(), error)))
}

fn build(schema: &Schema, stack: &[StackPart], expected: &[u8]) -> Vec<TestFailure> {
    let value = match resolve_value(schema, stack) {
        Ok(value) => value,
        Err(found) => {
            let failure = |found: crate::Diagnostic| TestFailure {
                span: found.labels.first().map_or(Span::default(), |label| label.span),
                message: found.message,
            };
            return found.into_iter().map(failure).collect();
        }
    };
    let span = match stack.first() {
        Some(StackPart::Value(value)) => value.span,
        Some(StackPart::Raw(bytes)) => bytes.span,
        None => Span::default(),
    };
    let message = match Builder::new(schema).build(&value) {
        Err(error) => format!("it can't be built: {}", error.words(schema)),
        Ok(built) if built.bytes == expected => return Vec::new(),
        Ok(built) => compared(schema, &built, expected),
    };
    vec![TestFailure { message, span }]
}

/// The bytes that the definition's own tests give of something, and whether they can be read.
fn vectors(schema: &Schema, target: CompositeId) -> impl Iterator<Item = (&[u8], bool)> {
    schema.tests.iter().filter_map(move |test| match &test.kind {
        TestKind::Parse { target: of, input, .. } if *of == target => Some((input.as_slice(), true)),
        TestKind::Reject { target: of, input, .. } if *of == target => Some((input.as_slice(), false)),
        TestKind::Build { stack, expected } => match stack.first() {
            Some(StackPart::Value(value)) => {
                let name = value.path.names.first()?;
                (name.text == schema[target].name).then_some((expected.as_slice(), true))
            }
            Some(StackPart::Raw(_)) | None => None,
        },
        TestKind::Parse { .. } | TestKind::Reject { .. } | TestKind::Law { .. } => None,
    })
}

/// Every vector, cut anywhere or with any bit changed, comes back from its value.
fn roundtrip(reader: &Reader<'_>, target: CompositeId) -> Result<(), String> {
    let mut tried = false;
    for (vector, _) in vectors(reader.schema(), target) {
        tried = true;
        comes_back(reader, target, vector)?;
        for end in spread(vector.len()) {
            comes_back(reader, target, &vector[..end])?;
        }
        let mut changed = vector.to_vec();
        for bit in spread(vector.len() * 8) {
            let mask = 0x80 >> (bit % 8);
            changed[bit / 8] ^= mask;
            comes_back(reader, target, &changed)?;
            changed[bit / 8] ^= mask;
        }
    }
    any_vector(reader.schema(), target, tried)
}

fn any_vector(schema: &Schema, target: CompositeId, tried: bool) -> Result<(), String> {
    let name = &schema[target].name;
    tried.then_some(()).ok_or_else(|| format!("no other test has bytes of `{name}` to try the law on"))
}

/// All numbers below a bound, or some of them where they are many.
fn spread(bound: usize) -> impl Iterator<Item = usize> {
    (0..bound).step_by((bound / MAX_CHANGES).max(1))
}

fn comes_back(reader: &Reader<'_>, target: CompositeId, input: &[u8]) -> Result<(), String> {
    let schema = reader.schema();
    let mut dissection = Dissection::default();
    reader.read(&mut dissection, target, input, input.len());
    let value = to_value(schema, input, &dissection);
    if value.layers.is_empty() && !input.is_empty() {
        return Err(format!("no value covers what is read of {}", truncated_hex(input)));
    }
    match Builder::new(schema).build(&value) {
        Err(error) => Err(format!("what is read of {} can't be built: {}", truncated_hex(input), error.words(schema))),
        Ok(built) if built.bytes == input => Ok(()),
        Ok(built) => Err(format!("reading and building changes bytes\n{}", compared(schema, &built, input))),
    }
}

/// Every vector that is whole says so when it is cut.
fn truncation(reader: &Reader<'_>, target: CompositeId) -> Result<(), String> {
    let mut tried = false;
    let mut dissection = Dissection::default();
    for (vector, _) in vectors(reader.schema(), target).filter(|(_, readable)| *readable) {
        reader.read(&mut dissection, target, vector, vector.len());
        if says_cut(&dissection) {
            continue;
        }
        tried = true;
        for end in spread(vector.len()) {
            reader.read(&mut dissection, target, &vector[..end], vector.len());
            if !says_cut(&dissection) {
                let input = truncated_hex(vector);
                return Err(format!("cut to {end} bytes, {input} is read without an error, and is not truncated"));
            }
        }
    }
    any_vector(reader.schema(), target, tried)
}

fn says_cut(dissection: &Dissection) -> bool {
    let truncated = || dissection.anomalies.iter().any(|anomaly| anomaly.kind == AnomalyKind::Truncated);
    !dissection.errors.is_empty() || truncated()
}
