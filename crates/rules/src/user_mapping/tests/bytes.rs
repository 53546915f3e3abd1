//! F-01, F-10 to F-12, F-25, F-26: what the bytes of a file are.

use domain::user_mapping::{FileEncoding, Rejection};

use crate::user_mapping::{Decode, Survey, Surveyed};

fn survey(bytes: &[u8], piece: usize) -> Result<Surveyed, Rejection> {
    let mut survey = Survey::default();
    for piece in bytes.chunks(piece) {
        survey.feed(piece);
    }
    survey.finish()
}

fn decoded(bytes: &[u8], encoding: FileEncoding, piece: usize) -> String {
    let mut decode = Decode::new(encoding);
    let mut text = String::new();
    for piece in bytes.chunks(piece) {
        decode.feed(piece, false, &mut text);
    }
    decode.feed(&[], true, &mut text);
    text
}

fn utf16(text: &str, to: fn(u16) -> [u8; 2]) -> Vec<u8> {
    std::iter::once('\u{feff}')
        .chain(text.chars())
        .flat_map(|c| c.encode_utf16(&mut [0; 2]).to_vec())
        .flat_map(to)
        .collect()
}

#[test]
fn f_01_nothing_in_it() {
    for bytes in [&b""[..], b" \r\n\t\n", b"\xEF\xBB\xBF"] {
        assert_eq!(survey(bytes, 2), Err(Rejection::Empty), "{bytes:?}");
    }
}

#[test]
fn f_10_and_f_11_encodings_that_say_what_they_are() {
    let text = "existing_username,new_username\nJürgen Straßer,j@x.org\n";
    let with_mark = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
    for (bytes, encoding) in [
        (text.as_bytes().to_vec(), FileEncoding::Utf8),
        (with_mark, FileEncoding::Utf8),
        (utf16(text, u16::to_le_bytes), FileEncoding::Utf16Le),
        (utf16(text, u16::to_be_bytes), FileEncoding::Utf16Be),
    ] {
        for piece in [1, 2, 3, 7, 1000] {
            let found = survey(&bytes, piece).expect("text");
            assert_eq!(found.encoding, Some(encoding), "{encoding} by {piece}");
            assert_eq!(decoded(&bytes, encoding, piece), text, "{encoding} by {piece}");
        }
    }
}

#[test]
fn f_12_what_is_not_utf_8_is_shown_and_asked() {
    let bytes = b"existing_username,new_username\nM\xFCller,m@x.org\nanna,a@x.org\nStra\xDFer,s@x.org\n";
    for piece in [1, 5, 1000] {
        let found = survey(bytes, piece).expect("text");
        assert_eq!(found.encoding, None);
        let first = found.samples.first().expect("a sample");
        assert!(first.ends_with("ller,m@x.org"), "{first}");
        assert!(
            found.samples.iter().any(|line| line.contains("Straßer")),
            "{:?}",
            found.samples
        );
    }
    assert!(decoded(bytes, FileEncoding::Windows1252, 4).contains("Müller"));
    // A character cut off at the end is no UTF-8 either.
    assert_eq!(survey(b"a,b\nc\xC3", 1000).expect("text").encoding, None);
}

#[test]
fn f_25_control_characters() {
    assert_eq!(
        survey(b"a,b\nc,d\ne\0,f\n", 3),
        Err(Rejection::Binary { line: 3 })
    );
    assert_eq!(
        survey(b"a,b\nc,\x1Bd\n", 1000),
        Err(Rejection::Binary { line: 2 })
    );
}

#[test]
fn f_11_utf_16_without_its_mark() {
    for (text, is_known) in [
        ("a,b\nc,d\n", true),
        ("existing;new\né;ü\n", true),
        ("é,b\n", false),
    ] {
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, encoding) in [(little, FileEncoding::Utf16Le), (big, FileEncoding::Utf16Be)] {
            let surveyed = survey(&bytes, 3).map(|surveyed| surveyed.encoding);
            if is_known {
                assert_eq!(surveyed, Ok(Some(encoding)), "{text}");
            } else {
                assert_eq!(surveyed, Err(Rejection::Binary { line: 1 }), "{text}");
            }
        }
    }
}

#[test]
fn f_25_what_only_begins_with_zeros_is_no_utf_16() {
    // A database, a shortcut and an icon.
    for bytes in [
        &b"\0\x01\0\0Jet DB"[..],
        b"L\0\0\0\x01\x14\x02",
        b"\0\0\x01\0\x01\0 ",
    ] {
        assert_eq!(survey(bytes, 3), Err(Rejection::Binary { line: 1 }), "{bytes:?}");
    }
}

#[test]
fn f_26_other_files_with_this_name() {
    for (bytes, kind) in [
        (&b"PK\x03\x04\x14\0\x06\0xl/workbook.xml"[..], "Excel workbook"),
        (
            b"PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
            "OpenDocument",
        ),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xD0\xCF\x11\xE0\xA1", "old format"),
        (b"\x1F\x8B\x08", "packed"),
    ] {
        let refused = survey(bytes, 4).expect_err("refused");
        assert!(
            refused.sentence().contains(kind),
            "{kind}: {}",
            refused.sentence()
        );
    }
}

/// Found by the fuzzer: the samples began in the middle of a line where a piece did.
#[test]
fn f_12_samples_are_whole_lines_whatever_the_pieces() {
    let bytes = b"existing,new\nJ\xFCrgen Stra\xDFer,j@x.org\nJ\xC3\xBCrgen,whole@x.org\nlast \xE9";
    let whole = survey(bytes, 1000).expect("text");
    assert_eq!(whole.samples, ["J\u{fc}rgen Stra\u{df}er,j@x.org", "last \u{e9}"]);
    for piece in 1..bytes.len() {
        assert_eq!(survey(bytes, piece).as_ref(), Ok(&whole), "by {piece}");
    }
}

/// Found by the fuzzer: lines that end in a lone carriage return were not counted.
#[test]
fn f_25_the_line_of_a_control_character_is_a_physical_one() {
    let bytes = b"a,b\rc,d\r\ne,f\ng,\x01\n";
    for piece in 1..bytes.len() {
        assert_eq!(
            survey(bytes, piece),
            Err(Rejection::Binary { line: 4 }),
            "by {piece}"
        );
    }
}
