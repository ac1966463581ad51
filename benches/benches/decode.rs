//! Headers read down to the transport, beside other libraries.

#![expect(clippy::expect_used, reason = "a benchmark that can't be set up must not run")]

use criterion::{Criterion, criterion_group, criterion_main};

fn decode(criterion: &mut Criterion) {
    for workload in pony_benches::decode::workloads().expect("the captures can be read") {
        pony_benches::criterion::run(criterion, workload);
    }
}

criterion_group!(benches, decode);
criterion_main!(benches);
