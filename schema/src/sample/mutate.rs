//! A mutator that knows the structure: a packet is read, one thing in it is changed, and what is derived follows or does not.

use super::change::{Change, change, instances};
use super::{Choices, Flaw, Sampler};
use crate::interp::{Builder, CompositeValue, Data, Dissection, Element, FieldValue, PacketValue, Part, to_value};
use crate::model::{CompositeId, FieldId};

/// As many changes are tried until one gives another packet.
const TRIES: usize = 8;

impl Sampler<'_> {
    /// Changes a packet that begins with a layer: a field takes another value that decides something, or an element of a
    /// list comes, goes or moves, and lengths, counts, keys and checksums that were right stay so; or the packet is another
    /// one altogether, or one with a fault.
    ///
    /// `None` where nothing came of it.
    pub fn mutated(&self, start: CompositeId, data: &[u8], choices: &mut Choices<'_>) -> Option<Vec<u8>> {
        match choices.below(16) {
            0 => return self.valid(choices).filter(|sample| sample.start == start).map(|sample| sample.bytes),
            1 => return self.faulty(choices).filter(|one| one.sample.start == start).map(|one| one.sample.bytes),
            _ => {}
        }
        let mut dissection = Dissection::default();
        self.reader.read(&mut dissection, start, data, data.len());
        let whole = to_value(self.schema, data, &dissection);
        let sample = super::Sample { start, bytes: data.to_vec(), dissection };
        let fields: Vec<FieldId> = sample.fields().collect();
        for _ in 0..TRIES {
            let mut value = whole.clone();
            let changed = match choices.below(4) {
                0 => shuffle(&mut value, choices),
                _ => {
                    let field = *choices.one(&fields)?;
                    let changes = self.changes(&sample, field, Flaw::Cut(field));
                    let place = choices.below(instances(&value, field));
                    choices.one(&changes).is_some_and(|to: &Change| change(&mut value, field, place, to))
                }
            };
            let built = changed.then(|| Builder::new(self.schema).seed(choices.number()).build(&value));
            if let Some(Ok(built)) = built
                && built.bytes != data
            {
                return Some(built.bytes);
            }
        }
        None
    }
}

/// Changes the elements of a list; whether there is one.
fn shuffle(value: &mut PacketValue, choices: &mut Choices<'_>) -> bool {
    let mut lists: Vec<&mut Vec<Element>> = Vec::new();
    for layer in &mut value.layers {
        find_lists(&mut layer.body, &mut lists);
    }
    let at = choices.below(lists.len());
    let Some(list) = lists.get_mut(at).filter(|list| !list.is_empty()) else { return false };
    let (one, other) = (choices.below(list.len()), choices.below(list.len()));
    match choices.below(3) {
        0 => {
            list.remove(one);
        }
        1 => {
            let copy = list.get(one).cloned();
            copy.into_iter().for_each(|copy| list.insert(other, copy));
        }
        _ => list.swap(one, other),
    }
    true
}

fn find_lists<'v>(body: &'v mut CompositeValue, lists: &mut Vec<&'v mut Vec<Element>>) {
    for part in &mut body.parts {
        let Part::Field(_, FieldValue::Set(data)) = part else { continue };
        match data {
            Data::List(elements) => lists.push(elements),
            Data::Composite(inner) => find_lists(inner, lists),
            Data::Uint(_) | Data::Int(_) | Data::Float(_) | Data::Bytes(_) | Data::Payload(_) | Data::Prefixed(..) => {}
        }
    }
}
