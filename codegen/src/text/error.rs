//! What pest could not read, in words for people.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use packet_schema::{Code, Diagnostic};
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

use super::scan::{Kind, Scan};
use super::split::Inside;
use super::{Grammar, Rule, words};

/// Where a text stopped to be one piece, and what could have stood there.
struct Attempt {
    at: usize,
    expected: BTreeSet<String>,
    /// The parser gave up for want of room.
    too_deep: bool,
}

/// Only the wish of one thread at a time may be in pest's process-wide setting.
static DETAIL: Mutex<()> = Mutex::new(());

/// Reads a text that does not parse once more, and notes what was expected where.
fn attempt(rule: Rule, text: &str) -> Option<Attempt> {
    let _guard = DETAIL.lock().unwrap_or_else(PoisonError::into_inner);
    pest::set_error_detail(true);
    let result = Grammar::parse(rule, text);
    pest::set_error_detail(false);
    let error = result.err()?;
    let reported = match error.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    };
    let too_deep = matches!(error.variant, ErrorVariant::CustomError { .. });
    let Some(attempts) = error.parse_attempts() else {
        return Some(Attempt { at: reported, expected: BTreeSet::new(), too_deep });
    };
    let expected = attempts
        .expected_tokens()
        .into_iter()
        .map(|token| token.to_string())
        // Classes and ranges of characters say nothing to people.
        .filter(|token| token != "BUILTIN_RULE" && (token == ".." || !token.contains("..")))
        .collect();
    Some(Attempt { at: attempts.max_position.max(reported), expected, too_deep })
}

/// A piece that could not be read.
pub(super) struct Failure<'s> {
    pub(super) scan: &'s Scan,
    pub(super) source: u32,
    /// How long the original text is.
    pub(super) len: usize,
    pub(super) rule: Rule,
    /// What was given to pest.
    pub(super) text: &'s str,
    /// Where it stands.
    pub(super) base: usize,
    /// What holds it; `None` for a text that is one expression or stack.
    pub(super) inside: Option<Inside>,
    /// The token that says what it is.
    pub(super) head: usize,
}

