//! Accounts that are in the way of a line: whoever has its new username without a line of their own (P-09 to P-11), and those
//! that are to become one with its account.

use domain::CustomerId;
use domain::people::Directory;
use domain::user_mapping::FindingCode;
use domain::views::{AccountEvidence, MappingHolder};
use rules::export::original_cell;
use rules::username;
use store::Tx;
use store::user_mapping::{FindingRow, ShownAccount};

use super::rows::named;
use crate::people::name_of;
use crate::when::when;
use crate::{ServiceError, Services};

impl Services {
    /// What People knows of an account; `username` stands for it where it has no name.
    pub(super) fn evidence(&self, account: ShownAccount, username: &str) -> AccountEvidence {
        let now = self.now();
        AccountEvidence {
            id: account.id.to_string(),
            name: name_of(&account.profile, username),
            state: account.state.label().to_owned(),
            directory: account.directory.unwrap_or_else(|| Directory::LOCAL.to_owned()),
            created: when(account.created_at, now),
            last_sign_in: account.last_sign_in_at.map(|at| when(at, now)),
        }
    }

    /// Whoever had the new username of a line when it was checked, as a finding about it says, and as they are now; `None`: it says
    /// nothing of that kind.
    pub(super) async fn holder(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        row: &FindingRow,
    ) -> Result<Option<MappingHolder>, ServiceError> {
        if !row.finding.code.names_holder() {
            return Ok(None);
        }
        let wanted = username::stored(&original_cell(&row.new));
        let named = named(row);
        // Beside a line about nobody it may be another one, who was probably meant.
        let told = row
            .other_account_id
            .filter(|_| row.account.is_some() || named.is_some());
        // The line's own word for it where the account is not kept beside it.
        let username = named.unwrap_or_else(|| wanted.as_str().to_owned());
        let key = username::key(&username::stored(&username));
        let account = store::user_mapping::shown_account(tx, customer, &key).await?;
        // Somebody else may have the username since.
        let account = account.filter(|account| told.is_none_or(|told| told == account.id));
        Ok(Some(MappingHolder {
            account: account.map(|account| self.evidence(account, &username)),
            has_it: username::same(&username, wanted.as_str()),
            is_active: row.finding.code == FindingCode::HeldByActive,
            username,
        }))
    }
}

/// The username that an account keeps which is one of several to become one, if a finding says so; `None` where the line keeps it
/// already.
pub(super) fn kept_username(row: &FindingRow) -> Option<String> {
    let is_one_of_several = matches!(row.finding.code, FindingCode::Merge | FindingCode::MergeByForm);
    let typed = || {
        username::stored(&original_cell(&row.existing))
            .as_str()
            .to_owned()
    };
    is_one_of_several
        .then(|| row.account_username.clone().unwrap_or_else(typed))
        .filter(|own| *own != row.new)
}
