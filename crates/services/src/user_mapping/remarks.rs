//! What both sides say about the lines of a mapping, and about all of it: remarks, and questions. A question waits for the other
//! side, whose next remark about the same line answers it; the mapping stays where it is meanwhile.

use domain::deployment::Step;
use domain::ids::RemarkId;
use domain::{Actor, CustomerId, Permission, UserError};
use serde_json::json;
use store::Tx;
use store::user_mapping::{MappingLine, NewRemark};

use super::review::text;
use crate::deployment::record::side_of;
use crate::{ServiceError, Services};

impl Services {
    /// Says something about a line of the newest version; line 0: about all of it. Questions of the other side about the same
    /// line are answered by it.
    pub async fn remark_on_mapping(
        &self,
        actor: &Actor,
        slug: &str,
        (version, line): (i64, u64),
        said: &str,
    ) -> Result<(), ServiceError> {
        self.write_remark(actor, slug, (version, line), (said, false))
            .await
    }

    /// The same as a question to the other side.
    pub async fn ask_about_mapping(
        &self,
        actor: &Actor,
        slug: &str,
        (version, line): (i64, u64),
        said: &str,
    ) -> Result<(), ServiceError> {
        self.write_remark(actor, slug, (version, line), (said, true))
            .await
    }

    async fn write_remark(
        &self,
        actor: &Actor,
        slug: &str,
        (version, line): (i64, u64),
        (said, asks): (&str, bool),
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.customer(&mut tx, actor, slug, Permission::Comment).await?.id;
        let said = text("text", said, "Type what is to be said or asked.")?;
        self.newest(&mut tx, customer, version).await?;
        let row = talked_about(&mut tx, customer, (version, line)).await?;
        let new = NewRemark {
            id: self.new_id(),
            version,
            line: row.line,
            existing: &row.existing,
            new: &row.new,
            target: &row.target,
            by_name: &actor.name,
            side: side_of(actor),
            text: said,
            asks,
            at: self.now(),
        };
        let answered = store::user_mapping::insert_remark(&mut tx, customer, &new).await?;
        let action = if asks { "mapping.ask" } else { "mapping.remark" };
        let about = format!("{version}:{line}");
        let details = json!({ "text": said, "answered": answered });
        self.record(&mut tx, actor, Some(customer), action, &about, &details)
            .await?;
        self.tell_remark(&mut tx, actor, customer, (&new, answered > 0))
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Notes that a remark needs nothing more. A question of the other side is answered, and stays open.
    pub async fn settle_mapping_remark(
        &self,
        actor: &Actor,
        slug: &str,
        remark: RemarkId,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.customer(&mut tx, actor, slug, Permission::Comment).await?.id;
        let by = (side_of(actor), actor.name.as_str());
        let was_open = store::user_mapping::settle_remark(&mut tx, customer, remark, by, self.now()).await?;
        if was_open {
            let (action, about) = ("mapping.settle", remark.to_string());
            self.record(&mut tx, actor, Some(customer), action, &about, &json!({}))
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn tell_remark(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        (new, has_answered): (&NewRemark<'_>, bool),
    ) -> Result<(), ServiceError> {
        let did = match (new.asks, has_answered) {
            (true, true) => "answered and asks",
            (true, false) => "asks",
            (false, true) => "answered",
            (false, false) => "wrote",
        };
        let about = if new.line == 0 {
            "the user mapping".to_owned()
        } else {
            format!("line {} of the user mapping", new.line)
        };
        let mut text = vec![new.text.to_owned()];
        if new.asks {
            let same = if new.line == 0 {
                "the whole mapping"
            } else {
                "the same line"
            };
            text.push(format!(
                "A remark about {same} answers it. The mapping stays where it is meanwhile."
            ));
        }
        let notice = crate::notices::Notice {
            cause: format!("remark:{}", new.id),
            topic: domain::notices::Topic::Steps,
            title: format!("{} {did} about {about}", actor.name),
            text,
            page: Step::UserMapping.code().to_owned(),
            side: Some(side_of(actor).other()),
            author: Some(actor),
        };
        self.notify(tx, customer, &notice).await
    }
}

/// The line that is talked about; all of them: line 0, which says nothing.
async fn talked_about(
    tx: &mut Tx,
    customer: CustomerId,
    (version, line): (i64, u64),
) -> Result<MappingLine, ServiceError> {
    let number = i64::try_from(line).unwrap_or(i64::MAX);
    if number == 0 {
        return Ok(MappingLine {
            line: 0,
            existing: String::new(),
            new: String::new(),
            target: String::new(),
        });
    }
    let row = store::user_mapping::line(tx, customer, version, number).await?;
    Ok(row.ok_or(UserError::NotFound)?)
}
