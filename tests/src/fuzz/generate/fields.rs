//! The fields of a generated composite.

use super::{Generator, Number, Scope};

/// Numbers of whole bytes, with their widths.
const WHOLE: &[(&str, u32)] = &[
    ("u8", 8),
    ("u16", 16),
    ("u24", 24),
    ("u32", 32),
    ("u64", 64),
    ("u16le", 16),
    ("u32le", 32),
    ("i8", 8),
    ("i16", 16),
    ("i32le", 32),
    ("u128", 128),
    ("u48", 48),
    ("i64", 64),
    ("u40le", 40),
];

impl Generator<'_, '_> {
    pub(super) fn fields(&mut self, scope: &mut Scope, most: usize) {
        for _ in 0..self.bytes.below(most + 1) {
            if scope.full || self.budget == 0 || self.bytes.is_empty() {
                return;
            }
            self.budget -= 1;
            self.field(scope);
        }
    }

    fn field(&mut self, scope: &mut Scope) {
        match self.bytes.below(20) {
            0 | 1 => self.number_field(scope),
            2 => self.bit_fields(scope),
            3 => self.named_field(scope),
            4 => self.sized_bytes(scope),
            5 => self.counted_list(scope),
            6 => self.list_of_size(scope),
            7 => self.prefixed(scope),
            8 => self.until(scope),
            9 | 10 => self.choice(scope),
            11 => self.condition(scope),
            12 => self.named_expression(scope),
            13 => self.checked_number(scope),
            14 => self.derived_number(scope),
            15 => self.align(),
            16 => self.coded(scope),
            17 => self.structured(scope),
            18 => self.container(scope),
            _ => self.open_end(scope),
        }
    }

    /// A new field's name, known from now on.
    fn named(&mut self, scope: &mut Scope) -> String {
        let name = self.name("f");
        scope.fields.push(name.clone());
        name
    }

    /// A new number's name, known from now on.
    fn number(&mut self, scope: &mut Scope, bits: u32, least: u32) -> String {
        let name = self.named(scope);
        scope.numbers.push(Number { name: name.clone(), bits, least });
        name
    }

    pub(super) fn number_field(&mut self, scope: &mut Scope) {
        let (ty, bits) = self.bytes.one(WHOLE, ("u8", 8));
        let name = if ty.starts_with('u') { self.number(scope, bits, 0) } else { self.named(scope) };
        self.line(&format!("{name}: {ty};"));
    }

    /// Numbers of a few bits each that fill bytes.
    fn bit_fields(&mut self, scope: &mut Scope) {
        let mut left = (self.bytes.below(4) as u32 + 1) * 8;
        while left > 0 {
            let bits = (self.bytes.below(13) as u32 + 1).min(left);
            left -= bits;
            match self.bytes.below(5) {
                0 => self.line(&format!("_: u{bits} = 0 lenient;")),
                1 if bits == 1 => {
                    let name = self.named(scope);
                    self.line(&format!("{name}: bool;"));
                }
                2 if bits == 4 => {
                    let name = self.number(scope, 4, 0);
                    self.line(&format!("{name}: Small;"));
                }
                _ => {
                    let name = self.number(scope, bits, 0);
                    self.line(&format!("{name}: u{bits};"));
                }
            }
        }
    }

    fn named_field(&mut self, scope: &mut Scope) {
        let name = self.named(scope);
        let ty = self.bytes.one(&["E", "F", "T", "f32", "f64le", "bytes[6] display mac", "T scale 4 unit bytes"], "E");
        self.line(&format!("{name}: {ty};"));
    }

    /// A length that is never negative, of what is in scope.
    pub(super) fn length(&mut self, scope: &Scope) -> Option<String> {
        let small: Vec<&Number> = scope.numbers.iter().filter(|number| number.bits <= 16).collect();
        let number = small.get(self.bytes.below(small.len()))?;
        let Number { name, least, .. } = number;
        Some(match self.bytes.below(7) {
            0 => format!("{name} * 2"),
            1 => format!("({name} & 7)"),
            2 => format!("{name} / 4"),
            3 => format!("({name} > 3 ? {name} - 3 : 1)"),
            4 if *least > 0 => format!("{name} - {least}"),
            5 => format!("{}", self.bytes.below(9)),
            _ => name.clone(),
        })
    }

    /// What a list may be of, each of a byte or more.
    fn element(&mut self) -> String {
        let chosen = self.bytes.below(self.structs.len() + 4);
        match self.structs.get(chosen) {
            Some((name, 0)) => name.clone(),
            Some((name, _)) => format!("{name}({})", self.bytes.below(5)),
            None => self.bytes.one(&["u16", "u8", "E", "u24le", "T"], "u8").to_owned(),
        }
    }

