//! Rows of tables, probes, names of other tools, and tests.

use super::symbols::Symbol;
use super::types::{Number, Ty};
use super::{Cx, Resolver, index};
use crate::model::{Expr, FieldId, Law, ModuleId, Names, Probe, Row, TableId, Test, TestKind, ToolName};
use crate::tree::{self, ItemKind};
use crate::{Code, Diagnostic};

impl<'t> Resolver<'t> {
    /// Resolves who follows whom.
    pub(super) fn resolve_rows(&mut self) {
        for (module, item) in self.items() {
            match &item.kind {
                ItemKind::Bind(tree) => self.bind(module, tree),
                ItemKind::Probe(tree) => self.probe(module, tree),
                _ => {}
            }
        }
        for table in &mut self.schema.tables {
            table.by_key = single_keys(&table.rows);
        }
    }

    fn bind(&mut self, module: ModuleId, tree: &tree::Bind) {
        let Some(id) = self.table(module, &tree.table) else { return };
        let key = self.key_type(id);
        for row in &tree.rows {
            let Some(layer) = self.layer(module, &row.layer) else { continue };
            let cx = Cx::module(module);
            let guard = row.guard.as_ref().map(|guard| self.boolean(&cx.it(key.clone()), guard));
            for tree in &row.keys {
                let Some((low, high)) = self.const_range_of(&cx, tree, &key) else { continue };
                let width = self.schema[id].bits;
                match (u128::try_from(low), u128::try_from(high)) {
                    (Ok(low), Ok(high)) if low <= high && super::scalars::fits(high, width) => {
                        self.schema[id].rows.push(Row { low, high, layer, guard, span: row.span });
                    }
                    _ => self.error(Code::ValueOutOfRange, tree.span, format!("keys of this table have {width} bits")),
                }
            }
        }
    }

    fn table(&mut self, module: ModuleId, path: &tree::Path) -> Option<TableId> {
        match self.symbol(module, path, "table")? {
            Symbol::Table(id) => Some(id),
            other => {
                self.wrong_kind(path, other, "table");
                None
            }
        }
    }

    fn key_type(&self, id: TableId) -> Ty {
        let names = self.schema[id].names.map_or(Names::None, Names::Enum);
        Ty::Int(Number { names, ..Number::of_bits(self.schema[id].bits) })
    }

    fn probe(&mut self, module: ModuleId, tree: &tree::Probe) {
        let Some(layer) = self.layer(module, &tree.layer) else { return };
        let tables = tree.from.iter().filter_map(|path| self.table(module, path)).collect();
        let guard = tree.guard.as_ref().map(|guard| self.boolean(&Cx::module(module), guard));
        let cx = Cx::frame(module, layer);
        let condition = self.boolean(&cx, &tree.condition);
        let score =
            self.const_int(&Cx::module(module), &tree.score, &Ty::INT).and_then(|score| u32::try_from(score).ok());
        let Some(score) = score.filter(|score| *score <= 100) else {
            self.error(Code::ValueOutOfRange, tree.score.span, "a score is from 0, which never guesses, to 100");
            return;
        };
        let mut fields = Vec::new();
        fields_read(&self.schema, condition, &mut fields);
        let own = fields.into_iter().filter(|id| self.schema[*id].owner == layer);
        let last = own.max_by_key(|id| self.schema[*id].slot);
        self.schema.probes.push(Probe { layer, tables, guard, condition, last, score });
    }

    /// Resolves names of other tools, and tests.
    pub(super) fn resolve_names_and_tests(&mut self) {
        for (module, item) in self.items() {
            match &item.kind {
                ItemKind::Names(tree) => self.tool_names(module, tree),
                ItemKind::Test(tree) => {
                    if let Some(kind) = self.test(module, tree) {
                        self.schema.tests.push(Test { module, title: tree.title.clone(), kind, span: tree.span });
                    }
                }
                _ => {}
            }
        }
    }

    fn tool_names(&mut self, module: ModuleId, tree: &tree::Names) {
        let Some(owner) = self.composite(module, &tree.target, "layer or struct") else { return };
        let cx = Cx { layers: true, ..Cx::frame(module, owner) };
        for row in &tree.rows {
            let (value, ty) = self.expr(&cx, &row.value, None);
            let field = match &self.schema[value] {
                Expr::Field(fields) => match fields.as_ref() {
                    [only] => Some(*only),
                    _ => None,
                },
                _ => None,
            };
            if matches!(ty, Ty::Composite(_) | Ty::Region | Ty::Anomalies) {
                self.error(Code::TypeMismatch, row.value.span, format!("{} has no single value to show", ty.words()));
            }
            let condition = row.condition.as_ref().map(|condition| self.boolean(&cx, condition));
            let name = ToolName { owner, value, field, name: row.name.clone(), condition };
            self.schema.names.entry(tree.tool.text.clone()).or_default().push(name);
        }
    }

    fn test(&mut self, module: ModuleId, tree: &tree::Test) -> Option<TestKind> {
        Some(match &tree.kind {
            tree::TestKind::Parse { target, input, checks } => {
                let target = self.composite(module, target, "layer, struct or codec")?;
                let cx = Cx { layers: true, ..Cx::frame(module, target) };
                let checks = checks.iter().map(|check| (self.boolean(&cx, check), check.span)).collect();
                TestKind::Parse { target, input: input.bytes.clone(), checks }
            }
            tree::TestKind::Reject { target, input, at } => {
                let target = self.composite(module, target, "layer, struct or codec")?;
                TestKind::Reject { target, input: input.bytes.clone(), at: at.text() }
            }
            tree::TestKind::Build { stack, expected } => {
                for part in stack {
                    if let tree::StackPart::Value(value) = part {
                        self.composite(module, &value.path, "layer or struct")?;
                    }
                }
                TestKind::Build { stack: stack.clone(), expected: expected.bytes.clone() }
            }
            tree::TestKind::Law { law, target } => {
                let target = self.composite(module, target, "layer, struct or codec")?;
                let law = match law.text.as_str() {
                    "roundtrip" => Law::Roundtrip,
                    "truncation" => Law::Truncation,
                    other => {
                        self.report(
                            Diagnostic::new(Code::UnknownName, law.span, format!("there is no law `{other}`"))
                                .help("there are `roundtrip` and `truncation`"),
                        );
                        return None;
                    }
                };
                TestKind::Law { target, law }
            }
        })
    }
}

/// The row of each key that just one row has.
fn single_keys(rows: &[Row]) -> std::collections::BTreeMap<u128, u32> {
    let alone = |row: &Row| row.low == row.high && row.guard.is_none();
    let shared = |key: u128| rows.iter().filter(|row| row.low <= key && key <= row.high).count() > 1;
    let singles = rows.iter().enumerate().filter(|(_, row)| alone(row) && !shared(row.low));
    singles.map(|(position, row)| (row.low, index(position))).collect()
}

/// Every field that an expression reads.
pub(super) fn fields_read(schema: &crate::Schema, id: crate::model::ExprId, fields: &mut Vec<FieldId>) {
    schema[id].children().iter().for_each(|child| fields_read(schema, *child, fields));
    fields.extend(schema[id].fields());
}
