//! Names: as Rust writes them, and as the language does.

/// The name of a value, `SymmetricActive`, as the language has it: `SYMMETRIC_ACTIVE`. What is in capitals stays.
pub(super) fn constant(name: &str) -> String {
    if !name.contains(|letter: char| letter.is_lowercase()) {
        return name.to_owned();
    }
    let mut text = String::with_capacity(name.len() + 4);
    let mut before = '_';
    for letter in name.chars() {
        if letter.is_uppercase() && before != '_' && !before.is_uppercase() {
            text.push('_');
        }
        text.extend(letter.to_uppercase());
        before = letter;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::constant;

    #[test]
    fn names_of_values() {
        let cases = ["SymmetricActive", "UDP", "Ipv4", "QINQ_9100", "Ax25", "End"].map(constant);
        assert_eq!(cases, ["SYMMETRIC_ACTIVE", "UDP", "IPV4", "QINQ_9100", "AX25", "END"]);
    }
}
