//! What both sides say about the lines of a mapping, and about all of it: remarks, and questions. A question waits until the
//! other side answers that one, or whoever asked settles it; the mapping stays where it is meanwhile.

use domain::deployment::Step;
use domain::ids::RemarkId;
use domain::numbers::thousands;
use domain::views::{MappingOpenRemarks, MappingRemark, Page, UserMappingView};
use domain::{Actor, CustomerId, Permission, UserError};
use rules::user_mapping::rewritten;
use serde_json::json;
use store::Tx;
use store::user_mapping::{MappingLine, NewRemark, Remark, Rewritten};

use super::review::text;
use crate::deployment::record::side_of;
use crate::paging::{one_more, page};
use crate::when::when;
use crate::{ServiceError, Services};

/// Remarks of a page.
const REMARKS: usize = 50;
/// No list is as long: where the last page may begin.
const LAST: i64 = 1_000_000;

impl Services {
    /// Answers a question of the other side, whatever its line says meanwhile. One that waits for no answer any more is
    /// [`UserError::Changed`].
    pub async fn answer_mapping_question(
        &self,
        actor: &Actor,
        slug: &str,
        question: RemarkId,
        said: &str,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.customer(&mut tx, actor, slug, Permission::Comment).await?.id;
        let said = text("text", said, "Type the answer.")?;
        let asked = store::user_mapping::remark(&mut tx, customer, question).await?;
        let asked = asked.ok_or(UserError::NotFound)?;
        let by = (side_of(actor), actor.name.as_str());
        store::user_mapping::answer_question(&mut tx, customer, question, by, self.now()).await?;
        let row = MappingLine {
            line: asked.line.unwrap_or_default(),
            existing: asked.existing.clone(),
            new: asked.new.clone(),
            target: asked.target.clone(),
        };
        let anew = anew(&row);
        let new = NewRemark {
            id: self.new_id(),
            version: asked.version,
            row: &row,
            rewritten: &anew,
            by_name: &actor.name,
            side: side_of(actor),
            text: said,
            asks: false,
            answers: Some(question),
            at: self.now(),
        };
        self.say(tx, (actor, customer), &new, Some(&asked)).await
    }

    /// Says something about a line of the newest version; line 0: about all of it. `asks`: as a question to the other side. No
    /// question is answered by it.
    pub async fn remark_on_mapping(
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
        let anew = anew(&row);
        let new = NewRemark {
            id: self.new_id(),
            version,
            row: &row,
            rewritten: &anew,
            by_name: &actor.name,
            side: side_of(actor),
            text: said,
            asks,
            answers: None,
            at: self.now(),
        };
        self.say(tx, (actor, customer), &new, None).await
    }

