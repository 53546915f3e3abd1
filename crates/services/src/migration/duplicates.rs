//! The watch for duplicates in the days after a migration, and their repair: whoever was there before goes on with the person
//! of the directory, and the newcomer's account is blocked. No content is deleted (A-07, M-20).

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::people::{AccountState, Block, BlockReason, BlockedBy, PeopleAccount};
use domain::views::LookalikeView;
use domain::{AccountId, Actor, CustomerId, Permission, UserError};
use serde_json::json;
use store::Tx;
use store::migration::{Lookalike, MigrationRun};

use super::make::nothing_under_way;
use super::refused;
use crate::people::name_of;
use crate::sync::account_write;
use crate::sync::control::no_open_run;
use crate::{ServiceError, Services};

/// For how long after a migration newcomers are compared with everybody who was there before.
const WATCH: TimeDelta = TimeDelta::days(30);
/// The most that are shown.
const SHOWN: i64 = 200;

impl Services {
    /// Accounts that came in the 30 days after the migration and look like somebody who was there before.
    pub async fn lookalikes(&self, actor: &Actor, slug: &str) -> Result<Vec<LookalikeView>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadPeople)
            .await?
            .id;
        let Some(since) = self
            .watched(&mut tx, customer)
            .await?
            .and_then(|run| run.committed_at)
        else {
            return Ok(Vec::new());
        };
        let (by_name, by_mail) = store::migration::lookalikes(&mut tx, customer, since, SHOWN).await?;
        let mut found: BTreeMap<(AccountId, AccountId), (Lookalike, bool, bool)> = BTreeMap::new();
        for (all, is_name) in [(by_name, true), (by_mail, false)] {
            for pair in all {
                let key = (pair.newcomer, pair.older);
                let entry = found.entry(key).or_insert((pair, false, false));
                entry.1 |= is_name;
                entry.2 |= !is_name;
            }
        }
        Ok(found
            .into_values()
            .map(|(pair, name, mail)| view(pair, (name, mail)))
            .collect())
    }

    /// The migration that is done and was not longer ago than duplicates are watched for.
    pub(super) async fn watched(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
    ) -> Result<Option<MigrationRun>, ServiceError> {
        let done = store::migration::last_done(tx, customer).await?;
        let now = self.now();
        Ok(done.filter(|run| run.committed_at.is_some_and(|at| now < at + WATCH)))
    }

    /// Decides that a newcomer is somebody who was there before. In one unit of work the older account gets the newcomer's
    /// person of the directory, its username and directory; the newcomer's account gets the older username and is blocked.
    pub async fn repair_duplicate(
        &self,
        actor: &Actor,
        slug: &str,
        (newcomer, older): (AccountId, AccountId),
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.migration_of(&mut tx, actor, slug).await?;
        no_open_run(&mut tx, customer).await?;
        nothing_under_way(&mut tx, customer).await?;
        let done = self.watched(&mut tx, customer).await?.ok_or(UserError::Changed)?;
        let [newcomer, older] = pair(&mut tx, customer, (newcomer, older)).await?;
        let is_newcomer = done
            .committed_at
            .is_some_and(|at| newcomer.created_at > at && older.created_at <= at);
        let are_active = [&newcomer, &older]
            .iter()
            .all(|account| account.state != AccountState::Blocked);
        if !is_newcomer || !are_active || newcomer.directory.external().is_none() {
            return Err(UserError::Changed.into());
        }
        if newcomer.is_administrator || older.is_administrator {
            return Err(refused(
                "Administrators are repaired by hand: nothing here may lock one out.",
            ));
        }
        if store::links::of_account(&mut tx, customer, older.id)
            .await?
            .is_some()
        {
            return Err(refused(format!(
                "{} is linked to a person of the directory already, so these are two people.",
                older.username.as_str()
            )));
        }
        let details = json!({
            "survivor": older.id, "blocked": newcomer.id,
            "before": { "survivor": older.username, "blocked": newcomer.username },
            "after": { "survivor": newcomer.username, "blocked": older.username },
        });
        let about = older.id.to_string();
        self.swap(&mut tx, customer, newcomer, older).await?;
        self.record(&mut tx, actor, Some(customer), "account.repair", &about, &details)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn swap(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        mut newcomer: PeopleAccount,
        mut older: PeopleAccount,
    ) -> Result<(), ServiceError> {
        let now = self.now();
        let ids = [newcomer.id, older.id];
        store::links::hand_on(tx, customer, (newcomer.id, older.id), now).await?;
        std::mem::swap(&mut newcomer.username, &mut older.username);
        std::mem::swap(&mut newcomer.username_key, &mut older.username_key);
        older.directory = newcomer.directory;
        newcomer.state = AccountState::Blocked;
        newcomer.block = Some(Block {
            by: BlockedBy::Administrator,
            reason: BlockReason::ByAdministrator,
        });
        store::accounts::step_aside(tx, customer, &ids).await?;
        let written = store::accounts::update(
            tx,
            customer,
            &[account_write(newcomer), account_write(older)],
            now,
        )
        .await?;
        if written != 2 {
            return Err(UserError::Changed.into());
        }
        Ok(())
    }
}

async fn pair(
    tx: &mut Tx,
    customer: CustomerId,
    (newcomer, older): (AccountId, AccountId),
) -> Result<[PeopleAccount; 2], ServiceError> {
    let newcomer = store::accounts::find(tx, customer, newcomer).await?;
    let older = store::accounts::find(tx, customer, older).await?;
    match (newcomer, older) {
        (Some(newcomer), Some(older)) => Ok([newcomer, older]),
        _ => Err(UserError::NotFound.into()),
    }
}

fn view(pair: Lookalike, same: (bool, bool)) -> LookalikeView {
    let why = match same {
        (true, true) => "Same name and e-mail address",
        (true, false) => "Same name",
        _ => "Same e-mail address",
    };
    LookalikeView {
        newcomer: pair.newcomer.to_string(),
        newcomer_name: name_of(&pair.newcomer_profile, &pair.newcomer_username),
        newcomer_username: pair.newcomer_username,
        older: pair.older.to_string(),
        older_name: name_of(&pair.older_profile, &pair.older_username),
        older_username: pair.older_username,
        why: why.to_owned(),
    }
}
