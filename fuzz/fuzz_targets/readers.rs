#![no_main]

use pony_tests::fuzz::{mutate, readers};

libfuzzer_sys::fuzz_target!(|data: &[u8]| readers(data));

// Every fourth change is made by one who knows the layers, so that lengths and checksums stay right.
libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    match seed % 4 {
        0 => mutate(data, size, max_size, seed),
        _ => libfuzzer_sys::fuzzer_mutate(data, size, max_size),
    }
});
