#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pony_tests::fuzz::readers(data));
