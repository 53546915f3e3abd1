//! Where cells without quotes end, told in both ways: by many bytes at once, and in a browser byte by byte.

use proptest::prelude::*;

use crate::user_mapping::kinds::Kinds;
use crate::user_mapping::table::Table;
use crate::user_mapping::window::Window;

/// Letters, signs and line ends of every kind, and long stretches without an end.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-zA-Z0-9._@-]{0,90}",
        2 => "[,;\t|\r\n]{1,3}",
        1 => "[ !-/:-@\\[-`{-~\x00-\x1F\x7F]{1,4}",
        1 => "[äß€\u{1F600}]{1,30}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn both_ways_say_the_same(
        text in text(),
        delimiter in prop::sample::select(b",;\t|".as_slice()),
        // Past cells with quotes; now and then another record begins.
        leaps in prop::collection::vec((0_usize..150, any::<bool>()), 1..8),
    ) {
        let bytes = text.as_bytes();
        let (mut window, mut table) = (Window::new(delimiter), Table::new(delimiter));
        let (mut from, mut leaps) = (0, leaps.into_iter().cycle());
        loop {
            let (end, kinds) = window.cell(bytes, from);
            prop_assert_eq!((end, kinds), table.cell(bytes, from));
            let cell = bytes.get(from..end).expect("inside of the text");
            prop_assert_eq!(kinds, Kinds::of_bytes(cell));
            prop_assert!(!cell.iter().any(|byte| [delimiter, b'\n', b'\r'].contains(byte)));
            let (leap, begins) = leaps.next().expect("they go round");
            from = end + 1 + if leap > 100 { leap } else { 0 };
            if from > bytes.len() {
                break;
            }
            if begins {
                window.begin();
                table.begin();
            }
        }
    }
}
