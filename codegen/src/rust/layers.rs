//! Layers: the head as one array, the payload behind it, and the sums over both; and what the layers above ask for.

use super::craft::{array_of, name_of};
use super::emit::{Emitter, Made, used};
use super::expr::{Code, Env, Kind};
use super::names::{camel, ident};
use super::number::{Bits, Number, is_little};
use super::place::mentions;
use super::value::Form;
use packet_schema::model::{CompositeKind, Expr, ExprId, FieldId, InterfaceId, Layer, MemberType, Type, Via};
use packet_schema::tree::BinaryOp;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

impl Emitter<'_, '_> {
    /// How a layer is written.
    pub(super) fn layer(&self) -> Made {
        let (name, settled) = (self.name(), self.settled_name());
        let lifetime = self.crafter.borrows(self.id).then(|| quote!(<'_>));
        let CompositeKind::Layer(layer) = &self.composite.kind else { return Err("no layer".to_owned()) };
        let full_name = self.crafter.layer_name(self.id);
        let keys = self.crafter.keys_of(self.id).into_iter().map(|(table, key)| {
            let key = Literal::u128_unsuffixed(key);
            quote!(if table.is(const { Table::new(#table) }) { return Some(#key); })
        });
        let keys: Vec<TokenStream> = keys.collect();
        let table = if keys.is_empty() { quote!(_) } else { quote!(table) };
        let put = self.put(layer, &settled)?;
        let (below, _) = self.below(layer)?;
        let given = self.crafter.names_inside(self.id).then(|| quote!(&mut Names::default(),));
        let generics = if self.crafter.borrows(self.id) { quote!(<'a, P>) } else { quote!(<P>) };
        let own = self.crafter.borrows(self.id).then(|| quote!(<'a>));
        Ok(quote! {
            impl Layer for #name #lifetime {
                #[inline(always)]
                fn len_under<P: Packet>(&self, payload: &P) -> usize {
                    self.count(&mut #settled::default(), #given).bytes() + payload.packet_len()
                }

                #[inline(always)]
                fn layer_key(&self, #table: Table) -> Option<u64> {
                    #(#keys)*
                    None
                }

                #[inline(always)]
                fn layer_name(&self) -> Table {
                    const { Table::new(#full_name) }
                }

                #put
            }

            impl #generics core::ops::Div<P> for #name #own {
                type Output = Stacked<Self, P>;

                #[inline(always)]
                fn div(self, payload: P) -> Self::Output {
                    Stacked { layer: self, payload }
                }
            }

            #below
        })
    }

    fn has_payload(&self) -> bool {
        self.plan.slots.values().any(|slot| slot.form == Form::Payload)
    }

    /// The names written so far: for counting, for writing, and how they are handed on.
    fn names_of_layer(&self) -> (TokenStream, TokenStream, TokenStream) {
        if !self.crafter.names_inside(self.id) {
            return Default::default();
        }
        (quote!(&mut Names::default(),), quote!(let names = &mut Names::default();), quote!(names,))
    }

    /// Whether a field holds all that there is, so that what is stacked upon the layer stands in it.
    fn reaches_end(&self) -> bool {
        let schema = self.crafter.schema;
        self.composite.fields.iter().map(|&id| &schema[id]).any(|field| {
            let filled = matches!(super::value::extent_of(&field.ty), Some(packet_schema::model::Extent::ToEnd));
            filled && !matches!(field.ty, Type::List(..)) && field.within.is_none() && !field.trailing
        })
    }

    /// The fields that are sums over bytes, in the order of derivation.
    fn sums(&self) -> Vec<FieldId> {
        self.composite.derive_order.iter().copied().filter(|id| self.is_sum(*id)).collect()
    }

    fn put(&self, layer: &Layer, settled: &Ident) -> Made {
        let mut env = self.env(&quote!(value));
        let trailing = self.trailing_size()?;
        self.know_below(&mut env, layer, &quote!(below));
        let finish = self.finish(&mut env)?;
        let (head, bytes) = (self.head_writes()?, Literal::u32_unsuffixed(self.head_bytes));
        let sums = self.sums().into_iter().map(|id| self.sum(id, &mut env)).collect::<Made<Vec<_>>>()?;
        let over_payload = |sum: &TokenStream| mentions(sum, "above") || mentions(sum, "middle");
        let early = sums.iter().take_while(|sum| !over_payload(sum)).count();
        let (early, late) = sums.split_at(early);
        let over_all = late.iter().any(|sum| mentions(sum, "above"));
        let want = if over_all { quote!(true) } else { quote!(SUM) };
        let (names, again, given) = self.names_of_layer();
        let keys = self.keys_settled();
        let refuse = (!self.has_payload() && !self.reaches_end()).then(|| {
            quote!(if !payload.is_nothing() {
                return Err(EmitError::no_payload());
            })
        });
        let (definition, view) = self.below(layer)?;
        let (before, after) = self.head_stores(early.len(), mentions(&definition, "written"));
        let mutable = if self.head.is_empty() { quote!() } else { quote!(mut) };
        let reads = quote!(#(#finish)* #(#sums)* #view);
        let below = used("below", &reads);
        let walk = self.walk_method()?;
        let lengths = lengths(&quote!(#reads #walk #definition), &trailing);
        let length = mentions(&quote!(#(#lengths)*), "length").then(|| quote!(let length = count.carries(out.len())?;));
        Ok(quote! {
            #[inline(always)]
            fn put_under<const SUM: bool, P: Packet, B: Below, R: Random>(
                &self,
                payload: &P,
                #below: &B,
                random: &mut R,
                out: &mut [u8],
            ) -> Result<Inet16, EmitError> {
                let value = self;
                #refuse
                let mut settled = #settled::default();
                let count = value.count(&mut settled, #names);
                #length
                value.begin(&mut settled, random)?;
                #(#lengths)*
                #(#keys)*
                #(#finish)*
                let #mutable head = [0; #bytes];
                #(#head)*
                let [front, middle, back] = count.split(out)?;
                let Some(body) = front.get_mut(#bytes..) else { return Err(EmitError::unsettled()) };
                let mut pen = Write::new(body, back, #bytes);
                #again
                value.walk(&mut pen, &mut settled, random, #given)?;
                if pen.position() != count.bytes() * 8 {
                    return Err(EmitError::unsettled());
                }
                #(#early)*
                #before
                let above = payload.put::<#want, _, _>(#view, random, middle)?;
                #(#late)*
                #after
                if !SUM {
                    return Ok(Inet16::new());
                }
                let body = front.get(#bytes..).unwrap_or_default();
                Ok(add(add(sum_array(&head), body).followed_by(above), back))
            }
        })
    }

    /// What stores the head before the layers above are written, and what stores it after them: once, if none of them looks at
    /// it before it is whole. So many sums are in it before.
    fn head_stores(&self, early: usize, seen: bool) -> (Option<TokenStream>, Option<TokenStream>) {
        let waits = self.sums().iter().skip(early).any(|id| self.head.iter().any(|(head, _)| head == id));
        let store = quote!(if let Some(top) = front.first_chunk_mut() {
            *top = head;
        });
        ((!waits || seen).then(|| store.clone()), waits.then_some(store))
    }

    /// How many bytes are behind what counts as the layer.
    fn trailing_size(&self) -> Made {
        let trailing = self.composite.fields.iter().filter(|id| self.crafter.schema[**id].trailing);
        let sizes = trailing.map(|id| {
            let slot = self.slot(*id)?;
            let value = self.access(slot);
            match slot.form {
                Form::Bytes if !slot.free => Ok(quote!(#value.len() as u64)),
                _ => Err(name_of(self.crafter.schema, *id)),
            }
        });
        let sizes: Vec<TokenStream> = sizes.collect::<Made<_>>()?;
        Ok(quote!(#(- #sizes)*))
    }

    /// The head's bytes: fields that share bytes are put together as one number.
    fn head_writes(&self) -> Made<Vec<TokenStream>> {
        let (mut lines, mut group): (Vec<TokenStream>, Vec<(FieldId, Bits)>) = (Vec::new(), Vec::new());
        for &(id, bits) in &self.head {
            let slot = self.slot(id)?;
            if let Form::Array(_) | Form::Mac | Form::Ipv6 = slot.form {
                if slot.free || bits.first % 8 != 0 {
                    return Err(name_of(self.crafter.schema, id));
                }
                let bytes = array_of(&slot.form, &self.access(slot));
                let (at, length) = (Literal::u32_unsuffixed(bits.first / 8), Literal::u32_unsuffixed(bits.width / 8));
                lines.push(quote!(put::<#at, #length, _>(&mut head, &#bytes);));
                continue;
            }
            group.push((id, bits));
            if (bits.first + bits.width) % 8 == 0 {
                lines.push(self.head_number(&std::mem::take(&mut group))?);
            }
        }
        if group.is_empty() { Ok(lines) } else { Err("a head that ends within a byte".to_owned()) }
    }

    /// Fields that fill whole bytes together.
    fn head_number(&self, fields: &[(FieldId, Bits)]) -> Made {
        let (Some((_, first)), Some((_, last))) = (fields.first(), fields.last()) else {
            return Err("an empty head".to_owned());
        };
        let (start, end) = (first.first, last.first + last.width);
        if end - start > 128 {
            return Err("numbers that share more than 16 bytes".to_owned());
        }
        let whole = Number::of_bits(end - start);
        let terms = fields.iter().map(|(id, bits)| {
            let (slot, field) = (self.slot(*id)?, &self.crafter.schema[*id]);
            let Form::Number(meaning, width) = &slot.form else { return Err(name_of(self.crafter.schema, *id)) };
            if is_little(&field.ty) && fields.len() > 1 {
                return Err(name_of(self.crafter.schema, *id));
            }
            let name = &slot.name;
            let wire = if Self::is_settled(slot) {
                quote!(settled.#name)
            } else {
                self.crafter.wire(*id, meaning, *width, &self.access(slot))
            };
            let wide = Number::of_bits(*width).convert(&wire, whole);
            let shift = end - bits.first - bits.width;
            let by = Literal::u32_unsuffixed(shift);
            Ok(if shift == 0 { wide } else { quote!(#wide << #by) })
        });
        let terms: Vec<TokenStream> = terms.collect::<Made<_>>()?;
        let (at, length) = (Literal::u32_unsuffixed(start / 8), Literal::u32_unsuffixed((end - start) / 8));
        let little = fields.iter().any(|(id, _)| is_little(&self.crafter.schema[*id].ty));
        let value = if terms.len() == 1 { quote!((#(#terms)*)) } else { quote!((#(#terms)|*)) };
        let bytes = if little { quote!(first(&#value.to_le_bytes())) } else { quote!(last(&#value.to_be_bytes())) };
        Ok(quote!(put::<#at, #length, _>(&mut head, #bytes);))
    }

    /// A sum over bytes, put in its place.
    fn sum(&self, id: FieldId, env: &mut Env) -> Made {
        let (slot, field) = (self.slot(id)?, &self.crafter.schema[id]);
        let (Some(auto), Form::Number(_, bits)) = (field.auto, &slot.form) else { return Err("a sum".to_owned()) };
        let missing = || format!("what {} is derived from", name_of(self.crafter.schema, id));
        let over_bytes = |expr: &Expr| matches!(expr, Expr::Inet16(_) | Expr::Crc32(_) | Expr::Crc32c(_));
        let inner = self.find(auto, &over_bytes).ok_or_else(missing)?;
        let (of, start, number) = match self.crafter.schema[inner] {
            Expr::Inet16(of) => (of, quote!(Inet16::new()), Number::U16),
            Expr::Crc32(of) => (of, quote!(checksum::Crc32::ieee()), Number::U32),
            Expr::Crc32c(of) => (of, quote!(checksum::Crc32::castagnoli()), Number::U32),
            _ => return Err(missing()),
        };
        let pieces = self.summed(of, number == Number::U16, env).ok_or_else(missing)?;
        env.known.insert(inner, Code::new(quote!(sum), Kind::Number(number)));
        let derived = self.derived(id, auto, *bits, env)?;
        let value = self.access(slot);
        let sum = quote!(given(|| {
            let mut sum = #start;
            #pieces
            Some(sum.finish())
        }));
        // Where the layers below don't give what is asked of them, the field is left 0.
        let Some((_, place)) = self.head.iter().find(|(head, _)| *head == id) else {
            let (at, width, little) = (self.place_ident(id), Literal::u32_unsuffixed(*bits), is_little(&field.ty));
            let first = Literal::u32_unsuffixed(self.head_bytes);
            return Ok(quote! {
                if let Some(at) = settled.#at {
                    let sum = #sum;
                    if let Some(sum) = sum {
                        let derived = #derived;
                        Write::new(front.get_mut(#first..).unwrap_or_default(), &mut [], #first)
                            .patch(at, u128::from(derived), #width, #little);
                    }
                }
            });
        };
        if place.first % 8 != 0 || *bits % 8 != 0 {
            return Err(missing());
        }
        let (at, length) = (Literal::u32_unsuffixed(place.first / 8), Literal::u32_unsuffixed(bits / 8));
        let bytes = match is_little(&field.ty) {
            true => quote!(first(&derived.to_le_bytes())),
            false => quote!(last(&derived.to_be_bytes())),
        };
        Ok(quote! {
            if let Field::Auto = #value {
                let sum = #sum;
                if let Some(sum) = sum {
                    let derived = #derived;
                    put::<#at, #length, _>(&mut head, #bytes);
                }
            }
        })
    }

    /// What adds bytes to a sum: one of the Internet, which the layers above bring along, or a CRC.
    fn summed(&self, id: ExprId, inet: bool, env: &mut Env) -> Option<TokenStream> {
        let bytes = Literal::u32_unsuffixed(self.head_bytes);
        let pieces = quote!([head.as_slice(), front.get(#bytes..).unwrap_or_default(), middle]);
        match &self.crafter.schema[id] {
            Expr::Binary(BinaryOp::Concat, left, right) => {
                let (left, right) = (self.summed(*left, inet, env)?, self.summed(*right, inet, env)?);
                Some(quote!(#left #right))
            }
            Expr::SelfBytes if !inet => Some(quote!(#pieces.iter().for_each(|piece| sum.bytes(piece));)),
            Expr::SelfBytes => Some(quote! {
                sum = add(sum.followed_by(sum_array(&head)), front.get(#bytes..).unwrap_or_default());
                sum = sum.followed_by(above);
            }),
            Expr::Slice(of, from, to) if self.crafter.schema[*of] == Expr::SelfBytes => {
                if self.crafter.schema[*from] != Expr::Int(0) {
                    return None;
                }
                self.prepare(env, *to);
                let last = self.crafter.writer.expr(env, *to)?.typed_number(Number::U64)?;
                Some(quote!(add_start(&mut sum, #pieces, (#last).checked_add(1)?)?;))
            }
            Expr::BytesOf(from, to) if inet && self.is_first(*from) && self.is_last(*to) => Some(quote! {
                sum = add(sum.followed_by(sum_array(&head)), front.get(#bytes..).unwrap_or_default());
            }),
            Expr::BytesOf(from, to) => {
                let (from, to) = (self.offset_of(&[*from])?.tokens, self.end_of(*to)?);
                Some(quote!(add_range(&mut sum, #pieces, #from, #to)?;))
            }
            Expr::Carrier { via: Via::Below, interface, member, args } => {
                let name = self.member(*interface, *member);
                let args = args.iter().map(|&arg| {
                    self.prepare(env, arg);
                    self.crafter.writer.expr(env, arg)?.typed_number(Number::U64)
                });
                let args: Vec<TokenStream> = args.collect::<Option<_>>()?;
                Some(quote!(below.octets::<#name, _, _>(below, &[#(#args),*], &mut sum)?;))
            }
            _ => None,
        }
    }

    /// The names of an interface and of a member of it.
    pub(super) fn names_of(&self, interface: InterfaceId, member: u32) -> (&str, &str) {
        let interface = &self.crafter.schema[interface];
        let name = interface.members.get(member as usize).map_or("", |member| member.name.as_str());
        (interface.name.as_str(), name)
    }

    /// A member of an interface, as arguments of whoever is asked for it.
    pub(super) fn member(&self, interface: InterfaceId, member: u32) -> TokenStream {
        let (interface, name) = self.names_of(interface, member);
        quote!({ named(#interface) }, { named(#name) })
    }

    /// Makes known the numbers that the layers below give.
    pub(super) fn know_below(&self, env: &mut Env, layer: &Layer, below: &TokenStream) {
        let fields = self.composite.fields.iter().map(|id| &self.crafter.schema[*id]);
        let exprs: Vec<ExprId> =
            fields.flat_map(|field| field.auto.into_iter().chain(field.wheres.iter().map(|(e, _)| *e))).collect();
        let members = layer.provides.iter().flat_map(|provide| provide.members.iter().flatten().copied());
        for expr in exprs.into_iter().chain(members) {
            self.know_in(env, expr, below);
        }
    }

    fn know_in(&self, env: &mut Env, id: ExprId, below: &TokenStream) {
        let expr = &self.crafter.schema[id];
        let asked = |of: &Expr| match of {
            Expr::Carrier { via, interface, member, args } if args.is_empty() => {
                let (name, asker) = (self.member(*interface, *member), from(*via, below));
                let ty = self.crafter.schema[*interface].members.get(*member as usize)?.ty;
                Some((name, asker, ty))
            }
            _ => None,
        };
        if let Expr::Len(of) = expr
            && let Some((name, asker, MemberType::Bytes)) = asked(&self.crafter.schema[*of])
        {
            let tokens = quote!(octets_len::<#name, _>(#asker, &[])?);
            env.known.insert(id, Code::maybe(tokens, Kind::Number(Number::U64)));
            return;
        }
        if let Some((name, asker, ty)) = asked(expr) {
            let number = quote!(#asker.number::<#name, _>(#asker, &[])?);
            match ty {
                MemberType::Bool => {
                    env.known.insert(id, Code::maybe(quote!((#number != 0)), Kind::Bool));
                }
                MemberType::Uint(_) => {
                    env.known.insert(id, Code::maybe(number, Kind::Number(Number::U128)));
                }
                MemberType::Bytes => {}
            }
            return;
        }
        expr.children().into_iter().for_each(|child| self.know_in(env, child, below));
    }

    pub(super) fn view_path(&self, id: packet_schema::model::CompositeId) -> TokenStream {
        let composite = &self.crafter.schema[id];
        let (path, name) = (self.crafter.near(composite), ident(&camel(&composite.name)));
        quote!(#path #name)
    }

    pub(super) fn view_type(&self) -> TokenStream {
        self.view_path(self.id)
    }
}
/// Settles the lengths that somebody reads.
fn lengths(readers: &TokenStream, trailing: &TokenStream) -> Vec<TokenStream> {
    let lengths = [
        ("front_", quote!(count.front() as u64)),
        ("payload_", quote!(length as u64)),
        ("size_", quote!((count.bytes() + length) as u64 #trailing)),
    ];
    let read = lengths.into_iter().filter(|(name, _)| mentions(readers, name));
    let lines = read.map(|(name, length)| {
        let name = format_ident!("{name}");
        quote!(settled.#name = #length;)
    });
    lines.collect()
}

/// Who is asked.
pub(super) fn from(via: Via, below: &TokenStream) -> TokenStream {
    match via {
        Via::Late => quote!(asker),
        Via::Below | Via::Outer | Via::Packet => quote!(#below),
    }
}
