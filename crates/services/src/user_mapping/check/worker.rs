//! The thread on which the rules run: it is fed with bytes, accounts and people, and hands on lines and findings.

use domain::user_mapping::{FileEncoding, Rejection};
use rand::RngCore;
use rules::proposals::{self, Proposal};
use rules::user_mapping::{Check, Checked, Decode, Layout, MAX_LINES};
use tokio::sync::mpsc;

use super::collect::{Batch, Collector};
use super::known::{Known, OwnedAccount, OwnedPerson};

/// What comes in.
pub(super) enum Fed {
    Bytes(Vec<u8>),
    Accounts(Vec<OwnedAccount>),
    People(Vec<OwnedPerson>),
    /// All of it was said.
    End,
}

/// What came of it.
pub(super) struct Done {
    pub(super) checked: Checked,
    pub(super) collector: Collector,
    pub(super) proposals: Vec<Proposal>,
}

/// Runs until the end. `None`: the other side stopped before.
pub(super) fn run(
    layout: &Layout,
    known: &Known,
    encoding: FileEncoding,
    mut fed: mpsc::Receiver<Fed>,
    hand_on: mpsc::Sender<Batch>,
) -> Result<Option<Done>, Rejection> {
    let seed = rand::rng().next_u64();
    let mut check = Check::new(layout, known.around(), &known.files.old, MAX_LINES, seed).comparing();
    let mut proposing = proposals::Proposals::new(seed, false);
    let mut collector = Collector::new(hand_on);
    let mut decode = Decode::new(encoding);
    let mut text = String::new();
    let mut is_text = true;
    let (mut accounts, mut people) = (0_u32, 0_u32);
    loop {
        let next = fed.blocking_recv();
        if is_text && !matches!(next, Some(Fed::Bytes(_)) | None) {
            is_text = false;
            text.clear();
            decode.feed(&[], true, &mut text);
            check.feed(&text, &mut collector)?;
        }
        match next {
            Some(Fed::Bytes(bytes)) => {
                text.clear();
                decode.feed(&bytes, false, &mut text);
                check.feed(&text, &mut collector)?;
            }
            Some(Fed::Accounts(page)) => {
                for account in &page {
                    check.account(&account.beside());
                    proposing.account(&account.to_propose(accounts));
                    accounts += 1;
                }
            }
            Some(Fed::People(page)) => {
                for person in &page {
                    check.person(&person.beside());
                    proposing.person(&person.to_propose(people));
                    people += 1;
                }
            }
            Some(Fed::End) => break,
            None => return Ok(None),
        }
        if collector.is_over() {
            return Ok(None);
        }
    }
    let checked = check.finish(&mut collector)?;
    collector.close();
    Ok(Some(Done {
        checked,
        collector,
        proposals: proposing.finish(),
    }))
}
