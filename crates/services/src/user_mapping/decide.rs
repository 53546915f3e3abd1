//! Whether a decision about accounts without a line can be one. Pages offer no others; but a form may be forged, and somebody may
//! have been blocked, or got a line, since the page was read. A version that says what the one before says would take a
//! submission back for nothing.

use domain::user_mapping::{DecidedAbout, Decision, MappingEdit, MappingSummary};
use domain::{CustomerId, UserError};
use store::Tx;
use store::user_mapping::{MappingVersion, Undecided};

use super::MappingShown;
use super::edit::new_error;
use crate::ServiceError;

/// Refuses a decision about accounts and proposals as they were before the version was checked again (P-17).
pub(super) fn is_as_shown(
    edit: &MappingEdit,
    shown: MappingShown,
    version: &MappingVersion,
) -> Result<(), UserError> {
    if matches!(edit, MappingEdit::Decide { .. }) && !shown.is(version) {
        Err(UserError::Changed)
    } else {
        Ok(())
    }
}

/// Refuses what cannot be decided together, and about nobody.
pub(super) fn may_be_decided(
    (about, decision): (&DecidedAbout, &Decision),
    summary: &MappingSummary,
) -> Result<(), UserError> {
    match (about, decision) {
        (DecidedAbout::One { .. }, Decision::Username { new }) => new_error(new),
        (DecidedAbout::One { .. }, _) => Ok(()),
        // One username for many would be a merge; and of a class, its proposals are what is accepted.
        (_, Decision::Username { .. }) | (DecidedAbout::Class { .. }, Decision::Local | Decision::Left) => {
            Err(UserError::Changed)
        }
        (DecidedAbout::Class { class }, Decision::Proposed) => {
            let mut proposed = summary.proposed.iter();
            if proposed.any(|(of, accounts)| of == class && *accounts > 0) {
                return Ok(());
            }
            let words = format!(
                "Nobody is left whose proposal is “{}” and may be accepted together with others. Reload the page and look \
                 again. Nothing was saved.",
                class.label()
            );
            Err(UserError::field("class", words))
        }
        (DecidedAbout::Rest, _) if summary.coverage.undecided_together() == 0 => Err(UserError::field(
            "everybody",
            "Nobody but administrators is undecided, and they are decided about one by one. Nothing was saved.",
        )),
        (DecidedAbout::Rest, _) => Ok(()),
    }
}

/// Refuses a decision about somebody who is not undecided any more, and one that can do nothing for them.
pub(super) async fn decides_about_somebody(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    edit: &MappingEdit,
) -> Result<(), ServiceError> {
    let MappingEdit::Decide {
        about: DecidedAbout::One { account },
        decision,
    } = edit
    else {
        return Ok(());
    };
    let directory = store::directories::current(tx, customer).await?;
    let whose = (customer, directory.ok_or(UserError::NotFound)?.id);
    let one = store::user_mapping::one_undecided(tx, whose, version, *account).await?;
    let one = one.ok_or_else(|| {
        UserError::field(
            "undecided",
            "This account is not to be decided about any more: it was blocked or moved, or a line is about it. Reload the page \
             and look again. Nothing was saved.",
        )
    })?;
    if is_possible(&one, decision) {
        Ok(())
    } else {
        Err(UserError::Changed.into())
    }
}

const fn is_possible(one: &Undecided, decision: &Decision) -> bool {
    match decision {
        Decision::Proposed => one.proposal.is_some(),
        Decision::Left => one.directory.is_some(),
        Decision::Username { .. } | Decision::Local => true,
    }
}
