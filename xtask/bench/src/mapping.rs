//! Checking mapping files, beside a bare pass of the csv crate's core reader over the same bytes: the least that anybody
//! who reads the file must do. By themselves, and compared with as many accounts of People and people of a directory; the
//! bare pass is the same for both, since it reads the file and nobody else. One thread, no database.

use std::hint::black_box;
use std::time::{Duration, Instant};

use domain::Provider;
use domain::user_mapping::{Domains, Finding, Rejection};
use peak_alloc::PeakAlloc;
use rules::user_mapping::{AccountNow, AccountPlace, Check, PersonFound, Sink, Surroundings, layout};

#[global_allocator]
pub(crate) static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes that are read at once, as the parts of an uploaded file.
const PIECE: usize = 256 * 1024;

/// Accounts and people that are told together.
const BATCH: usize = 1_000;

/// Counts, so that nothing is left out.
#[derive(Default)]
struct Counts {
    lines: u64,
    findings: u64,
}

impl Sink for Counts {
    fn line(&mut self, _line: u64, existing: &str, new: &str, _target: &str) {
        self.lines += u64::from(!existing.is_empty() || !new.is_empty());
    }

    fn finding(&mut self, _finding: Finding) {
        self.findings += 1;
    }
}

/// Files of 10,000, 100,000 and 1,000,000 lines, the best of some rounds each.
pub(crate) fn run(rounds: usize) -> Result<(), Rejection> {
    println!("\nuser mapping: every rule of lines and of lines among each other, best of {rounds} rounds\n");
    for lines in [10_000_u32, 100_000, 1_000_000] {
        let text = file(lines);
        let mut bare = Duration::MAX;
        for _ in 0..rounds {
            let begun = Instant::now();
            black_box(bare_pass(text.as_bytes()));
            bare = bare.min(begun.elapsed());
        }
        for (name, known) in [("by itself", 0), ("with accounts and people", lines)] {
            let mut best = Duration::MAX;
            let (mut memory, mut counts) = (0, Counts::default());
            for _ in 0..rounds {
                let before = MEMORY.current_usage();
                MEMORY.reset_peak_usage();
                counts = Counts::default();
                best = best.min(check(&text, known, &mut counts)?);
                memory = MEMORY.peak_usage().saturating_sub(before);
            }
            println!(
                "{lines:>9} lines {name:<24} {:>7} findings   {:>5.2} times the bare pass, {:>5.1} MiB beside the file",
                counts.findings,
                best.as_secs_f64() / bare.as_secs_f64(),
                mebibytes(memory)
            );
            assert_eq!(counts.lines, u64::from(lines), "every line was read");
        }
    }
    Ok(())
}

/// People as a list of an intranet has them: most get a new domain, some swap, some keep, one in a thousand is wrong.
pub(crate) fn file(lines: u32) -> String {
    let mut text = "existing_username,new_username,target_directory\n".to_owned();
    for n in 0..lines {
        let [existing, new] = usernames(n);
        let (new, target) = match n % 1000 {
            0 => (format!("first surname{n}@contoso.com"), ""),
            // Pairs that exchange their usernames.
            10 if n + 1 < lines => (format!("contoso.user{:07}", n + 1), "Local"),
            11 => (format!("contoso.user{:07}", n - 1), "Local"),
            20..40 => (existing.clone(), "Local"),
            _ => (new, ""),
        };
        text.push_str(&existing);
        text.push(',');
        text.push_str(&new);
        text.push(',');
        text.push_str(target);
        text.push('\n');
    }
    text
}

/// Somebody's username in People, and their sign-in name and e-mail address.
fn usernames(n: u32) -> [String; 2] {
    [
        format!("contoso.user{n:07}"),
        format!("first.surname{n:07}@contoso.com"),
    ]
}

/// Somebody who has both an account of People and a place in the directory.
struct Somebody {
    usernames: [String; 2],
    surname: String,
}

impl Somebody {
    /// One of so many, in an order that has nothing to do with that of the file.
    fn nth(place: u32, of: u32) -> Self {
        // A prime number, so that everybody has their turn.
        let n = u64::from(place) * 7_919 % u64::from(of);
        Self {
            usernames: usernames(u32::try_from(n).unwrap_or_default()),
            surname: format!("Surname{}", n % 5_000),
        }
    }
}

/// Every record and field, and nothing done with them.
fn bare_pass(mut bytes: &[u8]) -> usize {
    let mut reader = csv_core::Reader::new();
    let (mut fields, mut ends) = ([0; 4096], [0; 64]);
    let mut records = 0;
    loop {
        let (result, read, _, _) = reader.read_record(bytes, &mut fields, &mut ends);
        bytes = bytes.get(read..).unwrap_or_default();
        match result {
            csv_core::ReadRecordResult::Record => records += 1,
            csv_core::ReadRecordResult::End => return records,
            _ => {}
        }
    }
}

/// How long the check takes, compared with so many accounts and people.
fn check(text: &str, known: u32, counts: &mut Counts) -> Result<Duration, Rejection> {
    let head = text.get(..PIECE.min(text.len())).unwrap_or(text);
    let layout = layout(head, None)?;
    let domains = Domains::from(vec!["contoso.com".to_owned()]);
    let around = Surroundings {
        provider: Provider::Entra,
        by_sign_in_name: true,
        domains: &domains,
    };
    let mut took = Duration::ZERO;
    let mut check = Check::new(&layout, around, &[], u64::MAX, 0x5EED);
    if known > 0 {
        check = check.comparing();
    }
    for first in (0..known).step_by(BATCH) {
        // They come from a database, some at a time; what that takes is not measured.
        let some: Vec<Somebody> = (first..known)
            .take(BATCH)
            .map(|place| Somebody::nth(place, known))
            .collect();
        let begun = Instant::now();
        for somebody in &some {
            tell(&mut check, somebody);
        }
        took += begun.elapsed();
    }
    let begun = Instant::now();
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, behind) = rest.split_at(PIECE.min(rest.len()));
        check.feed(piece, counts)?;
        rest = behind;
    }
    black_box(check.finish(counts)?);
    Ok(took + begun.elapsed())
}

fn tell(check: &mut Check<'_>, somebody: &Somebody) {
    let [username, sign_in_name] = &somebody.usernames;
    check.account(&AccountNow {
        username,
        email: sign_in_name,
        first_name: "First",
        surname: &somebody.surname,
        place: AccountPlace::Before,
        is_blocked: false,
        is_administrator: false,
        is_recovery: false,
        has_signed_in: true,
    });
    check.person(&PersonFound {
        username: sign_in_name,
        others: [sign_in_name, sign_in_name],
        first_name: "First",
        surname: &somebody.surname,
        is_enabled: true,
        is_in_scope: true,
        is_guest: false,
    });
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "a number to print"
)]
pub(crate) fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
