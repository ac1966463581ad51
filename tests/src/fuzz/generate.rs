//! Definitions made of bytes: most of them right, of all that the language has.

mod fields;

use super::bytes::Bytes;
use std::fmt::Write as _;

/// A definition under construction.
pub(super) struct Generator<'a, 'b> {
    bytes: &'a mut Bytes<'b>,
    text: String,
    /// How many names were given away.
    names: u32,
    /// Names of structs, and how many parameters they have.
    structs: Vec<(String, usize)>,
    /// Names of codecs that yield numbers.
    codecs: Vec<String>,
    /// Fields that may still be written, so that a definition stays small.
    budget: u32,
}

/// A number that expressions may name.
#[derive(Clone)]
struct Number {
    name: String,
    bits: u32,
    /// It is never less.
    least: u32,
}

/// What the fields of a composite may name.
#[derive(Clone, Default)]
struct Scope {
    numbers: Vec<Number>,
    /// All fields.
    fields: Vec<String>,
    /// An element of a list, so that `stop` is allowed.
    element: bool,
    /// Everything that is left was taken.
    full: bool,
    /// How many composites or arms are around this.
    depth: u32,
}

/// A definition made of bytes. The layer that packets are read as is called `L0`.
pub(super) fn definition(bytes: &mut Bytes<'_>) -> String {
    let mut generator =
        Generator { bytes, text: String::new(), names: 0, structs: Vec::new(), codecs: Vec::new(), budget: 40 };
    generator.module();
    generator.text
}

