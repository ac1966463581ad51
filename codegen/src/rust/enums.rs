//! Enums and flags: numbers that know the names of their values.

use super::Writer;
use super::expr::Env;
use super::names::{docs, ident};
use super::number::{Number, mask};
use packet_schema::model::{Enum, Flag, Flags, Names, Values};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

impl Writer<'_> {
    /// An enum as a newtype with a constant for each value that has a name.
    pub(super) fn enumeration(&self, definition: &Enum) -> TokenStream {
        let name = ident(&definition.name);
        let number = Number::of_bits(definition.bits);
        let ty = number.tokens();
        let about = docs(&definition.docs, &format!("Values of {} bits.", definition.bits));
        let constants = definition.enumerators.iter().filter_map(|one| {
            let Values::Range(low, high) = one.values else { return None };
            let constant = ident(&one.name);
            let words = one.label.clone().unwrap_or_else(|| one.name.to_lowercase().replace('_', " "));
            let about = docs(&one.docs, &sentence(&words));
            let value = Literal::u128_unsuffixed(low);
            let first = quote!(#about pub const #constant: Self = Self(#value););
            let last = format_ident!("{}_LAST", one.name);
            let high = Literal::u128_unsuffixed(high);
            let words = format!(" The last value of [`Self::{}`].", one.name);
            let range = (low.to_string() != high.to_string())
                .then(|| quote!(#[doc = #words] pub const #last: Self = Self(#high);));
            Some(quote!(#first #range))
        });
        let arms = definition
            .enumerators
            .iter()
            .filter_map(|one| self.name_arm(one.label.as_deref().unwrap_or(&one.name), one.values, number));
        let arms: Vec<TokenStream> = arms.collect();
        quote! {
            #about
            #[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub struct #name(pub #ty);

            impl #name {
                #(#constants)*

                /// What people call the value, where it has a name.
                #[must_use]
                pub const fn name(self) -> Option<&'static str> {
                    Some(match self.0 {
                        #(#arms)*
                        _ => return None,
                    })
                }
            }

            named_number!(#name, #ty);
        }
    }

    fn name_arm(&self, label: &str, values: Values, number: Number) -> Option<TokenStream> {
        match values {
            Values::Range(low, high) => {
                let (from, to) = (Literal::u128_unsuffixed(low), Literal::u128_unsuffixed(high));
                Some(if low == high { quote!(#from => #label,) } else { quote!(#from..=#to => #label,) })
            }
            Values::Matching(condition) => {
                let it = super::expr::Code::new(quote!(it), super::expr::Kind::Number(number));
                let code = self.expr(&Env { it: Some(it), ..Env::default() }, condition)?;
                let test = code.truth().filter(|_| !code.maybe)?;
                Some(quote!(it if #test => #label,))
            }
        }
    }

    /// Flags as a newtype with a method for each.
    pub(super) fn flags(&self, definition: &Flags) -> TokenStream {
        let name = ident(&definition.name);
        let number = Number::of_bits(definition.bits);
        let ty = number.tokens();
        let about = docs(&definition.docs, &format!("{} bits.", definition.bits));
        let methods = definition.flags.iter().filter_map(|flag| self.flag(flag, number));
        let rows = definition.flags.iter().filter_map(|flag| self.flag_row(flag));
        quote! {
            #about
            #[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub struct #name(pub #ty);

            impl #name {
                #(#methods)*

                /// What each flag is.
                pub const FLAGS: &'static [FlagInfo] = &[#(#rows),*];
            }

            named_flags!(#name, #ty);
        }
    }

    /// What generic code knows of a flag.
    fn flag_row(&self, flag: &Flag) -> Option<TokenStream> {
        let (name, shift) = (flag.name.as_deref()?, Literal::u32_unsuffixed(flag.shift));
        let label = flag.label.as_ref().map(|label| quote!(.called(#label)));
        if flag.boolean {
            return Some(quote!(FlagInfo::bit(#name, #shift)#label));
        }
        let (bits, narrow) = (Literal::u32_unsuffixed(flag.bits), Number::of_bits(flag.bits).tokens());
        let values = flag.names.map(|names| {
            let path = self.names_path(Names::Enum(names));
            quote!(.naming(|bits| #path(bits as #narrow).name()))
        });
        Some(quote!(FlagInfo::group(#name, #shift, #bits)#label #values))
    }

    fn flag(&self, flag: &Flag, number: Number) -> Option<TokenStream> {
        let raw_name = flag.name.as_deref()?;
        let name = ident(raw_name);
        let setter = format_ident!("with_{}", raw_name);
        let words = flag.label.clone().unwrap_or_else(|| raw_name.replace('_', " "));
        let about = docs(&flag.docs, &sentence(&words));
        let with = format!(" The same with [`Self::{raw_name}`] as that.");
        let shift = Literal::u32_unsuffixed(flag.shift);
        let ty = number.tokens();
        if flag.boolean {
            return Some(quote! {
                #about
                #[inline]
                #[must_use]
                pub const fn #name(self) -> bool {
                    self.0 >> #shift & 1 != 0
                }

                #[doc = #with]
                #[inline]
                #[must_use]
                pub const fn #setter(self, on: bool) -> Self {
                    Self(self.0 & !(1 << #shift) | (on as #ty) << #shift)
                }
            });
        }
        let mask = mask(flag.bits);
        let narrow = Number::of_bits(flag.bits);
        let narrow_ty = narrow.tokens();
        let value = quote!(self.0 >> #shift & #mask);
        let same = narrow == number;
        let value = if same { value } else { quote!((#value) as #narrow_ty) };
        let (result, made, bits) = match flag.names {
            Some(names) => {
                let path = self.names_path(Names::Enum(names));
                (path.clone(), quote!(#path(#value)), quote!(value.0))
            }
            None => (narrow_ty.clone(), value, quote!(value)),
        };
        let wide = if same { bits } else { quote!(#bits as #ty) };
        Some(quote! {
            #about
            #[inline]
            #[must_use]
            pub const fn #name(self) -> #result {
                #made
            }

            #[doc = #with]
            #[inline]
            #[must_use]
            pub const fn #setter(self, value: #result) -> Self {
                Self(self.0 & !(#mask << #shift) | (#wide & #mask) << #shift)
            }
        })
    }
}

/// Words as a sentence.
fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    let first: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", chars.as_str())
}