impl Failure<'_> {
    /// The token at which reading stopped.
    pub(super) fn token(&self) -> usize {
        let at = attempt(self.rule, self.text).map_or(0, |attempt| attempt.at);
        let token = self.scan.token_at(self.base + at);
        token.checked_sub(1).filter(|before| self.is_word_for_name(*before)).unwrap_or(token)
    }

    /// Whether a word of the language stands where a name was expected: pest takes note of it, and looks behind it.
    fn is_word_for_name(&self, token: usize) -> bool {
        let word = self.scan.text(token);
        let Some(place) = self.scan.tokens.get(token).filter(|place| place.start >= self.base) else { return false };
        words::RESERVED.contains(&word)
            && attempt(self.rule, &self.hide(place.start, place.end)).is_some_and(|attempt| {
                let expected = &attempt.expected;
                self.base + attempt.at == place.start && expected.contains("r#") && !expected.contains(word)
            })
    }

    /// The finding.
    pub(super) fn explain(&self) -> Diagnostic {
        let token = self.token();
        let end = self.base + self.text.len();
        let found = self.scan.tokens.get(token).filter(|found| found.start < end).copied();
        // The word in question is hidden, lest the start of it counts as a word that was expected.
        let hidden = match found {
            Some(found) => self.hide(found.start, found.end),
            None => self.text.to_owned(),
        };
        let attempt = attempt(self.rule, &hidden);
        let span = match found {
            Some(found) => self.span(found.start, found.end),
            None => {
                let last = self.scan.tokens.get(token.saturating_sub(1)).map_or(end, |last| last.end.min(end));
                self.span(last, last)
            }
        };
        if attempt.as_ref().is_some_and(|attempt| attempt.too_deep) {
            return Diagnostic::new(Code::TooDeep, span, "this is nested too deeply")
                .help("give a part of it a name of its own: a `let`, or a `struct`");
        }
        let expected = attempt.map(|attempt| attempt.expected).unwrap_or_default();
        let word = found.map(|_| self.scan.text(token)).unwrap_or_default();
        if let Some(finding) = self.reserved_name() {
            return finding;
        }
        if found.is_some_and(|found| found.kind == Kind::Doc) {
            return Diagnostic::new(Code::Syntax, span, "this documents nothing")
                .help("`///` stands before an item, a field, an enumerator or an arm; write `//` for a comment");
        }
        let by_patterns = matches!(self.inside, Some(Inside::Arms | Inside::CodecArms | Inside::BindRows));
        let wanted = if by_patterns && token == self.head { "a pattern".to_owned() } else { wanted(&expected) };
        let message = match (wanted.as_str(), word) {
            ("", "") => "this ends too early".to_owned(),
            ("", word) => format!("`{}` can't stand here", shortened(word)),
            (wanted, "") => format!("expected {wanted}"),
            (wanted, word) => format!("expected {wanted}, found `{}`", shortened(word)),
        };
        let finding = Diagnostic::new(Code::Syntax, span, message).here(self.context());
        match self.help(token, word, &expected) {
            Some(help) => finding.help(help),
            None => finding,
        }
    }

    fn span(&self, start: usize, end: usize) -> packet_schema::tree::Span {
        super::span(self.source, start.min(self.len), end.min(self.len))
    }

    /// The text with a token made unreadable.
    fn hide(&self, start: usize, end: usize) -> String {
        let mut bytes = self.text.as_bytes().to_vec();
        if let Some(word) = bytes.get_mut(start.saturating_sub(self.base)..end.saturating_sub(self.base)) {
            word.fill(b'#');
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What was being read: "in the field `ttl`".
    fn context(&self) -> String {
        let Some(inside) = self.inside else { return String::new() };
        format!("in {}", describe(self.scan, inside, self.head))
    }

    /// A field whose name is a word of the language.
    fn reserved_name(&self) -> Option<Diagnostic> {
        let (name, colon) = (self.scan.text(self.head), self.scan.text(self.head + 1));
        let is_name = matches!(self.inside?, Inside::Body | Inside::Bits | Inside::Codec | Inside::Members)
            && colon == ":"
            && words::RESERVED.contains(&name);
        let token = self.scan.tokens.get(self.head).filter(|_| is_name)?;
        let message = format!("`{name}` is a word of the language");
        let finding = Diagnostic::new(Code::Syntax, self.span(token.start, token.end), message);
        Some(finding.here("so it names no field").help(format!("write `r#{name}` to use it as a name")))
    }

    /// What to do about it, where that is likely.
    fn help(&self, token: usize, word: &str, expected: &BTreeSet<String>) -> Option<String> {
        let is_word = self.scan.kind(token) == Some(Kind::Word);
        if expected.contains("=>") && ["=", "->", ":"].contains(&word) {
            return Some("write `=>`".to_owned());
        }
        if word == "=" && (expected.contains("==") || expected.contains("<<")) {
            return Some("`==` compares; `=` stands right behind a field's type and fixes its value".to_owned());
        }
        if is_word && expected.contains("r#") && words::RESERVED.contains(&word) {
            return Some(format!("`{word}` is a word of the language; write `r#{word}` to use it as a name"));
        }
        let operator = match word {
            "and" => Some("&&"),
            "or" => Some("||"),
            "not" => Some("!"),
            _ => None,
        };
        if let Some(operator) = operator {
            return Some(format!("write `{operator}`"));
        }
        if is_word {
            let near = words::nearest(word, expected.iter().map(String::as_str).filter(|text| text.len() > 1));
            if let Some(near) = near {
                return Some(format!("did you mean `{near}`?"));
            }
        }
        if let Some(near) = self.misspelt_head() {
            return Some(format!("did you mean `{near}`?"));
        }
        match self.inside {
            Some(Inside::File) if token == self.head => Some(format!(
                "an item starts with one of {}",
                listed(words::ITEMS.iter().map(|word| format!("`{word}`")))
            )),
            Some(Inside::Enumerators | Inside::Flags) if word == ";" => Some("they are parted by `,`".to_owned()),
            Some(Inside::Arms | Inside::CodecArms) if word == "," => {
                Some("an arm ends with its braces, or with `;`".to_owned())
            }
            _ => None,
        }
    }

    /// The word of the language that the piece probably should start with.
    fn misspelt_head(&self) -> Option<&'static str> {
        if self.inside? == Inside::Body && words::nearest(self.scan.text(self.head), ["else"]).is_some() {
            return Some("else");
        }
        let candidates = match self.inside? {
            Inside::File => words::ITEMS,
            Inside::Body if !self.scan.is(self.head + 1, ":") => words::BODY,
            Inside::Codec if !self.scan.is(self.head + 1, ":") => words::CODEC,
            Inside::Meta => words::META,
            _ => return None,
        };
        words::nearest(self.scan.text(self.head), candidates.iter().copied())
    }
}

/// A piece in words: "the field `ttl`", "the layer `Ipv4`".
pub(super) fn describe(scan: &Scan, inside: Inside, head: usize) -> String {
    let word = scan.text(head);
    let named = |what: &str, token: usize| match scan.kind(token) {
        Some(Kind::Word) => format!("{what} `{}`", shortened(scan.text(token))),
        _ => what.to_owned(),
    };
    match inside {
        Inside::File => match word {
            "module" => "the module's name".to_owned(),
            "use" => "this `use`".to_owned(),
            "alias" => "this `alias`".to_owned(),
            "test" => "this test".to_owned(),
            "reply" => "this `reply`".to_owned(),
            "bind" => named("the rows for", head + 1),
            "extend" => named("the extension of", head + 1),
            "probe" => named("the probe for", head + 1),
            _ if words::ITEMS.contains(&word) => named(&format!("the {word}"), head + 1),
            _ => "this item".to_owned(),
        },
        Inside::Body if word == "bits" && !scan.is(head + 1, ":") => "these `bits`".to_owned(),
        Inside::Body if words::BODY.contains(&word) && word != "bits" => format!("this `{word}`"),
        Inside::Codec if words::CODEC.contains(&word) => format!("this `{word}`"),
        Inside::Body | Inside::Bits | Inside::Codec if word == "_" => "these reserved bits".to_owned(),
        Inside::Body | Inside::Bits | Inside::Codec => named("the field", head),
        Inside::Arms | Inside::CodecArms => "this arm".to_owned(),
        Inside::Provided | Inside::Members => named("the member", head),
        Inside::Enumerators => named("the enumerator", head),
        Inside::Flags => named("the flag", head),
        Inside::BindRows | Inside::Names => "this row".to_owned(),
        Inside::Extension => "this arm or enumerator".to_owned(),
        Inside::Meta if words::META.contains(&word) => format!("this `{word}`"),
        Inside::Meta => "this part of a metafield".to_owned(),
        Inside::Carried => "this assignment".to_owned(),
        Inside::Reply => "this equation".to_owned(),
        Inside::Checks => "this check".to_owned(),
    }
}

