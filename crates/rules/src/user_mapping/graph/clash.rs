//! New usernames that differ here and are the same for the provider: Okta does not tell accents apart.

use domain::user_mapping::{Column, Finding, FindingCode as Code, Severity};

use super::entries::Print;
use super::{BY_PROVIDER_KEY, Graph, add, mark, value_of};
use crate::user_mapping::target::Target;
use crate::username;

impl Graph {
    /// Notes the new username of a line as the provider compares it.
    #[inline(never)]
    pub(super) fn accent(&mut self, row: u32, new: &str, to: Print) {
        let Some(provider) = self.provider else { return };
        let key = username::provider_key(provider, new);
        let other = self.print(&key);
        if other != to {
            self.accented.push((row, to.short()));
            add(&mut self.heaps, other, row | BY_PROVIDER_KEY, |heap| {
                &mut heap.new
            });
        }
    }

    /// Whether the account goes to the connected directory, as far as that is said.
    pub(super) fn may_go(&self, row: u32) -> bool {
        matches!(self.target_of(row), Target::Connected | Target::Unclear)
    }

    /// new usernames that differ here, and not for the provider. When all is said about those that are the same here:
    /// in which heap each stands must not matter.
    pub(super) fn clash(&mut self, takers: Vec<u32>, found: &mut dyn FnMut(Finding)) {
        if self.is_one_account(&takers) {
            return;
        }
        let Some(first) = takers.first().copied() else {
            return;
        };
        let key = self.own_key(first);
        let Some(different) = takers.iter().copied().find(|other| self.own_key(*other) != key) else {
            return;
        };
        for taker in takers {
            let row = taker & !BY_PROVIDER_KEY;
            // Those are told already that they would become one with others.
            if self.is(row, mark::MERGE) {
                continue;
            }
            let other = if self.own_key(taker) == key {
                different
            } else {
                first
            };
            self.mark(row, mark::MERGE | mark::ERROR);
            let line = self.lines.of(other & !BY_PROVIDER_KEY);
            let mut finding = self.finding(row, Some(Column::New), Severity::Error, Code::MergeByForm, line);
            finding.text = Some("Okta does not tell accents apart".to_owned());
            found(finding);
        }
    }

    /// Half of the fingerprint of a new username's key; 0 where that is the provider's key, too.
    fn own_key(&self, taker: u32) -> u32 {
        if taker & BY_PROVIDER_KEY == 0 {
            return 0;
        }
        value_of(&self.accented, taker & !BY_PROVIDER_KEY).unwrap_or_default()
    }
}
