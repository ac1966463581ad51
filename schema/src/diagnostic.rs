//! What is wrong with a definition, as data. Rendering it with the source is the front end's.

use crate::tree::Span;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind of mistake; `pony explain` has a page for each.
    pub code: Code,
    /// What is wrong here, in one sentence without a full stop.
    pub message: String,
    /// The places concerned, the one at fault first.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
}

/// A place with what it has to do with the finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// A few words; may be empty.
    pub text: String,
}

impl Diagnostic {
    /// A finding at one place.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), labels: vec![Label { span, text: String::new() }], help: None }
    }

    /// Says what the place at fault has to do with it.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Self {
        if let Some(label) = self.labels.first_mut() {
            label.text = text.into();
        }
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Whether the definition can't be used.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.code.severity() == Severity::Error
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The definition can't be used.
    Error,
    /// It can be used, and is probably not what was meant.
    Warning,
}

macro_rules! codes {
    ($($name:ident = $id:literal $severity:ident $title:literal;)*) => {
        /// The kinds of mistakes. The first digit tells the stage: 0 syntax, 1 names, 2 types, 3 layout, 4 stacks, 5 what is of no use.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// As people cite it: `E0107`.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)* }
            }

            /// The mistake in a few words.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// Whether the definition can be used all the same.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// The page that explains it: what it means, a definition that shows it, and how to mend it.
            #[must_use]
            pub fn page(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("explain/", $id, ".md")),)* }
            }
        }
    };
}

codes! {
    Syntax = "E0001" Error "this is not the language's grammar";
    BadLiteral = "E0002" Error "a literal that stands for no value";
    TooDeep = "E0003" Error "nested too deeply";

    UnknownName = "E0101" Error "nothing has this name";
    DuplicateName = "E0102" Error "two things have the same name";
    UnknownModule = "E0103" Error "no such module";
    WrongKind = "E0104" Error "the name means another kind of thing";
    UnknownAttribute = "E0105" Error "no such attribute, clause or display";
    CyclicDefinition = "E0106" Error "a definition that needs itself";
    WrongArguments = "E0107" Error "arguments do not fit the parameters";

    BadWidth = "E0201" Error "no number has this width";
    TypeMismatch = "E0202" Error "the expression has another type than is wanted here";
    ValueOutOfRange = "E0203" Error "the value does not fit its type";
    OverlappingTags = "E0204" Error "two arms or rows claim the same value";
    MissingArms = "E0205" Error "a match that leaves values out";
    UnitMismatch = "E0206" Error "two units that can't be combined";
    BadClause = "E0207" Error "a clause that means nothing here";

    MayUnderflow = "E0301" Error "a length may be negative";
    MayOverflow = "E0302" Error "an expression may leave the range of its type";
    ReadTooEarly = "E0303" Error "a field is read before it is there";
    RegionOverrun = "E0304" Error "a region can't hold what must be in it";
    CyclicDerivation = "E0305" Error "derivations wait for each other";
    PointerNotDecreasing = "E0306" Error "a pointer that need not go backwards";
    Unbounded = "E0307" Error "an element that may take no bytes repeats without end";
    Misaligned = "E0308" Error "a field of whole bytes starts inside of a byte";
    Unreachable = "E0309" Error "what follows takes nothing, for the region is used up";

    NotBijective = "E0401" Error "a carry that is no bijection";
    CollidingBinding = "E0402" Error "two layers claim the same key";
    MissingMember = "E0403" Error "an interface member is not provided";
    NotProvided = "E0404" Error "nothing below provides the interface";
    BadReply = "E0405" Error "an equation that does not tie a reply to its request";

    UnreachableArm = "E0501" Warning "an arm that no value reaches";
    UnusedItem = "E0502" Warning "nothing uses this";
    AlwaysTrue = "E0503" Warning "a check that can't fail";
    UnboundLayer = "E0504" Warning "a layer that no table, probe or field leads to";
}