/// At most so much of a word is repeated in a message.
fn shortened(word: &str) -> String {
    let line = word.lines().next().unwrap_or_default();
    if line.chars().count() > 24 || line.len() < word.len() {
        format!("{}…", line.chars().take(24).collect::<String>())
    } else {
        line.to_owned()
    }
}

const OPERATORS: &[&str] = &[
    "==", "!=", "<=", ">=", "<", ">", "++", "|", "||", "&", "&&", "^", "<<", ">>", "+", "-", "*", "/", "%", "?", "in",
    "..", ".", "(", "[",
];
/// What goes on with a name or a type.
const GOES_ON: &[&str] = &[".", "(", "[", "@"];
const STARTS_EXPRESSION: &[&str] =
    &["0x", "0b", "r#", "hex\"", "ip", "mac", "name", "\"", "true", "false", "[", "(", "!", "-", "_"];

/// What was expected, as a phrase.
fn wanted(expected: &BTreeSet<String>) -> String {
    let mut rest: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
    for space in [" ", "\t", "\r", "\n", "/", "//", "/*", "*/", "///", "//!", "\\", "u", "i", "le", "be"] {
        rest.remove(space);
    }
    let mut phrases: Vec<String> = Vec::new();
    let mut take = |rest: &mut BTreeSet<&str>, marks: &[&str], words: &[&str], phrase: &str| {
        let there = marks.iter().all(|mark| rest.contains(mark));
        if there {
            rest.retain(|word| !words.contains(word) && !marks.contains(word));
            phrases.push(phrase.to_owned());
        }
        there
    };
    if rest.contains("layer") && rest.contains("codec") {
        return "an item".to_owned();
    }
    if rest.contains("let") && (rest.contains("match") || rest.contains("repeat")) && rest.contains("r#") {
        return "a field, or a word that starts a part of this body".to_owned();
    }
    // Behind a whole operand any operator may follow, and nobody needs to be told so.
    if rest.contains("<<") {
        rest.retain(|word| !OPERATORS.contains(word));
    }
    take(&mut rest, &["0x", "r#"], STARTS_EXPRESSION, "an expression");
    take(&mut rest, &["lenient", "where"], &[words::CLAUSES, &["="]].concat(), "a clause");
    take(
        &mut rest,
        &["provides", "passes"],
        &["needs", "over"],
        "a role (`provides`, `needs`, `passes`, `over stream`)",
    );
    let is_type = rest.contains("next") && rest.contains("r#");
    take(&mut rest, &["next", "r#"], &["_"], "a type");
    if !is_type {
        take(&mut rest, &["r#"], &["_"], "a name");
    }
    take(&mut rest, &["hex\""], &[], "bytes as `hex\"…\"`");
    take(&mut rest, &["\""], &[], "a text in quotes");
    take(&mut rest, &["0x"], &["0b"], "a number");
    // What could go on with the part before says less than what must follow it.
    if !phrases.is_empty() || rest.iter().any(|word| !GOES_ON.contains(word)) {
        rest.retain(|word| !GOES_ON.contains(word));
    }
    if rest.contains(";") {
        rest.remove(":");
    }
    rest.remove("_");
    let signs = rest.iter().filter(|word| !word.starts_with(|c: char| c.is_ascii_alphabetic()));
    let others = rest.iter().filter(|word| word.starts_with(|c: char| c.is_ascii_alphabetic()));
    let all = signs.chain(others).map(|word| format!("`{word}`"));
    let mut list: Vec<String> = all.collect();
    list.append(&mut phrases);
    if list.len() > 6 { String::new() } else { either(list) }
}

/// "a, b or c".
fn either(mut list: Vec<String>) -> String {
    match (list.pop(), list.is_empty()) {
        (None, _) => String::new(),
        (Some(last), true) => last,
        (Some(last), false) => format!("{} or {last}", list.join(", ")),
    }
}

/// "a, b, c".
fn listed(list: impl Iterator<Item = String>) -> String {
    list.collect::<Vec<_>>().join(", ")
}
