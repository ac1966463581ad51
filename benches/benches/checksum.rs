//! The Internet checksum at several sizes, beside other libraries.

use criterion::{Criterion, criterion_group, criterion_main};

fn checksums(criterion: &mut Criterion) {
    for &size in pony_benches::checksum::SIZES {
        pony_benches::criterion::run(criterion, pony_benches::checksum::sums(size));
        pony_benches::criterion::run(criterion, pony_benches::checksum::copies(size));
    }
}

criterion_group!(benches, checksums);
criterion_main!(benches);