    fn sized_bytes(&mut self, scope: &mut Scope) {
        let ty = self.bytes.one(&["bytes", "bytes", "str(utf8)", "str(ascii)", "str(latin1)"], "bytes");
        match self.length(scope) {
            Some(length) if self.bytes.once_in(2) => {
                let name = self.named(scope);
                self.line(&format!("{name}: {ty}[{length}];"));
            }
            _ => {
                let length = self.number(scope, 8, 0);
                let name = self.named(scope);
                self.line(&format!("{length}: u8 auto size_of({name}); {name}: {ty}[{length}];"));
            }
        }
    }

    fn counted_list(&mut self, scope: &mut Scope) {
        let count = self.number(scope, 8, 0);
        let name = self.named(scope);
        let element = self.element();
        self.line(&format!("{count}: u8 auto count_of({name}); {name}: {element}[{count}];"));
    }

    fn list_of_size(&mut self, scope: &mut Scope) {
        let size = self.number(scope, 16, 0);
        let name = self.named(scope);
        let element = self.element();
        let align = self.bytes.one(&["", "", " align 4"], "");
        self.line(&format!("{size}: u16 auto size_of({name}); {name}: {element}[..] within {size} bytes{align};"));
    }

    fn prefixed(&mut self, scope: &mut Scope) {
        let element = self.element();
        let name = self.named(scope);
        let number = self.bytes.one(&["u8", "u16", "u16le"], "u8");
        match self.bytes.below(5) {
            0 => self.line(&format!("{name}: bytes[prefix {number} bytes];")),
            1 => self.line(&format!("{name}: {element}[prefix {number} items];")),
            2 => self.line(&format!("{name}: bytes[prefix u8 bytes][prefix {number} bytes];")),
            3 => self.line(&format!("{name}: str(utf8)[prefix {number} bytes];")),
            _ => self.line(&format!("{name}: {element}[prefix {number} bytes];")),
        }
    }

    fn until(&mut self, scope: &mut Scope) {
        let name = self.named(scope);
        let ty = self.bytes.one(&["bytes[until it == 0]", "u16[until it & 3 == 0]", "str(utf8)[until it == 10]"], "u8");
        self.line(&format!("{name}: {ty};"));
    }

    fn choice(&mut self, scope: &mut Scope) {
        if scope.depth > 3 {
            return;
        }
        let on = self.number(scope, 8, 0);
        let ty = self.bytes.one(&["u8", "E", "u8 auto size where it >= 2"], "u8");
        let within = match self.length(scope) {
            Some(length) if self.bytes.once_in(2) => format!(" within {length} bytes"),
            _ => String::new(),
        };
        self.line(&format!("{on}: {ty};\nmatch {on}{within} {{"));
        let tags = ["0", "1", "2 .. 9", "16 | 18", "100 .. 120"];
        for tag in tags.iter().take(self.bytes.below(tags.len()) + 1) {
            let guard = if self.bytes.once_in(6) { " if more" } else { "" };
            self.arm(scope, &format!("{tag}{guard}"));
        }
        if guarded_or_open(self.bytes.below(4)) {
            self.arm(scope, "_");
        }
        self.line("}");
    }

    fn arm(&mut self, scope: &Scope, tag: &str) {
        match self.bytes.below(6) {
            0 if scope.element => return self.line(&format!("{tag} => stop;")),
            1 => return self.line(&format!("{tag} => reject \"no\";")),
            2 => return self.line(&format!("{tag} => {{}}")),
            _ => {}
        }
        let name = self.name("V");
        self.line(&format!("{tag} => {name} {{"));
        let mut inner = Scope { depth: scope.depth + 1, full: false, ..scope.clone() };
        self.fields(&mut inner, 3);
        self.line("}");
    }

    fn condition(&mut self, scope: &mut Scope) {
        let Some(condition) = self.truth(scope) else { return };
        if self.bytes.once_in(2) || scope.depth > 3 {
            let name = self.named(scope);
            return self.line(&format!("{name}: u16 if {condition};"));
        }
        self.line(&format!("if {condition} {{"));
        let mut inner = Scope { depth: scope.depth + 1, ..scope.clone() };
        self.fields(&mut inner, 3);
        if self.bytes.once_in(2) {
            self.line("} else {");
            let mut inner = Scope { depth: scope.depth + 1, ..scope.clone() };
            self.fields(&mut inner, 3);
        }
        self.line("}");
    }

