//! Packets built at several sizes, beside other libraries.

use criterion::{Criterion, criterion_group, criterion_main};

fn build(criterion: &mut Criterion) {
    for &size in pony_benches::build::SIZES {
        pony_benches::criterion::run(criterion, pony_benches::build::workload(size));
    }
}

criterion_group!(benches, build);
criterion_main!(benches);
