//! Writers: from a checked schema to modules of values that write its packets.

use super::coders::{holding, is_compressing, measures_layer};
use super::expr::{Code, Env, Kind};
use super::names::{camel, constant, docs, ident};
use super::number::{Meaning, Number};
use super::value::{Choice, Form, Member, Plan, Slot, plan};
use super::{Generated, Writer};
use packet_schema::Schema;
use packet_schema::model::{Composite, CompositeId, CompositeKind, Expr, ExprId, FieldId, ModuleId, Type};
use packet_schema::tree::Docs;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Generates the module of the values of a module's definitions, which is to be a module `craft` within the one that
/// [`super::module`] gives. `paths` is as there.
#[must_use]
pub fn craft(schema: &Schema, module: ModuleId, paths: &dyn Fn(ModuleId) -> TokenStream) -> Generated {
    let near = |other: ModuleId| if other == module { quote!(super::) } else { paths(other) };
    let crafter = Crafter::new(schema, module, &near, paths, "");
    crafter.generated()
}

/// Writes the values of one module.
pub(super) struct Crafter<'s> {
    pub(super) schema: &'s Schema,
    module: ModuleId,
    near: &'s dyn Fn(ModuleId) -> TokenStream,
    paths: &'s dyn Fn(ModuleId) -> TokenStream,
    /// With what the names of values end.
    suffix: &'static str,
    /// Says what views, enums and fields are called from here.
    pub(super) writer: Writer<'s>,
    /// By composite.
    plans: Vec<Result<Plan, String>>,
    /// What has no value, and why.
    pub(super) failed: RefCell<Vec<(CompositeId, String)>>,
    /// The composites in which names are that point to each other.
    with_names: BTreeSet<CompositeId>,
    /// The composites that are told how long their layer is.
    with_size: BTreeSet<CompositeId>,
}

impl<'s> Crafter<'s> {
    pub(super) fn new(
        schema: &'s Schema,
        module: ModuleId,
        near: &'s dyn Fn(ModuleId) -> TokenStream,
        paths: &'s dyn Fn(ModuleId) -> TokenStream,
        suffix: &'static str,
    ) -> Self {
        let plans = (0..schema.composites.len()).map(|index| plan(schema, CompositeId(index as u32), suffix)).collect();
        let writer = Writer::new(schema, ModuleId(u32::MAX), near, None);
        let crafter = Self {
            schema,
            module,
            near,
            paths,
            suffix,
            writer,
            plans,
            failed: RefCell::new(Vec::new()),
            with_names: holding(schema, &|id| is_compressing(schema, id)),
            with_size: holding(schema, &|id| measures_layer(schema, id)),
        };
        crafter.find_failures();
        crafter
    }