    fn truth(&mut self, scope: &Scope) -> Option<String> {
        let value = self.length(scope)?;
        let field = scope.fields.get(self.bytes.below(scope.fields.len()))?;
        Some(match self.bytes.below(6) {
            0 => format!("{value} in 1 .. 5"),
            1 => format!("{value} == 3 || present({field})"),
            2 => "more".to_owned(),
            3 => format!("size_of({field}) > 1 && {value} != 0"),
            4 => "rest.len > 3".to_owned(),
            _ => format!("{value} > 1"),
        })
    }

    /// A `let` or an `expect`.
    fn named_expression(&mut self, scope: &mut Scope) {
        let Some(value) = self.length(scope) else { return };
        let name = self.name("l");
        let field = scope.fields.last().map_or("self", String::as_str);
        match self.bytes.below(5) {
            0 => self.line(&format!("expect {value} != 7 : {name} \"seven\";")),
            1 => self.line(&format!("expect offset_of({field}) < 50 : {name};")),
            2 => self.line(&format!("let {name} = size_of({field}) * 2 + {value};")),
            3 => self.line(&format!("let {name} = u16({value})[7 .. 0];")),
            _ => self.line(&format!("let {name} = inet16(bytes_of({field} .. {field}));")),
        }
    }

    fn checked_number(&mut self, scope: &mut Scope) {
        let least = self.bytes.below(6) as u32;
        let name = self.number(scope, 8, least);
        match self.bytes.below(5) {
            0 => self.line(&format!("{name}: u8 = {least};")),
            1 => self.line(&format!("{name}: u8 default {least} where it >= {least} : \"too small\";")),
            2 => self.line(&format!("{name}: u8 where it in {least} .. 99;")),
            3 => self.line(&format!("{name}: u8 default random where it >= {least};")),
            _ => self.line(&format!("{name}: u8 auto size where it >= {least};")),
        }
    }

    fn derived_number(&mut self, scope: &mut Scope) {
        let name = self.named(scope);
        let field = scope.fields.first().cloned().unwrap_or_else(|| name.clone());
        let derivation = match self.bytes.below(7) {
            0 => "u16 auto inet16(self) verify".to_owned(),
            1 => "u32 auto crc32(self) verify when more".to_owned(),
            2 => format!("u32le auto crc32c(bytes_of({field} .. {name})) verify"),
            3 => "u16 auto crc16(self, 0x8005, 0, true, 0) verify".to_owned(),
            4 => "u16 auto size".to_owned(),
            5 => format!("u16 auto zero_as_ffff(inet16(bytes_of({field} .. {name}))) verify"),
            _ => format!("u8 auto offset_of({name}) verify"),
        };
        self.line(&format!("{name}: {derivation};"));
    }

    fn align(&mut self) {
        let line = self.bytes.one(&["align 4 bytes;", "align 2 bytes fill 0xff;", "align 8 bits;"], "align 4 bytes;");
        self.line(line);
    }

    fn coded(&mut self, scope: &mut Scope) {
        let Some(codec) = self.codecs.get(self.bytes.below(self.codecs.len())).cloned() else { return };
        let name = self.named(scope);
        let extent = self.bytes.one(&["", "", "[3]", "[prefix u8 items]"], "");
        self.line(&format!("{name}: {codec}{extent};"));
    }

    fn structured(&mut self, scope: &mut Scope) {
        let chosen = self.bytes.below(self.structs.len());
        let Some((ty, params)) = self.structs.get(chosen).cloned() else { return };
        let argument =
            if params > 0 { format!("({})", self.length(scope).unwrap_or("3".to_owned())) } else { String::new() };
        let within = match self.length(scope) {
            Some(length) if self.bytes.once_in(3) => format!(" within {length} bytes"),
            _ => String::new(),
        };
        let name = self.named(scope);
        self.line(&format!("{name}: {ty}{argument}{within};"));
    }

    fn container(&mut self, scope: &mut Scope) {
        let (low, high) = (self.number(scope, 5, 0), self.number(scope, 11, 0));
        let ty = self.bytes.one(&["u16le", "u16le", "u16"], "u16le");
        self.line(&format!("bits {ty} {{ {low}: u5; {high}: u11; }}"));
    }

    fn open_end(&mut self, scope: &mut Scope) {
        scope.full = true;
        let element = self.element();
        let name = self.named(scope);
        match self.bytes.below(4) {
            0 => self.line(&format!("{name}: bytes;")),
            1 => self.line(&format!("{name}: str(utf8);")),
            2 => self.line(&format!("{name}: bytes[prefix u8 bytes][..];")),
            _ => self.line(&format!("{name}: {element}[..];")),
        }
    }
}

/// Mostly true.
fn guarded_or_open(choice: usize) -> bool {
    choice != 1
}
