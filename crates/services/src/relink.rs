//! I-07: somebody was deleted in the directory and made again, under a new object id. Whether they are the same person
//! only a person can say.

use domain::sync::{ChangeKind, Reason};
use domain::{Actor, Permission, UserError};
use serde_json::json;
use store::run_list::ListedChange;

use crate::migration::nothing_under_way;
use crate::sync::control::no_open_run;
use crate::{ServiceError, Services};

impl Services {
    /// Decides that whoever a run has disputed is the person their account belonged to: links the account, with its
    /// content, to the new directory object. `seq` names the change of run `number`. Refused while the directory still
    /// holds the person the account is linked to, because then they are two.
    pub async fn relink(&self, actor: &Actor, slug: &str, number: i64, seq: i64) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::DecideHeldRun)
            .await?
            .id;
        // Whoever starts a run waits for this lock, so that no plan is made on the old link meanwhile.
        store::customers::lock(&mut tx, customer).await?;
        no_open_run(&mut tx, customer).await?;
        nothing_under_way(&mut tx, customer).await?;
        let run = store::runs::by_number(&mut tx, customer, number)
            .await?
            .ok_or(UserError::NotFound)?;
        let change = store::run_list::change(&mut tx, customer, run.id, seq).await?;
        let change = change.filter(is_recreated).ok_or(UserError::NotFound)?;
        let (Some(new), Some(account)) = (change.object_id, change.account) else {
            return Err(UserError::NotFound.into());
        };
        let link = store::links::of_account(&mut tx, customer, account).await?;
        let Some(link) = link.filter(|link| link.directory == run.directory) else {
            return Err(UserError::Changed.into());
        };
        let taken = store::links::of_object(&mut tx, customer, run.directory, &new).await?;
        if taken.is_some() {
            return Err(UserError::Changed.into());
        }
        let old = store::found_list::by_object(&mut tx, customer, run.directory, &link.object_id).await?;
        if old.is_some_and(|person| person.present) {
            let message = "The directory still holds the person this account is linked to, so these are two people. \
                           Give one of them another username.";
            return Err(UserError::field("seq", message).into());
        }
        let found = store::found_list::by_object(&mut tx, customer, run.directory, &new).await?;
        if !found.is_some_and(|person| person.present) {
            return Err(UserError::Changed.into());
        }
        store::accounts::count_change(&mut tx, customer).await?;
        store::links::relink(&mut tx, customer, account, (&link, &new), self.now()).await?;
        // An approved mapping was checked beside the old link, and no run tells of this (P-17).
        self.tell_drifted(&mut tx, customer).await?;
        let details = json!({ "before": link.object_id, "after": new, "run": number });
        let object = account.to_string();
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "account.relink",
            &object,
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Whether a change is one that this decides.
pub(crate) fn is_recreated(change: &ListedChange) -> bool {
    change.kind == ChangeKind::Dispute && matches!(change.reason, Reason::LinkedElsewhere { .. })
}
