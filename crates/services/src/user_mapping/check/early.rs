//! Who is probably whose owner before there is any mapping: for the list to fill in. Each check finds it out anew.

use domain::CustomerId;
use rand::RngCore;
use rules::proposals::{Proposal, Proposals};
use store::user_mapping::NewProposal;

use super::{BATCH, Beside, Known, PAGE, at};
use crate::{ServiceError, Services};

impl Services {
    /// Notes who is proposed for whom while nobody has begun a mapping, by People and the directory as they are now.
    pub(in crate::user_mapping) async fn propose_early(
        &self,
        customer: CustomerId,
    ) -> Result<(), ServiceError> {
        let Some(known) = self.known_for_mapping(customer).await? else {
            return Ok(());
        };
        let mut beside = Beside::default();
        let proposing = self.all_people(customer, &known, &mut beside).await?;
        let work = tokio::task::spawn_blocking(move || proposing.finish());
        let proposals = work
            .await
            .map_err(|error| ServiceError::internal("proposing usernames", error))?;
        let mut tx = self.db().begin().await?;
        store::customers::take_turn(&mut tx, customer).await?;
        // Somebody has begun one meanwhile: its check says who is proposed.
        if store::user_mapping::latest(&mut tx, customer).await?.is_some() {
            return Ok(());
        }
        store::user_mapping::forget_proposals(&mut tx, customer).await?;
        for chunk in proposals.chunks(BATCH) {
            let new: Vec<NewProposal> = chunk
                .iter()
                .filter_map(|proposal| unclaimed(&beside, proposal))
                .collect();
            store::user_mapping::insert_proposals(&mut tx, customer, &new).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Tells the rules of all accounts and of everybody in the directory.
    async fn all_people(
        &self,
        customer: CustomerId,
        known: &Known,
        beside: &mut Beside,
    ) -> Result<Proposals, ServiceError> {
        let seed = rand::rng().next_u64();
        let mut proposing = Proposals::new(seed, false);
        let mut after = None;
        loop {
            let mut tx = self.db().read().await?;
            let page = store::user_mapping::accounts_beside(&mut tx, customer, after, PAGE).await?;
            drop(tx);
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for account in page {
                let place = u32::try_from(beside.accounts.len()).unwrap_or(u32::MAX);
                beside.accounts.push(account.id);
                proposing.account(&known.account(account).to_propose(place));
            }
        }
        let mut after = 0;
        loop {
            let mut tx = self.db().read().await?;
            let page = store::found_list::page(&mut tx, known.among(customer), after, PAGE).await?;
            drop(tx);
            let Some(last) = page.last() else { break };
            after = last.row_no;
            for person in page {
                let place = u32::try_from(beside.people.len()).unwrap_or(u32::MAX);
                beside.people.push(person.row_no);
                proposing.person(&known.person(person).to_propose(place));
            }
        }
        Ok(proposing)
    }
}

/// A proposal while there are no lines that could name the person.
fn unclaimed(beside: &Beside, proposal: &Proposal) -> Option<NewProposal> {
    Some(NewProposal {
        account: at(&beside.accounts, Some(proposal.account))?,
        person: at(&beside.people, Some(proposal.person))?,
        class: proposal.class,
        reason: proposal.reason,
        by_hand: proposal.by_hand,
        unclaimed: true,
    })
}
