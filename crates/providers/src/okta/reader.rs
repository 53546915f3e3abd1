//! The reads of [`DirectoryReader`] for Okta.

use async_trait::async_trait;
use chrono::{SecondsFormat, TimeDelta};
use domain::directory::{DirectoryGroup, DirectoryMember, DirectoryUser};
use domain::live::MemberCounts;
use domain::{ObjectId, Provider, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Okta;
use super::wire::{GroupWire, MemberWire, SchemaWire, UserWire};
use crate::error::{ProviderError, Reading};
use crate::fetch::{encoded, name_missing};
use crate::http::{Answer, Call, next_link, server_time};
use crate::read::{AttributeNames, Cursor, DirectoryReader, Next, Page, TenantInfo, UserEntry};

/// The page size Okta recommends (provider-apis 2.3, 2.4).
const PAGE: u16 = 200;

/// How far an incremental read looks back behind the last one: the search index lags (provider-apis 2.3), and reading a
/// person twice costs nothing.
const OVERLAP_MINUTES: i64 = 5;

/// The base profile (provider-apis 2.3), for when the schema may not be read.
const BASE: [&str; 31] = [
    "city",
    "costCenter",
    "countryCode",
    "department",
    "displayName",
    "division",
    "email",
    "employeeNumber",
    "firstName",
    "honorificPrefix",
    "honorificSuffix",
    "lastName",
    "locale",
    "login",
    "manager",
    "managerId",
    "middleName",
    "mobilePhone",
    "nickName",
    "organization",
    "postalAddress",
    "preferredLanguage",
    "primaryPhone",
    "profileUrl",
    "secondEmail",
    "state",
    "streetAddress",
    "timezone",
    "title",
    "userType",
    "zipCode",
];

/// What an incremental read remembers. Full reads need only the link.
#[derive(Serialize, Deserialize)]
struct Changes {
    /// Changed after this.
    since: Timestamp,
    /// When this read began, by Okta's clock: where the next one starts.
    begun: Option<Timestamp>,
    /// The next page of this read.
    next: Option<String>,
}

impl Changes {
    fn cursor(&self) -> Result<Cursor, ProviderError> {
        serde_json::to_string(self)
            .map(Cursor)
            .map_err(|_| broken_cursor())
    }

    fn read(cursor: &Cursor) -> Result<Self, ProviderError> {
        serde_json::from_str(cursor.as_str()).map_err(|_| broken_cursor())
    }
}

/// A stored cursor that is not ours any more: a full read heals it.
fn broken_cursor() -> ProviderError {
    ProviderError::ChangesExpired {
        code: "cursor".to_owned(),
    }
}

/// The position in a page's address. Okta has no code of its own for one that it has forgotten: it is a validation
/// error of this parameter.
fn expired_position(url: &Url, error: ProviderError) -> ProviderError {
    match error {
        ProviderError::Refused { status: 400, code }
            if code == "E0000001" && url.query_pairs().any(|(name, _)| name == "after") =>
        {
            ProviderError::PageExpired { code }
        }
        other => other,
    }
}

impl Okta {
    async fn page<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        what: Reading,
        url: Url,
    ) -> Result<(Vec<T>, Option<String>, Answer), ProviderError> {
        let call = Call::get(kind, url);
        let (items, answer) = self
            .fetch
            .json::<Vec<T>>(&call, what)
            .await
            .map_err(|error| expired_position(&call.url, error))?;
        let next = next_link(&answer.headers);
        if let Some(link) = &next {
            self.fetch.follow(link)?;
        }
        Ok((items, next, answer))
    }

    fn url_of(&self, cursor: Option<&Cursor>, path: &str, query: &str) -> Result<Url, ProviderError> {
        match cursor {
            Some(cursor) => self.fetch.follow(cursor.as_str()),
            None => Ok(self.fetch.url(path, query)),
        }
    }

    async fn one_group(&self, id: &ObjectId) -> Result<Option<GroupWire>, ProviderError> {
        let url = self
            .fetch
            .url(&format!("api/v1/groups/{}", encoded(id.as_str())), "");
        match self
            .fetch
            .json::<GroupWire>(&Call::get("group", url), Reading::Groups)
            .await
        {
            Ok((group, _)) => Ok(Some(group)),
            Err(ProviderError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn full(next: Option<String>) -> Next {
    next.map_or(Next::End { changes: None }, |link| Next::Page(Cursor(link)))
}

/// C-11
fn entries(users: Vec<UserWire>, attributes: &[String]) -> Result<Vec<UserEntry>, ProviderError> {
    if !users.is_empty() && users.iter().all(UserWire::is_bare) {
        return Err(ProviderError::OnlyIds {
            provider: Provider::Okta,
            what: Reading::Users,
        });
    }
    Ok(users
        .into_iter()
        .map(|user| UserEntry::Present(user.into_user(attributes)))
        .collect())
}

#[async_trait]
impl DirectoryReader for Okta {
    fn provider(&self) -> Provider {
        Provider::Okta
    }

    async fn tenant(&self) -> Result<TenantInfo, ProviderError> {
        let (id, _) = self.org_id().await?;
        Ok(TenantInfo {
            id,
            name: self.domain.clone(),
        })
    }

    async fn users(
        &self,
        attributes: &[String],
        cursor: Option<&Cursor>,
    ) -> Result<Page<UserEntry>, ProviderError> {
        let url = self.url_of(cursor, "api/v1/users", &format!("limit={PAGE}"))?;
        let (users, next, _) = self.page::<UserWire>("users", Reading::Users, url).await?;
        Ok(Page {
            items: entries(users, attributes)?,
            next: full(next),
        })
    }

    async fn changes_cursor(&self, _attributes: &[String]) -> Result<Cursor, ProviderError> {
        // Okta's own clock: `lastUpdated` is compared with it, and ours may differ.
        let (_, answer) = self.org_id().await?;
        let now = server_time(&answer.headers).unwrap_or_else(|| self.fetch.transport.clock().now());
        Changes {
            since: now,
            begun: None,
            next: None,
        }
        .cursor()
    }

    async fn user_changes(
        &self,
        attributes: &[String],
        since: &Cursor,
    ) -> Result<Page<UserEntry>, ProviderError> {
        let changes = Changes::read(since)?;
        let url = if let Some(link) = &changes.next {
            self.fetch.follow(link)?
        } else {
            let from = changes.since - TimeDelta::minutes(OVERLAP_MINUTES);
            let search = format!(
                "lastUpdated gt \"{}\"",
                from.to_rfc3339_opts(SecondsFormat::Millis, true)
            );
            self.fetch.url(
                "api/v1/users",
                &format!("limit={PAGE}&search={}", encoded(&search)),
            )
        };
        let (users, next, answer) = self.page::<UserWire>("changes", Reading::Users, url).await?;
        let begun = changes
            .begun
            .or_else(|| server_time(&answer.headers))
            .unwrap_or_else(|| self.fetch.transport.clock().now());
        let next = match next {
            Some(link) => Next::Page(
                Changes {
                    since: changes.since,
                    begun: Some(begun),
                    next: Some(link),
                }
                .cursor()?,
            ),
            None => Next::End {
                changes: Some(
                    Changes {
                        since: begun,
                        begun: None,
                        next: None,
                    }
                    .cursor()?,
                ),
            },
        };
        Ok(Page {
            items: entries(users, attributes)?,
            next,
        })
    }

    async fn user(
        &self,
        attributes: &[String],
        id: &ObjectId,
    ) -> Result<Option<DirectoryUser>, ProviderError> {
        let url = self
            .fetch
            .url(&format!("api/v1/users/{}", encoded(id.as_str())), "");
        match self
            .fetch
            .json::<UserWire>(&Call::get("user", url), Reading::Users)
            .await
        {
            // The path takes a login as well; only the id is meant.
            Ok((user, _)) if user.id != id.as_str() => Ok(None),
            Ok((user, _)) if user.is_bare() => Err(ProviderError::OnlyIds {
                provider: Provider::Okta,
                what: Reading::Users,
            }),
            Ok((user, _)) => Ok(Some(user.into_user(attributes))),
            Err(ProviderError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn user_count(&self) -> Result<Option<u64>, ProviderError> {
        // Okta has no count.
        Ok(None)
    }

    async fn groups(&self, cursor: Option<&Cursor>) -> Result<Page<DirectoryGroup>, ProviderError> {
        let url = self.url_of(cursor, "api/v1/groups", &format!("limit={PAGE}"))?;
        let (groups, next, _) = self.page::<GroupWire>("groups", Reading::Groups, url).await?;
        if !groups.is_empty() && groups.iter().all(GroupWire::is_bare) {
            return Err(ProviderError::OnlyIds {
                provider: Provider::Okta,
                what: Reading::Groups,
            });
        }
        Ok(Page {
            items: groups.into_iter().map(DirectoryGroup::from).collect(),
            next: full(next),
        })
    }

    async fn find_groups(&self, search: &str, limit: u16) -> Result<Vec<DirectoryGroup>, ProviderError> {
        let limit = limit.clamp(1, PAGE);
        let search = search.trim();
        let query = if search.is_empty() {
            format!("limit={limit}")
        } else {
            format!("limit={limit}&q={}", encoded(search))
        };
        let url = self.fetch.url("api/v1/groups", &query);
        let (groups, _, _) = self.page::<GroupWire>("groups", Reading::Groups, url).await?;
        Ok(groups
            .into_iter()
            .take(usize::from(limit))
            .map(DirectoryGroup::from)
            .collect())
    }

    async fn group(&self, id: &ObjectId) -> Result<Option<DirectoryGroup>, ProviderError> {
        Ok(self.one_group(id).await?.map(DirectoryGroup::from))
    }

    async fn members(
        &self,
        group: &ObjectId,
        _nested: bool,
        cursor: Option<&Cursor>,
    ) -> Result<Page<DirectoryMember>, ProviderError> {
        let path = format!("api/v1/groups/{}/users", encoded(group.as_str()));
        let url = self.url_of(cursor, &path, &format!("limit={PAGE}"))?;
        let (members, next, _) = self
            .page::<MemberWire>("members", Reading::Members, url)
            .await
            .map_err(|error| name_missing(error, group))?;
        let items = members
            .into_iter()
            .map(|member| DirectoryMember {
                object_id: ObjectId(member.id),
                is_user: true,
            })
            .collect();
        Ok(Page {
            items,
            next: full(next),
        })
    }

    async fn groups_of(
        &self,
        person: &ObjectId,
        _nested: bool,
        cursor: Option<&Cursor>,
    ) -> Result<Page<ObjectId>, ProviderError> {
        let path = format!("api/v1/users/{}/groups", encoded(person.as_str()));
        let url = self.url_of(cursor, &path, "")?;
        let (groups, next, _) = self
            .page::<MemberWire>("member-of", Reading::Members, url)
            .await?;
        Ok(Page {
            items: groups.into_iter().map(|group| ObjectId(group.id)).collect(),
            next: full(next),
        })
    }

    async fn member_counts(&self, group: &ObjectId) -> Result<MemberCounts, ProviderError> {
        // Only the list gives statistics, so the group is asked for as a list of one.
        let filter = format!("id eq \"{}\"", group.as_str().replace('"', ""));
        let query = format!("filter={}&expand=stats", encoded(&filter));
        let url = self.fetch.url("api/v1/groups", &query);
        let (groups, _, _) = self.page::<GroupWire>("groups", Reading::Members, url).await?;
        match groups.first() {
            // Okta's groups hold people only, and do not nest.
            Some(found) => Ok(MemberCounts {
                direct: found.users(),
                ..MemberCounts::default()
            }),
            None => Err(ProviderError::NotFound {
                what: Reading::Members,
                id: group.to_string(),
            }),
        }
    }

    async fn attribute_names(&self) -> Result<AttributeNames, ProviderError> {
        let call = Call::get("schema", self.fetch.url("api/v1/meta/schemas/user/default", ""));
        let mut names: Vec<String> = BASE.map(str::to_owned).to_vec();
        let unlisted = match self.fetch.json::<SchemaWire>(&call, Reading::Schema).await {
            Ok((schema, _)) => {
                names.extend(
                    schema
                        .definitions
                        .into_values()
                        .flat_map(|definition| definition.properties.into_keys()),
                );
                None
            }
            // okta.schemas.read is optional: without it the base profile is offered.
            Err(ProviderError::PermissionMissing { .. } | ProviderError::NotFound { .. }) => Some(""),
            Err(error) => return Err(error),
        };
        Ok(AttributeNames::new(names, unlisted))
    }
}
