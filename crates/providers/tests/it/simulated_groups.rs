//! Groups, their members and one person's own groups, against the simulator (U-01, U-04, C-10).

use std::collections::BTreeSet;

use domain::ObjectId;
use providers::{DirectoryReader, Next, ProviderError};
use simulator::{Kind, Options};

use crate::simulated::{connect, present, start};

async fn members_of(
    reader: &dyn DirectoryReader,
    group: &str,
    nested: bool,
) -> Result<Vec<String>, ProviderError> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = reader
            .members(&ObjectId::new(group), nested, cursor.as_ref())
            .await?;
        all.extend(
            page.items
                .into_iter()
                .filter(|member| member.is_user)
                .map(|member| member.object_id.0),
        );
        match page.next {
            Next::Page(next) => cursor = Some(next),
            Next::End { .. } => return Ok(all),
        }
    }
}

/// What somebody's own list of groups says is what the groups' lists of members say.
async fn own_groups_agree(
    simulator: &simulator::Simulator,
    reader: &dyn DirectoryReader,
    kind: Kind,
    somebody: &str,
    theirs: &str,
) {
    let somebody = ObjectId::new(somebody);
    for nested in [false, true] {
        let (mut own, mut cursor) = (BTreeSet::new(), None);
        loop {
            let page = reader
                .groups_of(&somebody, nested, cursor.as_ref())
                .await
                .expect("groups");
            own.extend(page.items.into_iter().map(|group| group.0));
            match page.next {
                Next::Page(next) => cursor = Some(next),
                Next::End { .. } => break,
            }
        }
        assert!(own.contains(theirs), "{own:?}");
        for group in simulator.control().groups(kind) {
            let members = members_of(reader, &group.id, nested).await;
            let Ok(members) = members else { continue };
            let is_member = members.contains(&somebody.0);
            assert_eq!(
                own.contains(&group.id),
                is_member,
                "{} (nested: {nested})",
                group.name
            );
        }
    }
}

async fn groups_are_read(kind: Kind) {
    let simulator = start(Options::default()).await;
    simulator.control().limit_page_size(kind, Some(20));
    let reader = connect(&simulator, kind);
    let (mut read, mut cursor) = (BTreeSet::new(), None);
    loop {
        let page = reader.groups(cursor.as_ref()).await.expect("groups");
        read.extend(
            page.items
                .into_iter()
                .map(|group| (group.object_id.0, group.name)),
        );
        match page.next {
            Next::Page(next) => cursor = Some(next),
            Next::End { .. } => break,
        }
    }
    let expected = simulator
        .control()
        .groups(kind)
        .into_iter()
        .map(|group| (group.id, group.name))
        .collect();
    assert_eq!(read, expected);

    let intranet = simulator
        .control()
        .group(kind, "Intranet users")
        .expect("the scope group");
    let members = members_of(reader.as_ref(), &intranet.id, false)
        .await
        .expect("members");
    let people: BTreeSet<String> = present(&simulator, kind);
    let expected: BTreeSet<String> = intranet
        .members
        .into_iter()
        .filter(|id| people.contains(id))
        .collect();
    assert_eq!(members.iter().cloned().collect::<BTreeSet<_>>(), expected);
    let count = reader
        .member_counts(&ObjectId::new(intranet.id.clone()))
        .await
        .expect("count");
    assert!(
        count
            .direct
            .is_some_and(|count| count >= u64::try_from(expected.len()).expect("small")),
        "{count:?}"
    );

    own_groups_agree(&simulator, reader.as_ref(), kind, &members[0], &intranet.id).await;

    let found = reader.find_groups("Intra", 10).await.expect("found");
    assert!(found.iter().any(|group| group.object_id.0 == intranet.id));
    assert!(
        reader
            .group(&ObjectId::new(intranet.id))
            .await
            .expect("group")
            .is_some()
    );
}

#[tokio::test]
async fn u_01_entra_groups_and_members_are_read_completely() {
    groups_are_read(Kind::Entra).await;
}

#[tokio::test]
async fn u_01_okta_groups_and_members_are_read_completely() {
    groups_are_read(Kind::Okta).await;
}

#[tokio::test]
async fn c_10_hidden_groups_are_told_until_the_permission_is_granted() {
    let simulator = start(Options::default()).await;
    let hidden = simulator
        .control()
        .groups(Kind::Entra)
        .into_iter()
        .find(|group| group.hidden)
        .expect("a hidden group");
    let error = members_of(connect(&simulator, Kind::Entra).as_ref(), &hidden.id, false)
        .await
        .expect_err("hidden");
    let member = simulator
        .control()
        .group(Kind::Entra, &hidden.id)
        .expect("the group")
        .members[0]
        .clone();
    let member = ObjectId::new(member);
    let own = connect(&simulator, Kind::Entra)
        .groups_of(&member, false, None)
        .await;
    let own = own.expect("somebody's own groups").items;
    assert!(
        own.iter().all(|group| group.0 != hidden.id),
        "nor is it among one's own groups"
    );
    assert!(matches!(error, ProviderError::HiddenMembers { .. }), "{error:?}");
    simulator
        .control()
        .grant_permission(Kind::Entra, "Member.Read.Hidden");
    let members = members_of(connect(&simulator, Kind::Entra).as_ref(), &hidden.id, false)
        .await
        .expect("visible");
    assert!(!members.is_empty());
}
