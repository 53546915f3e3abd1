//! The reads of [`DirectoryReader`] for Entra.

use async_trait::async_trait;
use domain::directory::{DirectoryGroup, DirectoryMember, DirectoryUser};
use domain::live::MemberCounts;
use domain::{ObjectId, Provider};
use http::HeaderValue;
use serde::de::DeserializeOwned;

use super::Entra;
use super::selection::{Selection, known_names};
use super::wire::{
    self, ExtensionWire, GROUP_SELECT, GraphPage, GroupWire, MemberWire, OrganizationWire, UserWire,
};
use crate::error::{ProviderError, Reading};
use crate::fetch::encoded;
use crate::http::{Answer, Body, Call};
use crate::read::{AttributeNames, Cursor, DirectoryReader, Next, Page, TenantInfo, UserEntry};

/// The largest page Graph gives (provider-apis 1.3).
const PAGE: u16 = 999;

/// Pages of an empty change list before we take it for an error (G-03).
const LATEST_PAGES: u32 = 1_000;

/// The part of an address that decides what is read of a user.
pub(super) fn user_query(selection: &Selection) -> String {
    format!("$select={}&$expand=manager($select=id)", selection.select)
}

impl Entra {
    async fn page<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        what: Reading,
        cursor: Option<&Cursor>,
        path: &str,
        query: &str,
    ) -> Result<(GraphPage<T>, Answer), ProviderError> {
        let url = match cursor {
            Some(cursor) => self.fetch.follow(cursor.as_str())?,
            None => self.fetch.url(path, query),
        };
        self.fetch.json(&Call::get(kind, url), what).await
    }

    /// The next page of a plain collection, or its end (G-02, G-03). A link to another host fails at once.
    fn next<T>(&self, page: &GraphPage<T>) -> Result<Next, ProviderError> {
        match &page.next {
            Some(link) => {
                self.fetch.follow(link)?;
                Ok(Next::Page(Cursor(link.clone())))
            }
            None => Ok(Next::End { changes: None }),
        }
    }

    /// The next page of a change list, or its end, which only a delta link proves (G-04).
    fn next_change<T>(&self, page: &GraphPage<T>, answer: &Answer) -> Result<Next, ProviderError> {
        if page.next.is_some() {
            return self.next(page);
        }
        let Some(link) = &page.delta else {
            return Err(ProviderError::Unexpected {
                host: answer.host.clone(),
                status: answer.status.as_u16(),
                what: "a change list without its link",
            });
        };
        self.fetch.follow(link)?;
        Ok(Next::End {
            changes: Some(Cursor(link.clone())),
        })
    }

    async fn count(&self, path: &str, what: Reading) -> Result<Option<u64>, ProviderError> {
        let call = Call::get("count", self.fetch.url(path, ""))
            .header("consistencylevel", HeaderValue::from_static("eventual"));
        let answer = self.fetch.answer(&call, what).await?;
        let text = String::from_utf8_lossy(&answer.body);
        Ok(text.trim_start_matches('\u{feff}').trim().parse().ok())
    }

    /// C-10: a hidden group reads as empty without `Member.Read.Hidden`. An empty first page is not believed then.
    async fn check_hidden(&self, group: &ObjectId) -> Result<(), ProviderError> {
        let hidden = self
            .group(group)
            .await?
            .is_some_and(|group| group.hidden_membership);
        if hidden && !self.fetch.sign.has_role("Member.Read.Hidden").await? {
            return Err(ProviderError::HiddenMembers {
                group: group.to_string(),
            });
        }
        Ok(())
    }

    /// Names of directory extensions of users; `None` when the application may not see them.
    async fn extension_names(&self) -> Result<Option<Vec<String>>, ProviderError> {
        let url = self
            .fetch
            .url("directoryObjects/getAvailableExtensionProperties", "");
        let call = Call::post("extensions", url, Body::Json("{}".into()));
        match self
            .fetch
            .json::<GraphPage<ExtensionWire>>(&call, Reading::Schema)
            .await
        {
            Ok((page, _)) => Ok(Some(
                page.value
                    .into_iter()
                    .filter(|extension| extension.target_objects.iter().any(|target| target == "User"))
                    .map(|extension| extension.name)
                    .collect(),
            )),
            // An optional extra: the form stays usable without it.
            Err(
                ProviderError::PermissionMissing { .. }
                | ProviderError::NotFound { .. }
                | ProviderError::Refused { .. }
                | ProviderError::Unexpected { .. },
            ) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Who an entry is, or the error that there is no id.
fn identified(user: &UserWire, answer: &Answer) -> Result<ObjectId, ProviderError> {
    wire::id_of(user).ok_or(ProviderError::Unexpected {
        host: answer.host.clone(),
        status: answer.status.as_u16(),
        what: "a user without id",
    })
}

/// C-11: when not one object of a page has its properties, a permission is missing; nulls are never passed on.
fn only_ids(what: Reading) -> ProviderError {
    ProviderError::OnlyIds {
        provider: Provider::Entra,
        what,
    }
}

#[async_trait]
impl DirectoryReader for Entra {
    fn provider(&self) -> Provider {
        Provider::Entra
    }

    async fn tenant(&self) -> Result<TenantInfo, ProviderError> {
        let id = self.tenant_id().await?;
        let call = Call::get("tenant", self.fetch.url("organization", "$select=id,displayName"));
        let organization = self
            .fetch
            .json::<GraphPage<OrganizationWire>>(&call, Reading::Tenant)
            .await;
        let name = match organization {
            Ok((page, _)) => page
                .value
                .into_iter()
                .find_map(|organization| organization.display_name),
            Err(ProviderError::Cancelled) => return Err(ProviderError::Cancelled),
            // The name needs a permission of its own (Organization.Read.All) that nothing else needs.
            Err(_) => None,
        };
        Ok(TenantInfo {
            id,
            name: name.unwrap_or_else(|| self.tenant.clone()),
        })
    }

    async fn users(
        &self,
        attributes: &[String],
        cursor: Option<&Cursor>,
    ) -> Result<Page<UserEntry>, ProviderError> {
        let selection = Selection::new(attributes)?;
        let query = format!("{}&$top={PAGE}", user_query(&selection));
        let (page, answer) = self
            .page::<UserWire>("users", Reading::Users, cursor, "users", &query)
            .await?;
        if !page.value.is_empty() && page.value.iter().all(wire::is_bare) {
            return Err(only_ids(Reading::Users));
        }
        let items = page
            .value
            .iter()
            .map(|user| {
                Ok(UserEntry::Present(wire::user(
                    identified(user, &answer)?,
                    user,
                    &selection,
                )))
            })
            .collect::<Result<_, ProviderError>>()?;
        Ok(Page {
            items,
            next: self.next(&page)?,
        })
    }

    async fn changes_cursor(&self, attributes: &[String]) -> Result<Cursor, ProviderError> {
        let selection = Selection::new(attributes)?;
        let query = format!("$select={},manager&$deltatoken=latest", selection.select);
        let mut cursor = None;
        for _ in 0..LATEST_PAGES {
            let (page, answer) = self
                .page::<UserWire>("delta", Reading::Users, cursor.as_ref(), "users/delta", &query)
                .await?;
            match self.next_change(&page, &answer)? {
                Next::Page(next) => cursor = Some(next),
                Next::End {
                    changes: Some(changes),
                } => return Ok(changes),
                Next::End { changes: None } => break,
            }
        }
        Err(ProviderError::Unexpected {
            host: self.fetch.base.host_str().unwrap_or_default().to_owned(),
            status: 200,
            what: "a change list that does not end",
        })
    }

    async fn user_changes(
        &self,
        attributes: &[String],
        since: &Cursor,
    ) -> Result<Page<UserEntry>, ProviderError> {
        let selection = Selection::new(attributes)?;
        let (page, answer) = self
            .page::<UserWire>("delta", Reading::Users, Some(since), "", "")
            .await?;
        let mut items = Vec::with_capacity(page.value.len());
        let mut changed: Vec<ObjectId> = Vec::new();
        for user in &page.value {
            let object_id = identified(user, &answer)?;
            match wire::removed(user) {
                Some(final_) => {
                    changed.retain(|id| *id != object_id);
                    items.push(UserEntry::Removed { object_id, final_ });
                }
                None if changed.contains(&object_id) => {}
                None => changed.push(object_id),
            }
        }
        items.extend(self.read_again(&changed, &selection).await?);
        Ok(Page {
            items,
            next: self.next_change(&page, &answer)?,
        })
    }

    async fn user(
        &self,
        attributes: &[String],
        id: &ObjectId,
    ) -> Result<Option<DirectoryUser>, ProviderError> {
        let selection = Selection::new(attributes)?;
        let url = self.fetch.url(
            &format!("users/{}", encoded(id.as_str())),
            &user_query(&selection),
        );
        match self
            .fetch
            .json::<UserWire>(&Call::get("user", url), Reading::Users)
            .await
        {
            Ok((user, _)) if wire::is_bare(&user) => Err(only_ids(Reading::Users)),
            Ok((user, answer)) => Ok(Some(wire::user(identified(&user, &answer)?, &user, &selection))),
            Err(ProviderError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn user_count(&self) -> Result<Option<u64>, ProviderError> {
        self.count("users/$count", Reading::Users).await
    }

    async fn groups(&self, cursor: Option<&Cursor>) -> Result<Page<DirectoryGroup>, ProviderError> {
        let query = format!("$select={GROUP_SELECT}&$top={PAGE}");
        let (page, _) = self
            .page::<GroupWire>("groups", Reading::Groups, cursor, "groups", &query)
            .await?;
        if !page.value.is_empty() && page.value.iter().all(GroupWire::is_bare) {
            return Err(only_ids(Reading::Groups));
        }
        let next = self.next(&page)?;
        Ok(Page {
            items: page.value.into_iter().map(DirectoryGroup::from).collect(),
            next,
        })
    }

    async fn find_groups(&self, search: &str, limit: u16) -> Result<Vec<DirectoryGroup>, ProviderError> {
        let top = limit.clamp(1, PAGE);
        let mut query = format!("$select={GROUP_SELECT}&$top={top}");
        if !search.trim().is_empty() {
            let literal = search.trim().replace('\'', "''");
            query = format!("{query}&$filter=startswith(displayName,'{}')", encoded(&literal));
        }
        let (page, _) = self
            .page::<GroupWire>("groups", Reading::Groups, None, "groups", &query)
            .await?;
        Ok(page
            .value
            .into_iter()
            .take(usize::from(top))
            .map(DirectoryGroup::from)
            .collect())
    }

    async fn group(&self, id: &ObjectId) -> Result<Option<DirectoryGroup>, ProviderError> {
        let path = format!("groups/{}", encoded(id.as_str()));
        let url = self.fetch.url(&path, &format!("$select={GROUP_SELECT}"));
        match self
            .fetch
            .json::<GroupWire>(&Call::get("group", url), Reading::Groups)
            .await
        {
            Ok((group, _)) => Ok(Some(group.into())),
            Err(ProviderError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn members(
        &self,
        group: &ObjectId,
        nested: bool,
        cursor: Option<&Cursor>,
    ) -> Result<Page<DirectoryMember>, ProviderError> {
        let relation = if nested { "transitiveMembers" } else { "members" };
        let path = format!("groups/{}/{relation}", encoded(group.as_str()));
        let query = format!("$select=id&$top={PAGE}");
        let (page, _) = self
            .page::<MemberWire>("members", Reading::Members, cursor, &path, &query)
            .await
            .map_err(|error| crate::fetch::name_missing(error, group))?;
        let next = self.next(&page)?;
        if cursor.is_none() && page.value.is_empty() && matches!(next, Next::End { .. }) {
            self.check_hidden(group).await?;
        }
        Ok(Page {
            items: page.value.into_iter().map(DirectoryMember::from).collect(),
            next,
        })
    }

    async fn groups_of(
        &self,
        person: &ObjectId,
        nested: bool,
        cursor: Option<&Cursor>,
    ) -> Result<Page<ObjectId>, ProviderError> {
        let relation = if nested { "transitiveMemberOf" } else { "memberOf" };
        let path = format!("users/{}/{relation}", encoded(person.as_str()));
        let query = format!("$select=id&$top={PAGE}");
        let (page, _) = self
            .page::<MemberWire>("member-of", Reading::Members, cursor, &path, &query)
            .await?;
        let next = self.next(&page)?;
        Ok(Page {
            items: page
                .value
                .into_iter()
                .map(|group| DirectoryMember::from(group).object_id)
                .collect(),
            next,
        })
    }

    async fn member_counts(&self, group: &ObjectId) -> Result<MemberCounts, ProviderError> {
        let count = async |tail: &str| {
            let path = format!("groups/{}/{tail}/$count", encoded(group.as_str()));
            let counted = self.count(&path, Reading::Members).await;
            counted.map_err(|error| crate::fetch::name_missing(error, group))
        };
        let (direct, nested, all) = tokio::try_join!(
            count("members/microsoft.graph.user"),
            count("transitiveMembers/microsoft.graph.user"),
            count("members"),
        )?;
        Ok(MemberCounts {
            direct,
            nested,
            others: all.zip(direct).map(|(all, people)| all.saturating_sub(people)),
        })
    }

    async fn attribute_names(&self) -> Result<AttributeNames, ProviderError> {
        let mut names = known_names();
        let own = self.extension_names().await?;
        // Without the list there may be extensions, and nothing else: the rest of a user is the same everywhere.
        let unlisted = own.is_none().then_some("extension_");
        names.extend(own.unwrap_or_default());
        Ok(AttributeNames::new(names, unlisted))
    }
}
