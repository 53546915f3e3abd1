//! P-01 to P-20, R-09, R-19, R-20, F-33, D-06, D-10: lines beside People.

use domain::user_mapping::Coverage;
use domain::user_mapping::FindingCode as C;
use domain::user_mapping::RenameKind as K;
use domain::user_mapping::Severity::{self, Error, Notice, Warning};

use super::Scene;
use super::with_people::{Beside, account, beside};
use crate::user_mapping::{AccountNow, AccountPlace};

const OLD: &str = "Active Directory (contoso.local)";

/// An administrator who stays, so that the plan as a whole is none of the test's business.
fn break_glass() -> AccountNow<'static> {
    AccountNow {
        is_administrator: true,
        is_recovery: true,
        place: AccountPlace::Local,
        ..account("break-glass")
    }
}

/// What is said about the lines because of People.
fn said(accounts: &[AccountNow<'_>], lines: &str) -> Vec<(u64, Severity, C)> {
    let mut all = accounts.to_vec();
    all.push(break_glass());
    beside(&all, &[], lines).said
}

#[test]
fn p_01_an_account_that_is_not_there() {
    let found = said(&[account("jsmith")], "jsmit,j.smith@contoso.com,");
    assert_eq!(found, [(2, Error, C::NotFound)]);
    assert_eq!(said(&[account("jsmith")], "jsmith,j.smith@contoso.com,"), []);
}

#[test]
fn p_02_to_p_05_states_of_accounts() {
    let blocked = AccountNow {
        is_blocked: true,
        ..account("gone")
    };
    assert_eq!(
        said(
            &[blocked, account("here")],
            "gone,g@contoso.com,\nhere,h@contoso.com,"
        ),
        [(2, Notice, C::BlockedAccount)],
        "P-05: one of the old directory is the normal case"
    );
    // P-03: a frozen account is an active one here: freezing ends by itself.
    let there = AccountNow {
        place: AccountPlace::Connected,
        ..account("there")
    };
    assert_eq!(
        said(&[there], "there,t@contoso.com,Entra"),
        [(2, Notice, C::AlreadyThere)]
    );
    assert_eq!(
        said(&[there], "there,there,Local"),
        [(2, Notice, C::BecomesLocal)],
        "D-10"
    );
}

#[test]
fn p_06_accounts_of_services() {
    for name in [
        "svc-backup",
        "kiosk.reception",
        "shared_mail",
        "no-reply",
        "CONTOSO\\svc.print",
    ] {
        let found = said(&[account(name)], &[name, "a@contoso.com,"].join(","));
        assert!(
            found.contains(&(2, Warning, C::SharedAccount)),
            "{name}: {found:?}"
        );
        assert!(
            !said(&[account(name)], &[name, name, "Local"].join(",")).contains(&(
                2,
                Warning,
                C::SharedAccount
            )),
            "{name}"
        );
    }
    assert_eq!(said(&[account("botticelli")], "botticelli,b@contoso.com,"), []);
}

#[test]
fn p_07_and_p_08_whoever_gets_in_when_nothing_else_works() {
    for line in [
        "break-glass,bg@contoso.com,",
        "break-glass,bg,Local",
        "break-glass,Break-Glass,Local",
    ] {
        let found = said(&[], line);
        assert!(
            found.contains(&(2, Error, C::RecoveryAccount)),
            "{line}: {found:?}"
        );
    }
    assert_eq!(said(&[], "break-glass,break-glass,Local"), []);
    // Another administrator may move, and the last one may not.
    let other = AccountNow {
        is_recovery: false,
        ..break_glass()
    };
    let alone = beside(&[other], &[], "break-glass,bg@contoso.com,");
    assert_eq!(alone.said, [(0, Error, C::NoLocalAdministrator)]);
    let two = beside(
        &[
            other,
            AccountNow {
                username: "second",
                ..other
            },
        ],
        &[],
        "second,s@contoso.com,",
    );
    assert_eq!(two.said, []);
    let becomes = AccountNow {
        place: AccountPlace::Before,
        ..other
    };
    let becomes = beside(&[becomes], &[], "break-glass,break-glass,Local");
    assert_eq!(becomes.said, [(2, Notice, C::BecomesLocal)]);
}

#[test]
fn p_07_and_r_19_another_letter_case_in_both_cells_is_a_rename() {
    // Whether the recovery account is protected, and what the line does.
    let seen = |line: &str| {
        let beside = beside(&[break_glass()], &[], line);
        let is_refused = beside.said.iter().any(|(.., code)| *code == C::RecoveryAccount);
        (is_refused, beside.renames[0].kind)
    };
    assert_eq!(seen("break-glass,break-glass,Local"), (false, K::Unchanged));
    assert_eq!(seen("BREAK-GLASS,BREAK-GLASS,Local"), (true, K::CaseOnly));
    assert_eq!(seen("BREAK-GLASS,Break-Glass,Local"), (true, K::CaseOnly));
    // What People has already.
    assert_eq!(seen("BREAK-GLASS,break-glass,Local"), (false, K::Unchanged));
    assert_eq!(
        seen("BREAK-GLASS,,Local"),
        (false, K::Unchanged),
        "R-02: it keeps the username as it is"
    );
    let left = ["BREAK-GLASS,BREAK-GLASS,", OLD].concat();
    assert_eq!(
        seen(&left),
        (true, K::Unchanged),
        "D-06: nothing becomes of it, but it has to be local"
    );
}

#[test]
fn p_09_to_p_12_somebody_has_the_new_username() {
    let holder = account("b@contoso.com");
    let line = "anna,b@contoso.com,";
    let all = [account("anna"), holder];
    assert_eq!(said(&all, line), [(2, Error, C::HeldByActive)]);
    let blocked = AccountNow {
        is_blocked: true,
        ..holder
    };
    assert_eq!(
        said(&[account("anna"), blocked], line),
        [(2, Error, C::HeldByBlocked)]
    );
    let synced = AccountNow {
        place: AccountPlace::Connected,
        ..holder
    };
    assert_eq!(
        said(&[account("anna"), synced], line),
        [(2, Error, C::HeldBySync)]
    );
    assert_eq!(
        said(&[account("anna")], line),
        [],
        "P-12: a username that nobody has is free"
    );
    let own = account("ANNA@contoso.com");
    assert_eq!(
        said(&[own], "ANNA@contoso.com,anna@contoso.com,"),
        [],
        "R-05: not by itself"
    );
}

#[test]
fn x_09_a_chain_whose_head_is_held_is_held_up() {
    let all = [
        account("a@x.org"),
        account("b@x.org"),
        account("c@x.org"),
        break_glass(),
    ];
    let beside = beside(&all, &[], "a@x.org,b@x.org,\nb@x.org,c@x.org,");
    assert_eq!(
        beside.said,
        [(2, Error, C::BecauseOf), (3, Error, C::HeldByActive)]
    );
    let kinds: Vec<K> = beside.renames.iter().map(|rename| rename.kind).collect();
    assert_eq!(kinds, [K::Blocked, K::Blocked]);
    let other = beside.renames.get(1).and_then(|rename| rename.other_account);
    assert_eq!(other, Some(2), "whoever has it is named");
}

#[test]
fn p_13_every_active_account_is_decided_about() {
    let all = [
        account("mapped"),
        account("stays"),
        account("left"),
        account("forgotten"),
        AccountNow {
            is_administrator: true,
            ..account("boss")
        },
        AccountNow {
            is_blocked: true,
            ..account("gone")
        },
        AccountNow {
            place: AccountPlace::Connected,
            ..account("new@contoso.com")
        },
        break_glass(),
    ];
    let lines = [
        "mapped,m@contoso.com,",
        "stays,,Local",
        &["left,,", OLD].concat(),
        "break-glass,,Local",
    ]
    .join("\n");
    let Beside { coverage, said, .. } = beside(&all, &[], &lines);
    let expected = Coverage {
        active: 7,
        mapped: 1,
        local: 2,
        left: 1,
        there: 1,
        undecided: 2,
        undecided_administrators: 1,
        blocked_left_out: 1,
        ..Coverage::default()
    };
    assert_eq!(coverage, expected);
    assert!(said.contains(&(4, Warning, C::LeftBehind)), "D-06: {said:?}");
    let renamed = beside_left("left,another,");
    assert!(
        renamed.contains(&(2, Error, C::OldDirectory)),
        "D-06: {renamed:?}"
    );
}

fn beside_left(line: &str) -> Vec<(u64, Severity, C)> {
    said(&[account("left")], &[line, OLD].concat())
}

#[test]
fn p_14_a_file_of_people_who_left() {
    let never = AccountNow {
        has_signed_in: false,
        ..account("never")
    };
    let gone = AccountNow {
        is_blocked: true,
        ..account("gone")
    };
    let all = [never, gone, account("here")];
    let few = "never,n@contoso.com,\nhere,h@contoso.com,";
    assert_eq!(said(&all, few), []);
    let many = [few, "gone,g@contoso.com,"].join("\n");
    assert_eq!(
        said(&all, &many),
        [(0, Notice, C::Dormant), (4, Notice, C::BlockedAccount)]
    );
}

#[test]
fn p_15_and_r_19_letter_case_of_the_existing_username() {
    assert_eq!(
        said(&[account("JSmith")], "jsmith,j@contoso.com,"),
        [(2, Notice, C::FoundByFolding)]
    );
    let pair = [account("JSmith"), account("jsmith")];
    assert_eq!(said(&pair, "JSMITH,j@contoso.com,"), [(2, Error, C::TwoAccounts)]);
    let exact = beside(&pair, &[], "jsmith,j@contoso.com,");
    assert_eq!(
        exact.renames[0].account,
        Some(1),
        "the exact one picks its account"
    );
}

#[test]
fn p_16_and_p_20_addresses_of_other_accounts() {
    let shared = |name| AccountNow {
        email: "team@contoso.com",
        ..account(name)
    };
    let all = [shared("anna"), shared("bob"), account("carol")];
    let lines = "anna,a@contoso.com,\nbob,b@contoso.com,\ncarol,team@contoso.com,";
    assert_eq!(
        said(&all, lines),
        [
            (2, Warning, C::SameAddress),
            (3, Warning, C::SameAddress),
            (4, Warning, C::IsAnAddress)
        ]
    );
    let own = AccountNow {
        email: "anna@contoso.com",
        ..account("anna")
    };
    assert_eq!(
        said(&[own], "anna,anna@contoso.com,"),
        [],
        "one’s own address is the usual case"
    );
}

#[test]
fn r_09_r_20_f_33_what_was_probably_meant() {
    let smith = AccountNow {
        email: "j.smith@contoso.com",
        ..account("jsmith")
    };
    let meant = |line: &str| {
        let beside = beside(&[smith, account("00123"), break_glass()], &[], line);
        let other = beside.renames[0].other_account;
        (beside.said, other)
    };
    let (found, other) = meant("CONTOSO\\jsmith,a@contoso.com,");
    assert_eq!(found, [(2, Error, C::MeantBehindDomain)]);
    assert_eq!(other, Some(0));
    assert_eq!(
        meant("j.smith@contoso.com,a@contoso.com,"),
        (vec![(2, Error, C::MeantAddress)], Some(0))
    );
    assert_eq!(
        meant("123,a@contoso.com,"),
        (vec![(2, Error, C::MeantZeros)], Some(1))
    );
    let bare = said(&[account("CONTOSO\\jsmith")], "jsmith,a@contoso.com,");
    assert_eq!(bare, [(2, Error, C::MeantBehindDomain)], "the other way round");
    let address = said(&[account("jsmith@contoso.com")], "jsmith,a@contoso.com,");
    assert_eq!(address, [(2, Error, C::MeantBehindDomain)], "R-20: the reverse");
    let both = "jsmith,a@contoso.com,\njsmith@contoso.com,b@contoso.com,";
    let both = said(&[account("jsmith@contoso.com")], both);
    assert_eq!(both, [(2, Error, C::NotFound)], "that one has a line of its own");
    let exact = said(&[account("CONTOSO\\jsmith")], "CONTOSO\\jsmith,a@contoso.com,");
    assert_eq!(exact, [], "R-09: the exact one first");
}

#[test]
fn the_other_account_is_the_one_that_is_spoken_of() {
    let all = [
        account("CONTOSO\\null"),
        account("null"),
        account("admin"),
        break_glass(),
    ];
    let other =
        |accounts: &[AccountNow<'_>], line: &str| beside(accounts, &[], line).renames[0].other_account;
    // Nobody was meant where the account is there, whatever others are called.
    assert_eq!(other(&all, "CONTOSO\\null,admin,"), Some(2));
    // Both are spoken of: the correction needs the one that was meant.
    let without_bare = [all[0], all[2], all[3]];
    let both = beside(&without_bare, &[], "null,Admin,Local");
    let errors: Vec<C> = both.said.iter().map(|(.., code)| *code).collect();
    assert!(
        errors.contains(&C::MeantBehindDomain) && errors.contains(&C::HeldByActive),
        "{errors:?}"
    );
    assert_eq!(other(&without_bare, "null,Admin,Local"), Some(0));
}

#[test]
fn nothing_is_compared_where_nobody_is_told() {
    let (checked, found) = Scene::default()
        .check("existing_username,new_username\nanna,anna@contoso.com\n")
        .expect("read");
    assert_eq!(found, []);
    assert_eq!(checked.renames.coverage(), Coverage::default());
}
