//! Workloads as benches of criterion.

use crate::{Unit, Workload};
use criterion::{Criterion, Throughput};
use std::time::Duration;

/// Checks that the cases of a workload agree, then measures each.
#[expect(clippy::panic, reason = "a benchmark that compares different work must not run")]
pub fn run(criterion: &mut Criterion, mut workload: Workload) {
    if let Err(difference) = workload.agree() {
        panic!("{difference}");
    }
    let mut group = criterion.benchmark_group(format!("{}/{}", workload.group, workload.name));
    group.throughput(match workload.unit {
        Unit::Byte => Throughput::Bytes(workload.units),
        Unit::Packet => Throughput::Elements(workload.units),
    });
    group.sample_size(20).warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_millis(800));
    for case in &mut workload.cases {
        group.bench_function(case.name, |bencher| bencher.iter(&mut case.pass));
    }
    group.finish();
}