impl Generator<'_, '_> {
    fn module(&mut self) {
        let endian = self.bytes.one(&["", "", "", " endian little"], "");
        self.line(&format!("module fuzz.it{endian};"));
        self.names_of_values();
        for _ in 0..self.bytes.below(3) {
            self.codec();
        }
        for _ in 0..self.bytes.below(4) {
            self.composite_struct();
        }
        self.line("table t : u8;");
        let layers = self.bytes.below(3) + 1;
        let interface = self.bytes.once_in(3);
        if interface {
            self.line("interface I { number: u16; head(a: u8): bytes; }");
        }
        for index in 0..layers {
            self.layer(index, interface);
        }
        for index in 1..layers {
            self.line(&format!("bind t {{ {} => L{index}; }}", index * 3));
        }
        self.around_layers(layers);
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn name(&mut self, of: &str) -> String {
        self.names += 1;
        format!("{of}{}", self.names)
    }

    fn names_of_values(&mut self) {
        let closed = self.bytes.one(&["", "", " closed"], "");
        let last = self.bytes.one(&["C = 0x10 .. 0x1f", "C = 7 \"seven\"", "C matches it & 0x0f == 9"], "C = 2");
        self.line(&format!("enum E : u8{closed} {{ A = 0, B = 1, {last} }}"));
        self.line("enum Small : u4 { X = 0, Y = 5 .. 7, Z = 15 }");
        let flags = self.bytes.one(&["a, b: u3, _: u2, c, d", "_: u7, a", "a, b, c, d, e: u4"], "a, _: u7");
        self.line(&format!("flags F : u8 {{ {flags} }}"));
        let display = self.bytes.one(&["hex", "binary", "ipv4", "unix_time", "fixed16", "decimal"], "hex");
        self.line(&format!("type T = u32 display {display};\nconst K : u8 = 4;"));
    }

    fn codec(&mut self) {
        let name = self.name("C");
        let body = match self.bytes.below(4) {
            0 => "-> u64 { repeat max 10 { m: bool; group: u7; emit group; } while m; yields fold_le(7); }",
            1 => "-> u64 { repeat max 9 { m: bool; group: u7; emit group; } while m; yields fold_be(7); }",
            2 => {
                "-> u62 { lead: u2; value: u((8 << lead) - 2); yields value; \
                 encode lead = smallest(0 .. 3, value < (1 << ((8 << it) - 2))); \
                 expect lead == smallest(0 .. 3, value < (1 << ((8 << it) - 2))) : not_shortest \"long\"; }"
            }
            _ => {
                self.line(&format!(
                    "codec {name}(message: region) -> name {{ repeat max 16 {{ len: u8; match len {{ \
                     0 => stop; 1 .. 63 => {{ label: bytes[len]; emit label; }} \
                     192 .. 255 => {{ low: u8; jump message at (len & 0x3f) << 8 | low decreasing; }} \
                     _ => reject \"reserved\"; }} }} limit 99 bytes; encode by compress(message); }}"
                ));
                self.codecs.push(format!("{name}(outer)"));
                return;
            }
        };
        self.line(&format!("codec {name} {body}"));
        self.codecs.push(name);
    }

    fn composite_struct(&mut self) {
        let name = self.name("S");
        let params = self.bytes.below(3) / 2;
        let list = if params > 0 { "(p: u8)" } else { "" };
        let mut scope = Scope { depth: 1, element: self.bytes.once_in(2), ..Scope::default() };
        if params > 0 {
            scope.numbers.push(Number { name: "p".to_owned(), bits: 8, least: 0 });
        }
        let _infallible = writeln!(self.text, "struct {name}{list} {{");
        self.number_field(&mut scope);
        self.fields(&mut scope, 3);
        self.line("}");
        self.structs.push((name, params));
    }

    fn layer(&mut self, index: usize, interface: bool) {
        let role = match self.bytes.below(4) {
            0 if interface => " provides I",
            1 if interface && index > 0 => " needs I as below",
            2 if interface && index > 0 => " passes I",
            3 if index > 0 => " over stream",
            _ => "",
        };
        let _infallible = writeln!(self.text, "layer L{index}{role} {{");
        let mut scope = Scope::default();
        self.number_field(&mut scope);
        self.fields(&mut scope, 8);
        if role == " needs I as below" {
            self.line("below_sum: u16 auto inet16(below.head(3) ++ self) verify; expect below.number != 3 : three;");
        }
        if !scope.full {
            self.payload(&mut scope);
        }
        if role == " provides I" {
            self.line("provide I { number = 5; head(a) = hex\"01\" ++ a; }");
        } else if role == " passes I" {
            self.line("provide I { number = outer.number == 5 ? 6 : 7; }");
        }
        self.line("}");
    }

    fn payload(&mut self, scope: &mut Scope) {
        let within = match self.length(scope) {
            Some(length) if self.bytes.once_in(2) => format!(" within {length} bytes"),
            _ => String::new(),
        };
        match self.bytes.below(6) {
            0 => self.line(&format!("payload: bytes{within};")),
            1 => self.line(&format!("payload: next{within};")),
            2 => {
                self.line(&format!("key: u8 auto key_of(payload, 200); payload: next from t[key] else probe{within};"))
            }
            3 => self.line(&format!(
                "key: u8 auto key_of(payload); payload: next from t[key]{within} if key != 9 else opaque;"
            )),
            4 => self.line(&format!(
                "key: u8 auto key_of(payload); payload: next from t[key]{within} partial when key == 6;"
            )),
            _ => self.line(&format!("key: u8 auto key_of(payload); payload: next from t[key]{within};")),
        }
        if self.bytes.once_in(3) {
            self.line("tail: bytes trailing;");
        }
    }

    /// What speaks of layers.
    fn around_layers(&mut self, layers: usize) {
        let last = layers - 1;
        let lines = [
            "probe L0 { size > 2 } score 5;".to_owned(),
            format!("probe L{last} {{ true }} score 10;"),
            "test law roundtrip L0;".to_owned(),
            "extend E { MORE = 77, }".to_owned(),
            format!("alias wireshark L{last} {{ (size * 2) = \"fuzz.size\"; }}"),
        ];
        for line in lines {
            if self.bytes.once_in(4) {
                self.line(&line);
            }
        }
    }
}
