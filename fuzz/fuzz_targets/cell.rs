//! Text of any kind as one cell.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| fuzz::cell(text));
