//! Readers: the statements that move a cursor over the bytes of a composite and keep its parts.

use super::Writer;
use super::access::unparenthesised;
use super::expr::{Code, Env, Kind};
use super::names::ident;
use super::number::Number;
use super::shape::{Key, Part, PartKind, Segment, Shape, is_payload, may_stop};
use packet_schema::model::{
    Action, Arm, Block, CompositeId, CompositeKind, Expr, Extent, Field, FieldId, Item, Match, Type,
};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use std::collections::{BTreeMap, BTreeSet};

/// Writes the reader of one composite.
pub(super) struct Reader<'w, 's> {
    pub(super) writer: &'w Writer<'s>,
    pub(super) id: CompositeId,
    pub(super) shape: &'w Shape,
    /// What names stand for at this point.
    pub(super) env: Env,
    /// The composite or named arm whose parts are kept.
    pub(super) scope: usize,
    /// Fields whose values are needed while reading.
    pub(super) used: BTreeSet<FieldId>,
    /// What comes is read under a condition: its parts are declared already, and may stay absent.
    pub(super) conditional: bool,
    /// Parts are not kept at all: this is a codec.
    pub(super) fleeting: bool,
    /// How many bits of the next byte are taken.
    pub(super) phase: u32,
    /// How many bytes the cursor is behind the start, where that is known: a number, or an expression.
    pub(super) reached: Option<String>,
    /// Where fields that were read stand.
    pub(super) spots: BTreeMap<FieldId, TokenStream>,
}

