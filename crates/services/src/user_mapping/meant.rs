//! Which directory each value of the target directory was taken for (D-01 to D-08).

use std::slice;

use domain::Provider;
use domain::people::Directory;
use rules::user_mapping::{Target, read_target};
use store::user_mapping::MappingVersion;

use super::edit::summary_of;

/// The names of the directories that the values of a version mean, in the order of its summary; empty where what is meant is still
/// to be said. `targets`: what may be written there, the connected directory, Local, and those that the intranet followed before.
pub(super) fn meant_targets(version: &MappingVersion, provider: Provider, targets: &[String]) -> Vec<String> {
    let old = targets.get(2..).unwrap_or_default();
    let values = summary_of(version).map_or(&[][..], |summary| summary.targets.as_slice());
    let names = values.iter().map(|target| meant(&target.value, provider, old));
    names.collect()
}

fn meant(value: &str, provider: Provider, old: &[String]) -> String {
    match read_target(value, provider, old).target {
        Target::Default | Target::Connected => provider.label().to_owned(),
        Target::Local => Directory::LOCAL.to_owned(),
        Target::Left => {
            let mut names = old.iter();
            let is_it =
                |name: &&String| read_target(value, provider, slice::from_ref(*name)).target == Target::Left;
            names.find(is_it).cloned().unwrap_or_default()
        }
        Target::Unclear => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_03_and_d_06_a_value_means_a_directory_of_this_name() {
        let old = ["Contoso Forest", "Old AD"].map(str::to_owned);
        for (value, name) in [
            ("", "Microsoft Entra ID"),
            ("AAD", "Microsoft Entra ID"),
            ("microsoft 365", "Microsoft Entra ID"),
            ("LOCAL", "Local"),
            ("old ad", "Old AD"),
            ("Okta", ""),
            ("Warehouse", ""),
        ] {
            assert_eq!(meant(value, Provider::Entra, &old), name, "{value:?}");
        }
    }
}
