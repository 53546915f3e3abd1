//! Between comparing and guarding: who must wait for a licence (L-08), and which managers leave (L-10).

use domain::sync::{ChangeKind, ChangeState};
use rules::sync::licences::share;
use store::Tx;

use super::Running;
use super::stop::Stop;

impl Running<'_> {
    /// Lets those wait for whom no licence is free.
    pub(super) async fn share_licences(&self, tx: &mut Tx) -> Result<(), Stop> {
        let Some(licences) = self.settings.limits.licences else {
            return Ok(());
        };
        let planned = store::changes::counts(tx, self.customer, self.run.id).await?;
        let of = |wanted: ChangeKind| -> u64 {
            planned
                .iter()
                .filter(|(kind, state, _)| *kind == wanted && *state == ChangeState::Planned)
                .map(|(_, _, n)| *n)
                .sum()
        };
        let accounts = store::accounts::counts(tx, self.customer).await?;
        let active = u64::try_from(accounts.active).unwrap_or(0);
        let (leaving, back, new) = (
            of(ChangeKind::Block),
            of(ChangeKind::Unblock),
            of(ChangeKind::Create),
        );
        let may = share(u64::from(licences), active, leaving, back, new);
        if may.back < back || may.new < new {
            store::changes::wait_for_licence(tx, self.customer, self.run.id, may.back, may.new).await?;
        }
        Ok(())
    }

    /// Says which of those who leave have people who report to them.
    pub(super) async fn note_leaving_managers(&self, tx: &mut Tx) -> Result<(), Stop> {
        let notes = store::changes::leaving_managers(tx, self.customer, self.run.id).await?;
        store::changes::insert(tx, self.customer, self.run.id, &notes, self.services.now()).await?;
        Ok(())
    }
}
