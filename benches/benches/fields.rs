//! One kind of field each, beside the same by hand.

use criterion::{Criterion, criterion_group, criterion_main};

fn fields(criterion: &mut Criterion) {
    for workload in pony_benches::fields::workloads() {
        pony_benches::criterion::run(criterion, workload);
    }
}

criterion_group!(benches, fields);
criterion_main!(benches);
