//! D-01 to D-08.

use domain::Provider;
use domain::user_mapping::FindingCode as C;
use domain::user_mapping::Severity::{Error, Warning};

use super::{Scene, line};
use crate::user_mapping::target::read;
use crate::user_mapping::{Target, kept_target, said};

#[test]
fn d_01_to_d_08_what_a_value_means() {
    let old = [
        "Active Directory (contoso.local)".to_owned(),
        "Head Office".to_owned(),
    ];
    let clear = |value: &str, provider, target| {
        let read = read(value, provider, &old);
        assert_eq!((read.target, read.finding), (target, None), "{value}");
    };
    let told = |value: &str, severity, code, text: &str| {
        let read = read(value, Provider::Entra, &old);
        assert_eq!(read.target, Target::Unclear, "{value}");
        assert_eq!(read.finding, Some((severity, code, text.to_owned())), "{value}");
    };
    clear("", Provider::Okta, Target::Default);
    clear("  ", Provider::Okta, Target::Default);
    for value in ["Local", "local", " LOCAL "] {
        clear(value, Provider::Entra, Target::Local);
    }
    for value in [
        "Azure",
        "Azure AD",
        "AzureAD",
        "AAD",
        "Entra",
        "Entra ID",
        "EntraID",
        "Microsoft Entra ID",
        "Microsoft 365",
        "O365",
        "Azure/Entra",
        "ENTRA-ID",
    ] {
        clear(value, Provider::Entra, Target::Connected);
        let other = read(value, Provider::Okta, &old);
        assert!(
            matches!(other.finding, Some((Error, C::OtherProvider, _))),
            "D-04 {value}: {other:?}"
        );
    }
    clear("okta", Provider::Okta, Target::Connected);
    told("Okta", Error, C::OtherProvider, "Okta");
    told("Warehouse", Warning, C::UnknownTarget, "Warehouse");
    told("AD", Warning, C::AmbiguousTarget, "AD");
    for value in ["head office", "active directory (contoso.local)"] {
        let left = read(value, Provider::Entra, &old);
        assert_eq!(left.target, Target::Left, "D-06 {value}");
        assert_eq!(left.finding, Some((Warning, C::LeftBehind, value.to_owned())));
    }
    for value in ["delete", "Leaver", "n/a", "-", "x", "none"] {
        told(value, Error, C::DeletionWord, value);
    }
    told("Entar", Warning, C::TargetSlip, "Microsoft Entra ID");
    told("Locl", Warning, C::TargetSlip, "Local");
    let slip = read("Otka", Provider::Okta, &old);
    assert_eq!(slip.finding, Some((Warning, C::TargetSlip, "Okta".to_owned())));
}

#[test]
fn every_distinct_value_is_counted_once() {
    let text = "existing_username,new_username,target_directory\na,a@x.org,\nb,b@x.org,Entra\nc,c@x.org, Entra \nd,d,Local\ne,e@x.org,Warehouse\nf,f@x.org,Warehouse\n";
    let (checked, found) = Scene::default().check(text).expect("read");
    let counts: Vec<(&str, u64)> = checked
        .targets
        .iter()
        .map(|target| (target.value.as_str(), target.lines))
        .collect();
    assert_eq!(counts, [("", 1), ("Entra", 2), ("Local", 1), ("Warehouse", 2)]);
    assert_eq!(found.len(), 2, "each line with it is found: {found:?}");
}

#[test]
fn more_values_than_a_column_of_directories_has() {
    // Known ones between them, with blanks and without.
    let known = ["Local", " Local ", "", "Local"];
    let targets = (0..1_200).flat_map(|n| {
        let one = known
            .get(n % 5)
            .map_or_else(|| format!("Nowhere {n}"), ToString::to_string);
        [one, format!("Elsewhere {n}")]
    });
    let mut lines = vec!["existing_username,new_username,target_directory".to_owned()];
    lines.extend(
        targets
            .enumerate()
            .map(|(n, target)| format!("a{n},a{n}@contoso.com,{target}")),
    );
    let text = lines.join("\n");
    let checked = Scene::default().check(&text).expect("checked");
    let targets = &checked.0.targets;
    assert_eq!(targets.len(), 1_000);
    let lines_of = |value: &str| {
        let mut all = targets.iter().filter(|target| target.value == value);
        (all.next().map(|target| target.lines), all.next().is_none())
    };
    assert_eq!(lines_of("Local"), (Some(720), true));
    assert_eq!(lines_of(""), (Some(240), true));
    assert_eq!(lines_of("Nowhere 4"), (Some(1), true));
    assert_eq!(lines_of("Elsewhere 1199"), (None, true));
}

#[test]
fn d_02_and_f_28_blanks_around_a_value_are_none_of_it() {
    let blanks = " ".repeat(250);
    let unclear = [(Warning, C::NotAPrincipalName), (Warning, C::UnknownTarget)];
    for (value, target, told) in [
        ([blanks.as_str(), "Local"].concat(), Target::Local, &[][..]),
        (["Local", blanks.as_str()].concat(), Target::Local, &[][..]),
        (
            [blanks.as_str(), "Warehouse"].concat(),
            Target::Unclear,
            &unclear[..],
        ),
        (
            blanks.clone(),
            Target::Default,
            &[(Error, C::NotAPrincipalName)][..],
        ),
    ] {
        assert_eq!(line(&["anna,anna,", &value].concat()), told);
        // What is kept beside the file, and carried out, is the same.
        let kept = kept_target(&value);
        assert!(kept.chars().count() <= 200, "{kept}");
        assert_eq!(said("", &kept, Provider::Entra, &[]).1, target);
    }
}