    /// The values of all composites of the module.
    pub(super) fn generated(&self) -> Generated {
        let composites = self.of_module();
        let items: Vec<TokenStream> = composites.iter().filter_map(|&id| self.composite(id).ok()).collect();
        let empty = items.iter().all(TokenStream::is_empty);
        let gaps = composites.iter().filter_map(|&id| {
            let why = self.failed.borrow().iter().find(|(failed, _)| *failed == id).map(|(_, why)| why.clone())?;
            Some(format!("{}: {why}", self.schema[id].name))
        });
        let gaps: Vec<String> = gaps.collect();
        let tokens = if empty { TokenStream::new() } else { quote!(use packet_core::craft::generated::*; #(#items)*) };
        Generated { tokens, gaps }
    }

    fn of_module(&self) -> Vec<CompositeId> {
        let all = self.schema.composites.iter().zip(0..);
        let here = all.filter(|(one, _)| one.module == self.module);
        here.map(|(_, index)| CompositeId(index)).collect()
    }

    /// Finds what has no value, and what holds such, until nothing is found any more.
    fn find_failures(&self) {
        loop {
            let before = self.failed.borrow().len();
            for index in 0..self.schema.composites.len() as u32 {
                let id = CompositeId(index);
                if !self.has_failed(id) {
                    let why = self.composite(id).err();
                    self.failed.borrow_mut().extend(why.map(|why| (id, why)));
                }
            }
            if self.failed.borrow().len() == before {
                return;
            }
        }
    }

    fn has_failed(&self, id: CompositeId) -> bool {
        self.failed.borrow().iter().any(|(failed, _)| *failed == id)
    }

    pub(super) fn plan(&self, id: CompositeId) -> Result<&Plan, String> {
        self.plans.get(id.index()).ok_or("")?.as_ref().map_err(Clone::clone)
    }

    /// Whether a composite is of the module that is written.
    pub(super) fn is_here(&self, composite: &Composite) -> bool {
        composite.module == self.module
    }

    /// Whether there are names in a composite that point to each other.
    pub(super) fn names_inside(&self, id: CompositeId) -> bool {
        self.with_names.contains(&id)
    }

    /// Whether a composite is told how long its layer is.
    pub(super) fn asks_size(&self, id: CompositeId) -> bool {
        self.with_size.contains(&id)
    }

    /// All of a composite.
    fn composite(&self, id: CompositeId) -> Result<TokenStream, String> {
        if let CompositeKind::Codec(codec) = &self.schema[id].kind {
            return self.coder(id, codec);
        }
        let plan = self.plan(id)?;
        for slot in plan.slots.values() {
            if let Form::Struct(inner) | Form::Structs(inner) = slot.form
                && self.has_failed(inner)
            {
                return Err(format!("`{}` holds `{}`", slot.name, self.schema[inner].name));
            }
        }
        if self.schema[id].params.iter().any(|param| param.region) {
            return Err("a region as a parameter of what is no codec".to_owned());
        }
        let types = self.types(id, plan)?;
        let emitter = super::emit::Emitter::new(self, id, plan);
        let (emission, taking) = (emitter.all()?, emitter.taking()?);
        let derivations = self.derivations(id, plan);
        Ok(quote!(#types #emission #taking #derivations))
    }

    /// The type of a composite's value.
    pub(super) fn path(&self, id: CompositeId) -> TokenStream {
        let composite = &self.schema[id];
        let name = ident(&format!("{}{}", camel(&composite.name), self.suffix));
        if composite.module == self.module || !self.suffix.is_empty() {
            return quote!(#name);
        }
        let path = (self.paths)(composite.module);
        quote!(#path craft::#name)
    }

    /// The same, with what it borrows from.
    pub(super) fn path_with(&self, id: CompositeId) -> TokenStream {
        let path = self.path(id);
        if self.borrows(id) { quote!(#path<'a>) } else { path }
    }

    /// Whether a composite's value borrows.
    pub(super) fn borrows(&self, id: CompositeId) -> bool {
        self.plan(id).is_ok_and(|plan| self.scope_borrows(plan, 0))
    }

    pub(super) fn scope_borrows(&self, plan: &Plan, scope: usize) -> bool {
        let Some(scope) = plan.scopes.get(scope) else { return false };
        scope.members.iter().any(|member| match member {
            Member::Field(field) => plan.slots.get(field).is_some_and(|slot| {
                let coded = slot.prefix.is_some() && self.prefix_type(*field).is_some_and(|(_, coded)| coded);
                coded || self.slot_borrows(slot)
            }),
            Member::Choice(key) => plan.choices.get(key).is_some_and(|choice| self.choice_borrows(plan, choice)),
        })
    }

    /// The number in front of a field, and whether it has forms of its own.
    pub(super) fn prefix_type(&self, field: FieldId) -> Option<(Number, bool)> {
        super::value::prefix_number(self.schema, &self.schema[field])
    }

    fn slot_borrows(&self, slot: &Slot) -> bool {
        let held = match slot.form {
            Form::Bytes | Form::Chunks | Form::Coded(..) | Form::Name(_) | Form::Names(_) => true,
            Form::Struct(id) | Form::Structs(id) => self.borrows(id),
            _ => false,
        };
        held || slot.padding.is_some() || slot.is_wrapped()
    }

    pub(super) fn choice_borrows(&self, plan: &Plan, choice: &Choice) -> bool {
        choice.padding.is_some() || choice.arms.iter().any(|(_, scope)| self.scope_borrows(plan, *scope))
    }

    fn types(&self, id: CompositeId, plan: &Plan) -> Result<TokenStream, String> {
        let scopes: Vec<TokenStream> =
            (0..plan.scopes.len()).map(|scope| self.scope(id, plan, scope)).collect::<Result<_, String>>()?;
        // In the order of the definition: their keys are places in memory.
        let mut choices: Vec<_> = plan.choices.values().collect();
        choices.sort_by_key(|choice| choice.arms.first().copied());
        let choices = choices.into_iter().map(|choice| {
            let borrows = self.choice_borrows(plan, choice);
            let generics = borrows.then(|| quote!(<'a>));
            let name = ident(&choice.name);
            let raw = choice.padding.as_ref().map(|_| {
                quote! {
                    /// These bytes, whatever they are.
                    Raw(Cow<'a, [u8]>),
                }
            });
            let about = format!(" The forms of [`{}`].", plan.scopes[choice.owner].name);
            let arms = choice.arms.iter().map(|&(variant, scope)| {
                let (arm, ty) = (self.writer.variant_ident(id, variant), ident(&plan.scopes[scope].name));
                let generics = self.scope_borrows(plan, scope).then(|| quote!(<'a>));
                let about = format!(" `{}`.", self.schema[id].variants[variant as usize].key);
                quote!(#[doc = #about] #arm(#ty #generics),)
            });
            let into = choice.arms.iter().map(|&(variant, scope)| {
                let (arm, ty) = (self.writer.variant_ident(id, variant), ident(&plan.scopes[scope].name));
                let own = self.scope_borrows(plan, scope).then(|| quote!(<'a>));
                let lifetime = borrows.then(|| quote!(<'a>));
                quote! {
                    impl #lifetime From<#ty #own> for #name #lifetime {
                        #[inline]
                        fn from(form: #ty #own) -> Self { Self::#arm(form) }
                    }
                }
            });
            let shared = choice.arms.iter().enumerate().map(|(at, &(variant, _))| {
                let (arm, key) = (self.writer.variant_ident(id, variant), self.form_key(id, &choice.arms[..=at]));
                quote!(#key = #arm)
            });
            let shared = shared.chain(raw.iter().map(|_| quote!("Raw" = Raw)));
            quote! {
                #[doc = #about]
                #[derive(Clone, Debug, Default, PartialEq)]
                pub enum #name #generics {
                    /// The one that the tag says, with nothing said of it.
                    #[default]
                    Unsaid,
                    #(#arms)*
                    #raw
                }
                #(#into)*
                shared_choice!(#name #generics, Some(Self::Unsaid) #(, #shared)*);
            }
        });
        let choices: Vec<TokenStream> = choices.collect();
        let (first, others) = (scopes.first(), scopes.get(1..).unwrap_or_default());
        Ok(quote!(#first #(#choices)* #(#others)*))
    }

    fn scope(&self, id: CompositeId, plan: &Plan, index: usize) -> Result<TokenStream, String> {
        let composite = &self.schema[id];
        let scope = &plan.scopes[index];
        let name = ident(&scope.name);
        let about = if index == 0 {
            docs(&composite.docs, &format!("`{}`.", composite.name))
        } else {
            docs(&Docs::new(), &format!("What [`{}`] holds in this form.", camel(&composite.name)))
        };
        let generics = self.scope_borrows(plan, index).then(|| quote!(<'a>));
        let any = generics.as_ref().map(|_| quote!(<'_>));
        let mut body = Body::default();
        for member in &scope.members {
            match member {
                Member::Field(field) => self.field_members(*field, plan, &mut body)?,
                Member::Choice(key) => {
                    let choice = plan.choices.get(key).ok_or("a choice")?;
                    let (name, ty) = (ident(&choice.member), ident(&choice.name));
                    let lifetime = self.choice_borrows(plan, choice).then(|| quote!(<'a>));
                    let about = quote!(#[doc = " Which form it has."]);
                    body.add(&about, &name, &quote!(#ty #lifetime), &quote!(#ty::Unsaid));
                    body.add_padding(&name, choice.padding.as_ref());
                }
            }
        }
        let Body { members, defaults, shared } = body;
        Ok(quote! {
            #about
            #[derive(Clone, Debug, PartialEq)]
            pub struct #name #generics { #(#members)* }

            impl #name #any {
                /// Nothing is said of it.
                pub const UNSAID: Self = Self { #(#defaults)* };
            }

            impl Default for #name #any {
                #[inline]
                fn default() -> Self { Self::UNSAID }
            }

            shared_value!(#name #generics #(, #shared)*);
        })
    }

    /// A field, and what stands around it.
    fn field_members(&self, field: FieldId, plan: &Plan, body: &mut Body) -> Result<(), String> {
        let slot = plan.slots.get(&field).ok_or("a field")?;
        let name = &slot.name;
        body.add(&self.member_docs(field, slot), name, &self.slot_type(slot), &self.default(field, slot)?);
        if self.is_text(field, slot) {
            body.shared_as_words();
        }
        if let Some(prefix) = &slot.prefix {
            let (number, coded) = self.prefix_type(field).ok_or("a prefix that is no number")?;
            let ty = number.tokens();
            let ty = if coded { quote!(Field<#ty, Cow<'a, [u8]>>) } else { quote!(Field<#ty>) };
            let about = format!(" How long [`Self::{name}`] is, as what stands in front of it says.");
            let about = quote! {
                #[doc = #about]
                #[doc = ""]
                #[doc = " It is derived unless something is said of it."]
            };
            body.add(&about, prefix, &ty, &quote!(Field::Auto));
        }
        body.add_padding(name, slot.padding.as_ref());
        Ok(())
    }

    /// What the last of some forms is called where it is told; of several by one name, those behind the first are numbered.
    fn form_key(&self, id: CompositeId, arms: &[(u32, usize)]) -> String {
        let key = |arm: &(u32, usize)| &self.schema[id].variants[arm.0 as usize].key;
        let Some((last, others)) = arms.split_last() else { return String::new() };
        match others.iter().filter(|other| key(other) == key(last)).count() {
            0 => key(last).clone(),
            earlier => format!("{}_{}", key(last), earlier + 1),
        }
    }

    /// Whether what a field holds is told as text.
    fn is_text(&self, field: FieldId, slot: &Slot) -> bool {
        let text = |ty: &Type| match ty {
            Type::List(element, _) => matches!(**element, Type::Text(..)),
            ty => matches!(ty, Type::Text(..)),
        };
        matches!(slot.form, Form::Name(_) | Form::Names(_)) || text(&self.schema[field].ty)
    }

    fn member_docs(&self, field: FieldId, slot: &Slot) -> TokenStream {
        let field = &self.schema[field];
        let name = field.name.as_deref().unwrap_or("_");
        let about = docs(&field.docs, &format!("`{name}`."));
        let note = match (&field.auto, field.constant, field.default) {
            (Some(_), ..) => Some(" It is derived unless something is said of it."),
            (_, Some(_), _) => Some(" It has one value."),
            (_, _, Some(default)) if matches!(self.schema[default], Expr::Random) => {
                Some(" It is drawn unless something is said of it.")
            }
            _ => None,
        };
        let note = note.filter(|_| slot.free).map(|note| quote!(#[doc = ""] #[doc = #note]));
        quote!(#about #note)
    }

    /// The Rust type of a field of a value.
    pub(super) fn slot_type(&self, slot: &Slot) -> TokenStream {
        let ty = self.said_type(slot);
        match &slot.form {
            Form::Number(..) if slot.free => quote!(Field<#ty>),
            Form::Array(_) | Form::Mac | Form::Ipv6 if slot.free => quote!(Field<#ty, #ty>),
            _ if slot.free => quote!(Field<#ty, Cow<'a, [u8]>>),
            _ => ty,
        }
    }

    /// The type of what is said of a field.
    pub(super) fn said_type(&self, slot: &Slot) -> TokenStream {
        match &slot.form {
            Form::Number(meaning, _) => self.writer.meaning_type(meaning),
            Form::Wide(_) => quote!(u128),
            Form::Coded(_, number) => number.tokens(),
            Form::Array(_) | Form::Mac | Form::Ipv6 => array_type(&slot.form),
            Form::Bytes | Form::Name(_) => quote!(Cow<'a, [u8]>),
            Form::Struct(id) => self.path_with(*id),
            Form::Structs(id) => {
                let ty = self.path_with(*id);
                quote!(Items<#ty>)
            }
            Form::Numbers(meaning, ..) => {
                let ty = self.writer.meaning_type(meaning);
                quote!(Items<#ty>)
            }
            Form::Names(_) => quote!(Items<Field<Cow<'a, [u8]>, Cow<'a, [u8]>>>),
            Form::Chunks => quote!(Items<Cow<'a, [u8]>>),
            Form::Arrays(length) => {
                let length = Literal::u32_unsuffixed(*length);
                quote!(Items<[u8; #length]>)
            }
            Form::Addresses => quote!(Items<Ipv6Addr>),
            Form::Payload => quote!(()),
        }
    }

    /// The bytes that a field has where nothing is said.
    pub(super) fn default_bytes(&self, id: FieldId) -> Option<Literal> {
        match &self.schema[self.schema[id].default?] {
            Expr::Bytes(bytes) => Some(Literal::byte_string(bytes)),
            Expr::Text(text) => Some(Literal::byte_string(text.as_bytes())),
            _ => None,
        }
    }

    /// What a field of a value is where nothing is said.
    fn default(&self, id: FieldId, slot: &Slot) -> Result<TokenStream, String> {
        let field = &self.schema[id];
        if slot.free {
            return Ok(quote!(Field::Auto));
        }
        if let (Form::Bytes, Some(bytes)) = (&slot.form, self.default_bytes(id)) {
            return Ok(quote!(Cow::Borrowed(#bytes)));
        }
        let default = field.default.map(|default| &self.schema[default]);
        Ok(match (&slot.form, default) {
            (Form::Number(meaning, bits), Some(Expr::Int(value))) => self.shown(meaning, *bits, *value),
            (Form::Number(_, _), Some(Expr::Bool(value))) => quote!(#value),
            (Form::Number(meaning, bits), None) => self.shown(meaning, *bits, 0),
            (Form::Array(_), Some(Expr::Bytes(bytes))) => {
                let bytes = Literal::byte_string(bytes);
                quote!(*#bytes)
            }
            (Form::Mac, Some(Expr::Bytes(bytes))) => {
                let bytes = Literal::byte_string(bytes);
                quote!(MacAddr(*#bytes))
            }
            (Form::Array(length), None) => {
                let length = Literal::u32_unsuffixed(*length);
                quote!([0; #length])
            }
            (Form::Mac, None) => quote!(MacAddr([0; 6])),
            (Form::Ipv6, None) => quote!(Ipv6Addr::UNSPECIFIED),
            (Form::Bytes, None) => quote!(Cow::Borrowed(&[])),
            (Form::Wide(_), None) => quote!(0),
            (Form::Struct(id), None) => {
                let path = self.path(*id);
                quote!(#path::UNSAID)
            }
            (form, None) if form.is_list() => quote!(Items::NONE),
            _ => return Err(format!("the default of `{}`", slot.name)),
        })
    }

    /// A number as users say it.
    pub(super) fn shown(&self, meaning: &Meaning, bits: u32, value: i128) -> TokenStream {
        let literal = super::expr::literal(value);
        match meaning {
            Meaning::Plain(_) | Meaning::Signed(_) | Meaning::Scaled(..) => literal,
            Meaning::Bool => {
                let value = value != 0;
                quote!(#value)
            }
            Meaning::Float(_) => {
                let value = Literal::f64_unsuffixed(value as f64);
                let _width_follows_from_the_type = bits;
                quote!(#value)
            }
            Meaning::Named(names, _) => {
                let path = self.writer.names_path(*names);
                quote!(#path(#literal))
            }
            Meaning::Ipv4 => quote!(Ipv4Addr::from_bits(#literal)),
            Meaning::Ipv6 => quote!(Ipv6Addr::from_bits(#literal)),
            Meaning::Mac => {
                let bytes = value.to_be_bytes();
                let bytes = bytes[bytes.len() - 6..].iter().map(|byte| Literal::u8_unsuffixed(*byte));
                quote!(MacAddr([#(#bytes),*]))
            }
        }
    }

    /// The information of a field, as views have it.
    pub(super) fn info(&self, id: FieldId) -> TokenStream {
        let field = &self.schema[id];
        let composite = &self.schema[field.owner];
        let path = self.near(composite);
        let table = format_ident!("{}_fields", composite.key);
        let name = field.name.as_deref().map_or_else(|| format_ident!("RESERVED_"), constant);
        quote!(&#path #table::#name)
    }

    /// The path of the module of a composite's view.
    pub(super) fn near(&self, composite: &Composite) -> TokenStream {
        (self.near)(composite.module)
    }

    /// A value as the number on the wire, as the least unsigned number that holds it. It may end with `?`.
    pub(super) fn wire(&self, id: FieldId, meaning: &Meaning, bits: u32, value: &TokenStream) -> TokenStream {
        let number = Number::of_bits(bits);
        let (info, width) = (self.info(id), Literal::u32_unsuffixed(bits));
        let fitting = |tokens: TokenStream| {
            if bits == number.bits() { tokens } else { quote!(fits(#tokens, #width, #info)?) }
        };
        match meaning {
            Meaning::Plain(_) => fitting(value.clone()),
            Meaning::Named(..) => fitting(quote!(#value.0)),
            Meaning::Signed(_) => {
                let ty = number.tokens();
                quote!(signed::<#ty>(i128::from(#value), #width, #info)?)
            }
            Meaning::Bool => quote!(u8::from(#value)),
            Meaning::Float(_) => quote!(#value.to_bits()),
            Meaning::Ipv4 => quote!(u32::from(#value)),
            Meaning::Ipv6 => quote!(u128::from(#value)),
            Meaning::Mac => quote!(u64::from(#value)),
            Meaning::Scaled(_, scale, _) => {
                let (ty, scale) = (number.tokens(), Literal::u64_unsuffixed(*scale));
                quote!(scaled::<#ty>(u128::from(#value), #scale, #width, #info)?)
            }
        }
    }

    /// A number from the wire, as expressions use it.
    pub(super) fn from_wire(meaning: &Meaning, bits: u32, tokens: &TokenStream) -> Option<Code> {
        let number = Number::of_bits(bits);
        Some(match meaning {
            Meaning::Bool => Code::new(quote!((#tokens != 0)), Kind::Bool),
            Meaning::Signed(_) => {
                let width = Literal::u32_unsuffixed(bits);
                let wide = number.convert(tokens, Number::U128);
                Code::new(quote!(bits::sign_extend(#wide, #width)), Kind::Number(Number::I128))
            }
            Meaning::Float(_) => return None,
            Meaning::Scaled(_, scale, logical) => {
                let (ty, scale) = (logical.tokens(), Literal::u64_unsuffixed(*scale));
                let wide = number.convert(tokens, *logical);
                let _named_for_readers = ty;
                Code::new(quote!((#wide * #scale)), Kind::Number(*logical))
            }
            _ => Code::new(tokens.clone(), Kind::Number(number)),
        })
    }

    /// An expression that depends on no field.
    pub(super) fn constant_of(&self, id: ExprId) -> Option<i128> {
        match self.writer.expr(&Env::default(), id)?.kind {
            Kind::Literal(value) => Some(value),
            Kind::Bool => match self.schema[id] {
                Expr::Bool(value) => Some(i128::from(value)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The keys by which a layer is found, by the full names of tables.
    pub(super) fn keys_of(&self, id: CompositeId) -> Vec<(String, u128)> {
        let tables = self.schema.tables.iter();
        tables.filter_map(|table| Some((self.table_name(table), table.keys_of(id).next()?))).collect()
    }

    /// The full name of a table.
    pub(super) fn table_name(&self, table: &packet_schema::model::Table) -> String {
        format!("{}.{}", self.schema[table.module].name, table.name)
    }

    /// The full name of a layer.
    pub(super) fn layer_name(&self, id: CompositeId) -> String {
        let composite = &self.schema[id];
        format!("{}.{}", self.schema[composite.module].name, composite.name)
    }
}

/// The members of a struct of a value.
#[derive(Default)]
struct Body {
    members: Vec<TokenStream>,
    /// What they are where nothing is said.
    defaults: Vec<TokenStream>,
    /// How they are shared through serde.
    shared: Vec<TokenStream>,
}

impl Body {
    fn add(&mut self, about: &TokenStream, name: &Ident, ty: &TokenStream, default: &TokenStream) {
        self.members.push(quote!(#about pub #name: #ty,));
        self.defaults.push(quote!(#name: #default,));
        self.shared.push(quote!(#name));
    }

    /// What was added last is told as text.
    fn shared_as_words(&mut self) {
        if let Some(last) = self.shared.last_mut() {
            last.extend(quote!(as Words));
        }
    }

    /// The bytes of its region that a member leaves, where it has one.
    fn add_padding(&mut self, name: &Ident, padding: Option<&Ident>) {
        let Some(padding) = padding else { return };
        let about = format!(" Bytes of the region of [`Self::{name}`] that it does not take.");
        self.add(&quote!(#[doc = #about]), padding, &quote!(Cow<'a, [u8]>), &quote!(Cow::Borrowed(&[])));
    }
}

/// The type of so many bytes.
pub(super) fn array_type(form: &Form) -> TokenStream {
    match form {
        Form::Mac => quote!(MacAddr),
        Form::Ipv6 => quote!(Ipv6Addr),
        Form::Array(length) => {
            let length = Literal::u32_unsuffixed(*length);
            quote!([u8; #length])
        }
        _ => TokenStream::new(),
    }
}

/// The bytes of such a value, as an array.
pub(super) fn array_of(form: &Form, value: &TokenStream) -> TokenStream {
    match form {
        Form::Mac => quote!(#value.0),
        Form::Ipv6 => quote!(#value.octets()),
        _ => quote!(#value),
    }
}

/// The names of a set of fields, for messages.
pub(super) fn name_of(schema: &Schema, id: FieldId) -> String {
    format!("`{}`", schema[id].name.as_deref().unwrap_or("_"))
}

/// The local of a parameter.
pub(super) fn param_ident(name: &str) -> Ident {
    format_ident!("param_{name}")
}
