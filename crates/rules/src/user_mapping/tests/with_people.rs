//! Files beside accounts and people.

use domain::user_mapping::{Coverage, Finding, FindingCode, Severity};

use super::{Found, Scene};
use crate::user_mapping::{AccountNow, AccountPlace, Check, PersonFound, Rename, Surroundings, layout};

/// An active account of the old directory that signs in.
pub(super) fn account(username: &str) -> AccountNow<'_> {
    AccountNow {
        username,
        email: "",
        first_name: "",
        surname: "",
        place: AccountPlace::Before,
        is_blocked: false,
        is_administrator: false,
        is_recovery: false,
        has_signed_in: true,
    }
}

/// Somebody enabled and in a synchronised group.
pub(super) fn person(username: &str) -> PersonFound<'_> {
    PersonFound {
        username,
        others: ["", ""],
        first_name: "",
        surname: "",
        is_enabled: true,
        is_in_scope: true,
        is_guest: false,
    }
}

/// What a check found.
pub(super) struct Beside {
    pub findings: Vec<Finding>,
    /// Line, severity and code of each.
    pub said: Vec<(u64, Severity, FindingCode)>,
    pub renames: Vec<Rename>,
    pub coverage: Coverage,
}

/// Checks lines below the headings.
pub(super) fn beside(accounts: &[AccountNow<'_>], people: &[PersonFound<'_>], lines: &str) -> Beside {
    let scene = Scene::default();
    let text = ["existing_username,new_username,target_directory", lines, ""].join("\n");
    let layout = layout(&text, None).expect("a layout");
    let around = Surroundings {
        provider: scene.provider,
        by_sign_in_name: true,
        domains: &scene.domains,
    };
    let mut all = Found::default();
    let mut check = Check::new(&layout, around, &scene.old, scene.limit, scene.seed).comparing();
    check.feed(&text, &mut all).expect("readable");
    for account in accounts {
        check.account(account);
    }
    for person in people {
        check.person(person);
    }
    let checked = check.finish(&mut all).expect("readable");
    let mut findings = all.0;
    findings.sort_by_key(|finding| finding.line);
    let said = findings
        .iter()
        .map(|finding| (finding.line, finding.severity, finding.code))
        .collect();
    Beside {
        findings,
        said,
        renames: checked.renames.iter().collect(),
        coverage: checked.renames.coverage(),
    }
}
