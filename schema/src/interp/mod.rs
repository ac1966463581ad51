//! The interpreter: the reference semantics of the language. Every back end must equal it on every vector.

mod build;
mod codec;
mod dissection;
mod encode;
mod eval;
mod interface;
mod next;
mod of_dissection;
mod program;
mod read;
mod read_item;
mod read_value;
mod reader;
mod refer;
mod regions;
mod resolve_literal;
mod resolve_value;
mod stream;
mod testing;
mod testing_words;
mod val;
mod value;
mod view;
pub mod words;

pub use build::{BuildError, BuildErrorKind, BuildWarning, BuildWarningKind, Builder, Built};
pub use dissection::*;
pub use eval::{CallArg, Eval, It};
pub use of_dissection::to_value;
pub use reader::{Limits, Reader};
pub use refer::{children, leaf, node_field, table_of};
pub use resolve_value::resolve_value;
pub use stream::Verdict;
pub use testing::{TestFailure, TestResult, run_test, run_tests};
pub use val::Val;
pub use value::*;
pub use view::{Shown, View};