impl<'w, 's> Reader<'w, 's> {
    /// A reader of a composite's items, at the first of them.
    pub(super) fn new(writer: &'w Writer<'s>, id: CompositeId, fleeting: bool) -> Option<Self> {
        let composite = &writer.schema[id];
        let is_layer = matches!(composite.kind, CompositeKind::Layer(_));
        let params = composite.params.iter().map(|param| {
            let name = format_ident!("param_{}", param.name);
            let kind = if param.region { Kind::Region } else { Kind::Number(Number::of_bits(param.bits)) };
            Code::new(quote!(#name), kind)
        });
        let env = Env {
            rest: Some(quote!(cursor.rest().bytes())),
            outer: Some(if is_layer { quote!(start.rest()) } else { quote!(outer) }),
            params: params.collect(),
            size: Some(quote!(u64::from(cursor.offset() - start.offset()))),
            ..Env::default()
        };
        let shape = writer.shapes.get(id.index())?;
        let used = writer.used(composite);
        Some(Self {
            writer,
            id,
            shape,
            env,
            scope: 0,
            used,
            conditional: false,
            fleeting,
            phase: 0,
            reached: (!fleeting).then(|| "0".to_owned()),
            spots: BTreeMap::new(),
        })
    }

    /// The statements of a block.
    pub(super) fn block(&mut self, block: &Block) -> TokenStream {
        let mut out = TokenStream::new();
        let mut items = block.items.iter();
        while let Some(item) = items.next() {
            out.extend(self.item(item));
            if may_stop(item) && items.len() > 0 {
                let rest: Vec<&Item> = items.collect();
                let was = std::mem::replace(&mut self.conditional, true);
                let declared = if was { TokenStream::new() } else { self.declare(&rest, None) };
                let body: TokenStream = rest.into_iter().map(|item| self.item(item)).collect();
                self.conditional = was;
                out.extend(quote!(#declared if flow == Flow::Next { #body }));
                break;
            }
        }
        out
    }

    pub(super) fn item(&mut self, item: &Item) -> TokenStream {
        match item {
            Item::Run(run) => self.made(run.fields.first().map(|first| Key::Field(*first))),
            Item::Container { fields, .. } => self.made(fields.first().map(|first| Key::Field(*first))),
            Item::Field(id) => self.made(Some(Key::Field(*id))),
            Item::Match(choice) => self.choice(choice, item),
            Item::If { condition, then, otherwise } => {
                let condition = self.writer.expr(&self.env, *condition);
                self.branches(item, condition, then, otherwise)
            }
            Item::Align { bits, .. } => self.align(*bits),
            Item::Expect(_) => TokenStream::new(),
            Item::Repeat { .. } | Item::Jump { .. } | Item::Emit(_) | Item::Yields(_) => {
                self.reached = None;
                self.codec_item(item)
            }
        }
    }

    /// Reads the parts made for a run, a container or a field.
    fn made(&mut self, key: Option<Key>) -> TokenStream {
        let Some((key, parts)) = key.and_then(|key| Some((key, self.shape.made.get(&key)?))) else {
            return TokenStream::new();
        };
        let scope = &self.shape.scopes[self.scope];
        let parts = parts.iter().filter_map(|&index| Some((index, scope.parts.get(index)?)));
        parts.map(|(index, part)| self.part(index, part, key)).collect()
    }

    fn part(&mut self, index: usize, part: &Part, key: Key) -> TokenStream {
        match (&part.kind, key) {
            (PartKind::Segment(segment), _) => self.segment(index, part, segment),
            // Payloads of several arms are kept as one part: which field this is, its place says.
            (PartKind::Field(id), Key::Field(here))
                if is_payload(self.writer.schema, *id) && is_payload(self.writer.schema, here) =>
            {
                self.field(part, here)
            }
            (PartKind::Field(id), _) => self.field(part, *id),
            // It is read with the field that it stands in front of.
            (PartKind::Prefix(_) | PartKind::Choice(_), _) => TokenStream::new(),
        }
    }

    /// Fields of fixed size: one check for all of them.
    fn segment(&mut self, index: usize, part: &Part, segment: &Segment) -> TokenStream {
        let name = ident(&part.name);
        let info = segment.fields.first().map_or_else(|| self.reserved(), |(field, _)| self.info(*field));
        let (bytes, done) = (Literal::u32_unsuffixed(segment.bytes), Literal::u32_unsuffixed(segment.done));
        self.phase = segment
            .fields
            .last()
            .map_or(0, |(_, bits)| if bits.container.is_some() { 0 } else { (bits.first + bits.width) % 8 });
        let run = self.writer.run_ident(self.id, self.scope, index).map(|run| {
            let composite = &self.writer.schema[self.id];
            let (path, table) = (self.writer.path(composite.module), self.writer.table_ident(composite));
            quote!(#path #table::#run)
        });
        let read = match run {
            Some(run) if segment.bytes == segment.done => quote!(cursor.run::<#bytes>(#run)?),
            Some(run) => quote!(cursor.run_with_bits::<#bytes>(#done, #run)?),
            None => quote!(cursor.array::<#bytes>(#info)?),
        };
        let condition = segment
            .fields
            .first()
            .filter(|_| segment.fields.len() == 1)
            .and_then(|(id, _)| self.writer.schema[*id].condition);
        let reached = self.reached.take();
        if let Some(condition) = condition {
            return self.conditional_segment(part, segment, &read, condition);
        }
        self.reached = reached.and_then(|bytes| Some((bytes.parse::<u32>().ok()? + segment.done).to_string()));
        if part.dropped && !self.fleeting {
            let values = self.values(segment, &quote!(read));
            return if values.is_empty() { quote!(#read;) } else { quote!(let read = #read; #values) };
        }
        if self.conditional || self.fleeting {
            let local = if self.fleeting { name.clone() } else { format_ident!("read") };
            let keep = (!self.fleeting).then(|| quote!(#name = Some(#local);));
            let values = self.values(segment, &quote!(#local));
            return quote!(let #local = #read; #keep #values);
        }
        let values = self.values(segment, &quote!(#name));
        quote!(let #name = #read; #values)
    }

    /// A number that is there only where a condition holds.
    fn conditional_segment(
        &mut self,
        part: &Part,
        segment: &Segment,
        read: &TokenStream,
        condition: packet_schema::model::ExprId,
    ) -> TokenStream {
        let name = ident(&part.name);
        let Some(test) = self.writer.expr(&self.env, condition).and_then(|code| holds(&code)) else {
            return self.gap("a condition");
        };
        let (before, used) = (self.env.clone(), std::mem::take(&mut self.used));
        let values = self.values(segment, &quote!(read));
        (self.env, self.used) = (before, used);
        self.optional_values(part, segment);
        let declare = (!self.conditional).then(|| quote!(let mut #name = None;));
        if part.dropped {
            return quote!(if #test { #read; });
        }
        quote! {
            #declare
            if #test {
                let read = #read;
                #name = Some(read);
                #values
            }
        }
    }

    /// After a condition: the values of a part that may be absent.
    fn optional_values(&mut self, part: &Part, segment: &Segment) {
        let name = ident(&part.name);
        for &(id, bits) in &segment.fields {
            if let Some(code) = self.writer.value(&self.writer.schema[id], bits, &quote!(#name?)) {
                self.env.fields.insert(id, Code { maybe: true, ..code });
            }
        }
    }

    pub(super) fn local(&self, field: &Field) -> proc_macro2::Ident {
        match field.name.as_deref() {
            Some(name @ ("cursor" | "start" | "outer" | "flow" | "read" | "head" | "lowest" | "resume" | "began")) => {
                format_ident!("{name}_value")
            }
            Some(name) => ident(name),
            None => format_ident!("reserved_{}", field.slot),
        }
    }

    /// A field that varies.
    fn field(&mut self, part: &Part, id: FieldId) -> TokenStream {
        let field = &self.writer.schema[id];
        let name = ident(&part.name);
        let reached = self.end_of_region(field);
        let Some(value) = self.field_value(id) else { return self.gap(field.name.as_deref().unwrap_or("_")) };
        self.phase = 0;
        self.reached = reached.filter(|_| field.condition.is_none() || field.opaque_otherwise);
        let condition = match field.condition.filter(|_| !field.opaque_otherwise) {
            Some(condition) => match self.writer.expr(&self.env, condition).and_then(|code| holds(&code)) {
                Some(test) => Some(test),
                None => return self.gap("a condition"),
            },
            None => None,
        };
        let certain = condition.is_none();
        let value = if certain { value } else { self.checked_value(id, value) };
        let mut out = self.prefix_declared(id);
        out.extend(match (condition, self.conditional, self.fleeting) {
            (Some(test), false, _) => quote!(let #name = if #test { Some(#value) } else { None };),
            (Some(test), true, _) => quote!(if #test { #name = Some(#value); }),
            (None, true, false) if part.optional => quote!(let read = #value; #name = Some(read);),
            (None, true, false) => quote!(let read = #value; #name = read;),
            (None, ..) => quote!(let #name = #value;),
        });
        let local = match (certain, self.conditional && !self.fleeting) {
            (true, true) => quote!(read),
            (true, false) => quote!(#name),
            (false, _) => quote!(#name?),
        };
        if let Some(code) = self.writer.part_value(field, &local) {
            let code = Code { maybe: code.maybe || !certain, ..code };
            let code = if certain && self.conditional && !self.fleeting && self.used.contains(&id) && !code.maybe {
                let (name, tokens) = (self.local(field), &code.tokens);
                out.extend(quote!(let #name = #tokens;));
                Code { tokens: quote!(#name), ..code }
            } else {
                code
            };
            self.env.fields.insert(id, code.clone());
            if let Some(bytes) = self.writer.part_bytes(field, &local) {
                let maybe = bytes.maybe || !certain;
                self.env.bytes.insert(id, Code { maybe, ..bytes });
            }
            if certain && self.is_checked(field) {
                let (before, checks) = self.checks_behind(id, &code, &local);
                out = quote!(#before #out #checks);
            }
        }
        out
    }

    /// The value of a field that is there only where a condition holds, with the checks of it.
    fn checked_value(&mut self, id: FieldId, value: TokenStream) -> TokenStream {
        let (field, local) = (&self.writer.schema[id], quote!(read));
        match self.writer.part_value(field, &local).filter(|_| self.is_checked(field)) {
            Some(code) => {
                let (before, checks) = self.checks_behind(id, &code, &local);
                quote!({ #before let read = #value; #checks read })
            }
            None => value,
        }
    }

    /// The checks of a field that was read last, and what must stand before that is read.
    fn checks_behind(&mut self, id: FieldId, value: &Code, local: &TokenStream) -> (TokenStream, TokenStream) {
        let bytes = self.writer.part_bytes(&self.writer.schema[id], local).filter(|bytes| !bytes.maybe);
        match bytes {
            // Where it is empty, it may have no place in the packet.
            Some(Code { tokens, .. }) => {
                let offset = quote!(cursor.offset().wrapping_sub(#tokens.len() as u32));
                (TokenStream::new(), self.checks(id, value, &offset))
            }
            None => (quote!(let began = cursor.offset();), self.checks(id, value, &quote!(began))),
        }
    }

    /// The value of a field that varies, read in its region if it has one.
    fn field_value(&mut self, id: FieldId) -> Option<TokenStream> {
        let field = &self.writer.schema[id];
        let info = self.info(id);
        let Some(within) = field.within else { return self.read_type(&field.ty, id, &field_limit(self, field)) };
        let open = self.open(within, &info)?;
        if let Type::Next(_) = field.ty {
            return Some(match field.partial {
                Some(partial) if matches!(self.writer.schema[partial], Expr::Bool(true)) => {
                    quote!(#open.as_part())
                }
                Some(partial) => {
                    let test = self.writer.expr(&self.env, partial).and_then(|code| holds(&code))?;
                    quote!({
                        let region = #open;
                        if #test { region.as_part() } else { region }
                    })
                }
                None => open,
            });
        }
        Some(match &field.ty {
            Type::Bytes(Extent::ToEnd) => quote!(#open.bytes()),
            Type::Text(_, Extent::ToEnd) => quote!(Text(#open.bytes())),
            Type::List(_, Extent::ToEnd) => {
                let value = self.read_type(&field.ty, id, &quote!(None))?;
                let is_numbers = self.writer.numbers_of(&field.ty, field).is_some();
                if is_numbers {
                    quote!({ let mut cursor = Cursor::new(#open); #value })
                } else {
                    let args = self.element_args(&field.ty, id)?;
                    quote!(List::filling(#open, #args))
                }
            }
            _ => {
                let value = self.read_type(&field.ty, id, &quote!(None))?;
                quote!({
                    let region = #open;
                    contained(|| {
                        let cursor = &mut Cursor::new(region);
                        Ok(#value)
                    })
                })
            }
        })
    }

    pub(super) fn info(&self, id: FieldId) -> TokenStream {
        self.writer.info(id)
    }

    /// The information of what has no name.
    pub(super) fn reserved(&self) -> TokenStream {
        self.writer.whole(self.id)
    }

    fn branches(&mut self, item: &Item, condition: Option<Code>, then: &Block, otherwise: &Block) -> TokenStream {
        let Some(condition) = condition else { return self.gap("a condition") };
        let declared = if self.conditional || self.fleeting { TokenStream::new() } else { self.declare(&[item], None) };
        let before = (self.env.clone(), self.conditional, self.phase);
        let reached = self.reached.clone();
        self.conditional = true;
        let yes = self.block(then);
        let after = std::mem::replace(&mut self.phase, before.2);
        (self.env, self.reached) = (before.0.clone(), reached);
        let no = self.block(otherwise);
        self.reached = None;
        (self.env, self.conditional) = (before.0, before.1);
        self.phase = self.phase.max(after);
        self.after_branches(item);
        let Some(test) = holds(&condition) else { return self.gap("a condition") };
        if otherwise.items.is_empty() {
            return quote!(#declared if #test { #yes });
        }
        // What is not known, as of the layers below a view, counts as not so.
        quote!(#declared if #test { #yes } else { #no })
    }

    /// Declares the parts that are read under a condition.
    fn declare(&self, items: &[&Item], certain: Option<&str>) -> TokenStream {
        if self.fleeting {
            return TokenStream::new();
        }
        let mut keys = Vec::new();
        items.iter().for_each(|item| collect_keys(item, &mut keys));
        let scope = &self.shape.scopes[self.scope];
        let parts: BTreeSet<usize> =
            keys.iter().filter_map(|key| self.shape.made.get(key)).flatten().copied().collect();
        parts
            .into_iter()
            .filter_map(|index| scope.parts.get(index).filter(|part| !part.dropped))
            .map(|part| {
                let name = ident(&part.name);
                match part.kind {
                    _ if certain == Some(part.name.as_str()) => quote!(let #name;),
                    PartKind::Choice(choice) => {
                        let choice = &self.shape.choices[choice];
                        let ty = ident(&choice.name);
                        quote!(let mut #name = #ty::Unnamed;)
                    }
                    _ if !part.optional => quote!(let #name;),
                    _ => quote!(let mut #name = None;),
                }
            })
            .collect()
    }

    /// What names stand for behind branches: parts that may be absent.
    fn after_branches(&mut self, item: &Item) {
        if self.fleeting {
            return;
        }
        let mut keys = Vec::new();
        collect_keys(item, &mut keys);
        let parts: Vec<Part> = {
            let scope = &self.shape.scopes[self.scope];
            let indices = keys.iter().filter_map(|key| self.shape.made.get(key)).flatten();
            indices.filter_map(|&index| scope.parts.get(index).filter(|part| !part.dropped).cloned()).collect()
        };
        for part in parts {
            match &part.kind {
                PartKind::Segment(segment) => self.optional_values(&part, segment),
                PartKind::Field(id) => {
                    let (name, field) = (ident(&part.name), &self.writer.schema[*id]);
                    let local = if part.optional { quote!(#name?) } else { quote!(#name) };
                    if let Some(code) = self.writer.part_value(field, &local) {
                        self.env.fields.insert(*id, Code { maybe: code.maybe || part.optional, ..code });
                    }
                    if let Some(code) = self.writer.part_bytes(field, &local) {
                        self.env.bytes.insert(*id, Code { maybe: code.maybe || part.optional, ..code });
                    }
                }
                PartKind::Prefix(_) | PartKind::Choice(_) => {}
            }
        }
    }

    fn choice(&mut self, choice: &Match, item: &Item) -> TokenStream {
        let Some(on) = self.writer.expr(&self.env, choice.on) else { return self.gap("a match") };
        let named = self.named(choice);
        let certain = named.map(|(part, _)| part).filter(|_| is_always_named(choice) && !on.maybe);
        let declared =
            if self.conditional || self.fleeting { TokenStream::new() } else { self.declare(&[item], certain) };
        let region = match choice.within {
            Some(within) => {
                let info = self.writer.first_field(within).map_or_else(|| self.reserved(), |field| self.info(field));
                let Some(open) = self.open(within, &info) else { return self.gap("a region") };
                Some(quote!(let region = #open;))
            }
            None => None,
        };
        let before = (self.env.clone(), self.conditional, self.phase);
        let reached = self.reached.take().filter(|_| choice.within.is_none());
        self.conditional = true;
        let is_field = matches!(self.writer.schema[choice.on], Expr::Field(_));
        let common = common_arm(choice, &on).filter(|_| is_field);
        let arms: Vec<TokenStream> = likely_first(&choice.arms)
            .into_iter()
            .map(|arm| {
                (self.env, self.phase) = (before.0.clone(), before.2);
                self.reached.clone_from(&reached);
                self.arm(choice, arm, &on, named, common.is_some_and(|common| !std::ptr::eq(common, arm)))
            })
            .collect();
        self.reached = None;
        let after = self.phase;
        (self.env, self.conditional) = (before.0, before.1);
        self.phase = if choice.within.is_some() { 0 } else { after };
        let fallback = self.no_arm(choice, &on);
        self.after_branches(item);
        let subject = if on.maybe { on.option() } else { on.tokens.clone() };
        let body = quote!(match #subject { #(#arms)* #fallback });
        let Some(region) = region else { return quote!(#declared #body) };
        let spoiled = named.map(|(part, name)| {
            let (part, name) = (ident(part), ident(name));
            quote!(if let Err(error) = outcome { #part = #name::Spoiled(error); })
        });
        let keep = if spoiled.is_some() { quote!(let outcome =) } else { quote!(let _ =) };
        quote! {
            #declared
            #region
            #keep contained(|| {
                let cursor = &mut Cursor::new(region);
                #body
                Ok(())
            });
            #spoiled
        }
    }

    /// The part that keeps the named arm taken, and its type.
    fn named(&self, choice: &Match) -> Option<(&'w str, &'w str)> {
        let shape = self.shape;
        let parts = shape.made.get(&Key::of_match(choice))?;
        let part = shape.scopes.get(self.scope)?.parts.get(*parts.first()?)?;
        let PartKind::Choice(choice) = part.kind else { return None };
        Some((&part.name, &shape.choices.get(choice)?.name))
    }

    fn arm(&mut self, choice: &Match, arm: &Arm, on: &Code, named: Option<(&str, &str)>, is_rare: bool) -> TokenStream {
        let pattern = pattern(arm, on);
        let guard = match arm.guard {
            Some(guard) => match self.writer.expr(&self.env, guard).and_then(|code| holds(&code)) {
                Some(test) => quote!(if #test),
                None => return self.gap("a guard"),
            },
            None => TokenStream::new(),
        };
        let body = match &arm.action {
            Action::Stop => quote!(flow = Flow::Stop;),
            Action::Reject(why) => {
                let (info, offset) = self.decider(choice);
                quote!(return Err(Error::new(#info, #offset, ErrorKind::Rejected { why: #why }));)
            }
            Action::Read(None, block) => self.block(block),
            Action::Read(Some(variant), block) => self.named_arm(*variant, block, named),
        };
        let rare = (is_rare && !matches!(arm.action, Action::Reject(_))).then(|| quote!(cursor.rare()?;));
        quote!(#pattern #guard => { #rare #body })
    }

    /// The field that decides a match, and where it stands.
    fn decider(&self, choice: &Match) -> (TokenStream, TokenStream) {
        match self.writer.first_field(choice.on) {
            Some(field) => {
                let offset = self.spots.get(&field).cloned().unwrap_or_else(|| quote!(cursor.offset()));
                (self.info(field), offset)
            }
            None => (self.reserved(), quote!(cursor.offset())),
        }
    }

    /// What to do where no arm fits.
    fn no_arm(&self, choice: &Match, on: &Code) -> TokenStream {
        if choice.arms.iter().any(|arm| arm.tags.is_empty() && arm.guard.is_none()) {
            return TokenStream::new();
        }
        if on.kind == Kind::Bool && !on.maybe && choice.arms.len() > 1 {
            return TokenStream::new();
        }
        let (info, offset) = self.decider(choice);
        let error =
            |found: TokenStream| quote!(return Err(Error::new(#info, #offset, ErrorKind::NoArm { found: #found })));
        if on.maybe {
            let error = error(quote!(found as u64));
            return quote!(Some(found) => #error, None => {});
        }
        let error = error(quote!(found as u64));
        quote!(found => #error,)
    }

    /// A named arm: its parts become a view of its own.
    fn named_arm(&mut self, variant: u32, block: &Block, named: Option<(&str, &str)>) -> TokenStream {
        if self.fleeting {
            return self.block(block);
        }
        let Some((part, choice)) = named else { return self.gap("a named arm") };
        let found = self.shape.choices.iter().find(|other| other.name == choice);
        let arm = found.and_then(|choice| {
            let scope = choice.scopes.iter().find(|arm| arm.0 == variant)?.1;
            let filled = choice.arms.iter().any(|arm| arm.1 == Some(scope));
            Some((scope, filled))
        });
        let Some((scope, filled)) = arm else { return self.gap("a named arm") };
        let name = self.writer.variant_ident(self.id, variant);
        let (part, choice) = (ident(part), ident(choice));
        let outer = (self.scope, self.conditional);
        (self.scope, self.conditional) = (scope, false);
        let body = self.block(block);
        (self.scope, self.conditional) = outer;
        if !filled {
            return quote!(#body #part = #choice::#name;);
        }
        let view = ident(&self.shape.scopes[scope].name);
        let parts = self.shape.scopes[scope].kept().map(|part| ident(&part.name));
        quote!(#body #part = #choice::#name(#view { #(#parts),* });)
    }

    fn align(&mut self, bits: u32) -> TokenStream {
        (self.phase, self.reached) = (0, None);
        if bits <= 8 {
            return TokenStream::new();
        }
        let (bytes, info) = (Literal::u32_unsuffixed(bits / 8), self.reserved());
        quote! {
            let over = (cursor.offset() - start.offset()) % #bytes;
            if over > 0 {
                cursor.take((#bytes - over) as usize, #info)?;
            }
        }
    }

    /// Says that something has no form in Rust, where it can be seen.
    pub(super) fn gap(&self, what: &str) -> TokenStream {
        self.writer.gap(self.id, what);
        TokenStream::new()
    }
}

/// The arms of a match, those of most values first: they are asked for one after the other. No two take the same value, so
/// that without guards the order has no meaning.
fn likely_first(arms: &[Arm]) -> Vec<&Arm> {
    let mut arms: Vec<&Arm> = arms.iter().collect();
    if arms.iter().all(|arm| arm.guard.is_none()) {
        let width = |arm: &Arm| arm.tags.iter().map(|(low, high)| high.saturating_sub(*low)).max();
        arms.sort_by_key(|arm| (arm.tags.is_empty(), std::cmp::Reverse(width(arm))));
    }
    arms
}

/// Of a match with two ways to go on, the one that nearly all values take that its number can have.
fn common_arm<'m>(choice: &'m Match, on: &Code) -> Option<&'m Arm> {
    let goes_on = |arm: &&Arm| !matches!(arm.action, Action::Reject(_));
    if choice.arms.iter().filter(goes_on).count() != 2 {
        return None;
    }
    let Kind::Number(number) = on.kind else { return None };
    let (least, greatest) = number.range();
    let all = greatest.checked_sub(least)?;
    let listed =
        |arm: &Arm| arm.tags.iter().map(|(low, high)| high.saturating_sub(*low).saturating_add(1)).sum::<i128>();
    let others: i128 = choice.arms.iter().map(listed).sum();
    let taken = |arm: &Arm| if arm.tags.is_empty() { all.saturating_sub(others) } else { listed(arm) };
    let is_common = |arm: &&Arm| arm.guard.is_none() && taken(arm) > all / 16 * 15;
    choice.arms.iter().find(is_common)
}

/// Whether a match that goes on has taken a named arm.
fn is_always_named(choice: &Match) -> bool {
    let named = |arm: &Arm| matches!(arm.action, Action::Read(Some(_), _) | Action::Reject(_));
    choice.within.is_none() && choice.arms.iter().all(named)
}

/// The keys of all parts of a scope that an item reads, those of named arms left out.
fn collect_keys(item: &Item, keys: &mut Vec<Key>) {
    match item {
        Item::Run(run) => keys.extend(run.fields.first().map(|first| Key::Field(*first))),
        Item::Container { fields, .. } => keys.extend(fields.first().map(|first| Key::Field(*first))),
        Item::Field(id) => keys.push(Key::Field(*id)),
        Item::Match(choice) => {
            keys.push(Key::of_match(choice));
            for arm in &choice.arms {
                if let Action::Read(None, block) = &arm.action {
                    block.items.iter().for_each(|item| collect_keys(item, keys));
                }
            }
        }
        Item::If { then, otherwise, .. } => {
            then.items.iter().chain(&otherwise.items).for_each(|item| collect_keys(item, keys));
        }
        _ => {}
    }
}

/// Whether a condition holds, for certain.
pub(super) fn holds(code: &Code) -> Option<TokenStream> {
    let truth = code.truth()?;
    Some(if code.maybe {
        let truth = super::expr::given(&truth);
        quote!(#truth == Some(true))
    } else {
        unparenthesised(truth)
    })
}

/// Whether a condition does not hold, for certain.
pub(super) fn fails(code: &Code) -> Option<TokenStream> {
    let truth = code.truth()?;
    Some(if code.maybe {
        let truth = super::expr::given(&truth);
        quote!(#truth == Some(false))
    } else {
        quote!(!#truth)
    })
}

/// The field that says how long another one is.
fn field_limit(reader: &Reader<'_, '_>, field: &Field) -> TokenStream {
    let extent = match &field.ty {
        Type::Bytes(extent) | Type::Text(_, extent) | Type::List(_, extent) => extent,
        _ => return quote!(None),
    };
    match extent {
        Extent::Count(count) => reader.limit(*count),
        _ => quote!(None),
    }
}

/// The tags of an arm as a pattern.
pub(super) fn pattern(arm: &Arm, on: &Code) -> TokenStream {
    if arm.tags.is_empty() {
        return quote!(_);
    }
    let number = match on.kind {
        Kind::Number(number) => number,
        Kind::Bool => {
            let tags = arm.tags.iter().map(|&(low, _)| {
                let truth = low != 0;
                if on.maybe { quote!(Some(#truth)) } else { quote!(#truth) }
            });
            return quote!(#(#tags)|*);
        }
        _ => Number::I128,
    };
    let (least, greatest) = number.range();
    let tags = arm.tags.iter().map(|&(low, high)| (low.max(least), high.min(greatest)));
    let tags = super::expr::ranges(tags).into_iter().map(|(low, high)| {
        let (from, to) = (super::expr::literal(low), super::expr::literal(high));
        let tag = if low == high { from } else { quote!(#from..=#to) };
        if on.maybe { quote!(Some(#tag)) } else { tag }
    });
    quote!(#(#tags)|*)
}