    /// Writes it down, puts it on record, and tells the other side. `question`: what it answers.
    async fn say(
        &self,
        mut tx: Tx,
        (actor, customer): (&Actor, CustomerId),
        new: &NewRemark<'_>,
        question: Option<&Remark>,
    ) -> Result<(), ServiceError> {
        store::user_mapping::insert_remark(&mut tx, customer, new).await?;
        let action = match question {
            Some(_) => "mapping.answer",
            None if new.asks => "mapping.ask",
            None => "mapping.remark",
        };
        let about = format!("{}:{}", new.version, new.row.line);
        let details = json!({ "text": new.text, "answers": new.answers.map(|id| id.to_string()) });
        self.record(&mut tx, actor, Some(customer), action, &about, &details)
            .await?;
        self.tell_remark(&mut tx, (actor, customer), new, question)
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
        (actor, customer): (&Actor, CustomerId),
        new: &NewRemark<'_>,
        question: Option<&Remark>,
    ) -> Result<(), ServiceError> {
        let did = match question {
            Some(_) => "answered",
            None if new.asks => "asks",
            None => "wrote",
        };
        let about = match new.row.line {
            0 => "the user mapping".to_owned(),
            line => format!("line {} of the user mapping", thousands(line.unsigned_abs())),
        };
        let mut text = vec![new.text.to_owned()];
        if new.asks {
            text.push(
                "Answer it on the page of the step, under the question. The mapping stays where it is meanwhile."
                    .to_owned(),
            );
        }
        text.extend(question.map(|question| format!("The question was: {}", question.text)));
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

    /// A page of what was said, seen from a version, at most 50: what is open first, and of that what asks. `after` is the
    /// `next` of the page before.
    pub async fn mapping_remarks(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        after: Option<&str>,
    ) -> Result<Page<MappingRemark>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadPeople)
            .await?
            .id;
        let after = after.and_then(|after| after.parse().ok()).unwrap_or(0);
        self.remarks(&mut tx, (actor, customer), version, after).await
    }

    /// What was said about a line of a version, at most 50 of it; `None`: there is no such line.
    pub async fn mapping_line_remarks(
        &self,
        actor: &Actor,
        slug: &str,
        (version, line): (i64, u64),
    ) -> Result<Option<Vec<MappingRemark>>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadPeople)
            .await?
            .id;
        let number = i64::try_from(line).unwrap_or(i64::MAX);
        let Some(row) = store::user_mapping::line(&mut tx, customer, version, number).await? else {
            return Ok(None);
        };
        let limit = i64::try_from(REMARKS).unwrap_or(i64::MAX);
        let about = (&row, &anew(&row));
        let found = store::user_mapping::remarks_of_line(&mut tx, customer, about, limit).await?;
        let shown = found.into_iter().map(|remark| self.remark(remark, actor));
        Ok(Some(shown.collect()))
    }

    /// Puts what was said into the view of the newest version.
    pub(super) async fn show_remarks(
        &self,
        tx: &mut Tx,
        (actor, customer): (&Actor, CustomerId),
        version: i64,
        view: &mut UserMappingView,
    ) -> Result<(), ServiceError> {
        let first = self.remarks(tx, (actor, customer), version, 0).await?;
        let open = store::user_mapping::open_remarks(tx, customer, version).await?;
        view.remarks = first.rows;
        view.more_remarks = first.next;
        view.open_remarks = MappingOpenRemarks {
            questions: open.questions,
            to_customer: open.to_customer,
            remarks: open.remarks,
        };
        Ok(())
    }

    async fn remarks(
        &self,
        tx: &mut Tx,
        (actor, customer): (&Actor, CustomerId),
        version: i64,
        after: i64,
    ) -> Result<Page<MappingRemark>, ServiceError> {
        let after = after.clamp(0, LAST);
        let place = (after, one_more(REMARKS));
        let found = store::user_mapping::remarks(tx, customer, version, place).await?;
        // The next page begins behind as many as stand before it.
        let rows = (after + 1..).zip(found.into_iter().map(|remark| self.remark(remark, actor)));
        Ok(page(rows.collect(), REMARKS))
    }

    /// A remark as whoever looks sees it.
    fn remark(&self, remark: Remark, actor: &Actor) -> MappingRemark {
        let Remark {
            existing,
            new,
            target,
            ..
        } = remark;
        let about = if remark.line == Some(0) {
            "The whole mapping".to_owned()
        } else if target.is_empty() {
            format!("{existing} → {new}")
        } else {
            format!("{existing} → {new}, {target}")
        };
        let is_open = remark.settled.is_none() && actor.role.may(Permission::Comment);
        let is_theirs = remark.asks && remark.side != side_of(actor);
        MappingRemark {
            id: remark.id.to_string(),
            line: remark.line.map(i64::unsigned_abs),
            asks: remark.asks,
            question: remark.question,
            may_settle: is_open && !is_theirs,
            may_answer: is_open && is_theirs,
            about,
            by: remark.by,
            side: remark.side,
            text: remark.text,
            when: when(remark.at, self.now()),
            settled_by: remark.settled.map(|(by, _)| by),
        }
    }
}

/// The cells of a line as the next correction writes them (F-32): written so, they say the same.
fn anew(row: &MappingLine) -> Rewritten {
    [&row.existing, &row.new, &row.target].map(|cell| rewritten(cell))
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
