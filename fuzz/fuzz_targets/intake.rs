//! Bytes of any kind as a mapping file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::intake(bytes));
