//! The module in wasm says of every file what the rules say here, in the same order and in the same words: over the
//! fuzzer's seeds and over files with generated faults. Node runs the worker's own script on the module as it is shipped.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::Provider;
use domain::user_mapping::{Domains, MappingKnown};
use mapping_worker::Told;
use rules::user_mapping::Look;
use serde_json::json;

fn known(provider: Provider) -> MappingKnown {
    MappingKnown {
        provider,
        by_sign_in_name: true,
        domains: Domains::from(vec!["contoso.com".to_owned(), "bücher.example".to_owned()]),
        old: vec!["Active Directory (contoso.local)".to_owned()],
    }
}

fn verdict(bytes: &[u8], known: &MappingKnown) -> String {
    let place = OnceCell::new();
    let mut look = Look::new(known, &place, 1);
    for piece in bytes.chunks(1000) {
        look.feed(piece);
    }
    Told::of(&mut look).json()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The same numbers every time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// Usernames that meet, and every kind of damage.
const NAMES: &[&str] = &[
    "anna",
    "ANNA",
    "jsmith",
    "José",
    "Jose",
    "jose\u{301}",
    "straße",
    "STRASSE",
    "İnci",
    "inci",
    "ſam",
    "Ａnna",
    "ﬁona",
    "p\u{430}ul",
    "DOM\\anna",
    "anna@contoso.com",
    "jose@contoso.com",
    "josé@contoso.com",
    "x@BÜCHER.example",
    "a@ΣΊΣΥΦΟΣ.example",
    "mÃ¼ller",
    "m\u{fffd}",
    "=1+1",
    "'=x",
    "03-Jan",
    "#REF!",
    "1E+10",
    "<a@b>",
    "mailto:a@b",
    "admin",
    "usersync-moving-7",
    "a\u{200b}b",
    " \u{a0}padded\u{feff} ",
    "two\nlines",
    "say \"hi\"",
    "a;b,c",
    "",
    "가나",
    "x#EXT#@t.example",
    "y@t.onmicrosoft.com",
];
const TARGETS: &[&str] = &[
    "",
    "",
    "",
    "Local",
    "Okta",
    "Entra ID",
    "AD",
    "Lcoal",
    "leaver",
    "Narnia",
    "active directory (CONTOSO.local)",
];

fn file(numbers: &mut Numbers, lines: usize) -> String {
    let delimiter = numbers.one(&[",", ";", "\t", "|"]);
    let end = numbers.one(&["\n", "\r\n", "\r"]);
    let header = ["existing_username", "New Username", "target-directory"].join(delimiter);
    let header = numbers
        .one(&[&header, &header, &header, "username,new_username,x", ""])
        .to_owned();
    let mut rows = vec![header];
    for line in 0..lines {
        let mut name = || {
            let name = numbers.one(NAMES);
            if numbers.below(3) == 0 {
                format!("{name}{}", numbers.below(lines))
            } else {
                name.to_owned()
            }
        };
        let cells = [name(), name(), numbers.one(TARGETS).to_owned()];
        let quoted = cells.map(|cell| {
            let needs = cell.contains(['"', '\n', '\r']) || cell.contains(delimiter);
            if needs {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell
            }
        });
        let row = quoted.join(delimiter);
        rows.push(match numbers.below(60) {
            0 => String::new(),
            1 => format!("# {line}"),
            2 => format!("{row}{delimiter}more"),
            3 => "alone".to_owned(),
            4 => format!("\"x\"y{delimiter}{row}"),
            _ => row,
        });
    }
    rows.join(end)
}

/// Files by name of what they are.
fn files() -> Vec<Vec<u8>> {
    let seeds = std::fs::read_dir(root().join("fuzz/seeds/intake")).expect("the seeds");
    let mut all: Vec<Vec<u8>> = seeds
        .map(|entry| std::fs::read(entry.expect("a seed").path()).expect("read"))
        .collect();
    let mut numbers = Numbers(7);
    for n in 0..150 {
        let text = file(&mut numbers, 1 + n / 3);
        all.push(match n % 10 {
            8 => format!("\u{feff}{text}")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect(),
            9 => format!("\u{feff}{text}")
                .encode_utf16()
                .flat_map(u16::to_be_bytes)
                .collect(),
            _ => text.into_bytes(),
        });
    }
    // Longer than what the layout is told from, and than a piece of the worker.
    all.push(file(&mut numbers, 20_000).into_bytes());
    all
}

#[test]
fn the_module_says_what_the_rules_say() {
    let site = root().join("target/site/pkg");
    let module = site.join("mapping-worker.wasm");
    assert!(
        module.is_file(),
        "the module is missing: run `cargo xtask build-web`"
    );
    let folder = tempfile::tempdir().expect("a folder");
    let mut cases = Vec::new();
    for (n, bytes) in files().into_iter().enumerate() {
        let path = folder.path().join(format!("{n}.csv"));
        std::fs::write(&path, &bytes).expect("written");
        for provider in Provider::ALL {
            let known = known(*provider);
            cases.push(json!({ "file": path, "known": known, "verdict": verdict(&bytes, &known) }));
        }
    }
    let list = folder.path().join("cases.json");
    std::fs::write(&list, json!(cases).to_string()).expect("written");
    let status = Command::new("node")
        .arg(root().join("crates/mapping-worker/tests/same_verdicts.mjs"))
        .args([&site, &list])
        .status()
        .expect("node runs");
    assert!(status.success());
}

#[test]
fn the_seed_does_not_matter() {
    for (n, bytes) in files().into_iter().enumerate() {
        for provider in Provider::ALL {
            let known = known(*provider);
            let by = |seed: u64| {
                let place = OnceCell::new();
                let mut look = Look::new(&known, &place, seed);
                look.feed(&bytes);
                Told::of(&mut look).json()
            };
            let first = by(1);
            for seed in 2..5 {
                assert_eq!(by(seed), first, "file {n}, seed {seed}, {provider:?}");
            }
        }
    }
}
