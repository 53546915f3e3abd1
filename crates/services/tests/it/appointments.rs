//! Times that both sides agree on: who answers whom, what each reads, what is left behind.

use domain::appointment::{AppointmentAct, AppointmentForm, AppointmentKind, Need, Refused};
use domain::deployment::Step;
use domain::ids::Id;
use domain::views::{AppointmentView, AuditFilter, BoardFilter, BoardShow, CustomerRow};
use domain::{Actor, ConsoleUserId, CustomerId, Role, UserError};
use services::ServiceError;
use store::console_users::NewConsoleUser;
use test_support::{TestDb, on_both};

use crate::provider::refusal;
use crate::world::{SLUG, World};

const MODULE: AppointmentKind = AppointmentKind::ModuleDeployment;

fn form(day: &str, start: &str, zone: &str) -> AppointmentForm {
    AppointmentForm {
        day: day.into(),
        start: start.into(),
        minutes: "120".into(),
        time_zone: zone.into(),
        note: "Bring the break-glass account.".into(),
    }
}

impl World {
    /// Somebody who signs in, so that they have a time zone.
    async fn user(&self, name: &str, role: Role) -> Actor {
        let customer: Option<CustomerId> = match role {
            Role::Staff => None,
            _ => Some(self.customer().await),
        };
        let id = ConsoleUserId::at(self.services.now(), rand::random());
        let email = format!("{name}@example.com");
        let new = NewConsoleUser {
            id,
            customer,
            email: &email,
            name,
            role,
            password_hash: "none",
        };
        let mut tx = self.test.db.begin().await.expect("a transaction");
        store::console_users::insert(&mut tx, &new, self.services.now())
            .await
            .expect("a user");
        tx.commit().await.expect("a commit");
        Actor {
            user: Some(id),
            name: name.into(),
            role,
            customer,
        }
    }

    async fn propose(&self, actor: &Actor, seq: i64, form: &AppointmentForm) -> Result<(), ServiceError> {
        self.services
            .propose_appointment(actor, SLUG, MODULE, seq, form)
            .await
    }

    async fn answer(
        &self,
        actor: &Actor,
        seq: i64,
        act: AppointmentAct,
        reason: &str,
    ) -> Result<(), ServiceError> {
        self.services
            .answer_appointment(actor, SLUG, MODULE, seq, act, reason)
            .await
    }

    async fn appointment(&self, actor: &Actor) -> AppointmentView {
        let step = self
            .services
            .step(actor, SLUG, Step::Module)
            .await
            .expect("the step");
        step.appointment.expect("the step has an appointment")
    }

    async fn row(&self, actor: &Actor) -> CustomerRow {
        let board = self.services.board(actor, &BoardFilter::default()).await;
        board.expect("the board").remove(0)
    }
}

on_both!(
    a_time_is_proposed_countered_agreed_and_read_in_each_sides_own_zone,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        let sam = world.user("Sam", Role::Staff).await;
        let anna = world.user("Anna", Role::CustomerAdmin).await;
        world
            .services
            .set_time_zone(&anna, "America/New_York")
            .await
            .expect("a zone");
        world
            .services
            .set_time_zone(&sam, "Europe/London")
            .await
            .expect("a zone");
        assert_eq!(world.appointment(&sam).await.words, "No time is proposed yet.");

        world
            .propose(&sam, 0, &form("2026-03-17", "14:00", "Europe/London"))
            .await
            .expect("proposed");
        let theirs = world.appointment(&anna).await;
        assert_eq!(
            theirs.words,
            "The deployment team proposes Tuesday 17 March, 10:00–12:00 your time (14:00 in London). Does it suit you?"
        );
        assert!(theirs.needs == Some(Need::Answer) && theirs.may.contains(&AppointmentAct::Agree));
        let ours = world.appointment(&sam).await;
        assert_eq!(
            ours.words,
            "Proposed: Tuesday 17 March, 14:00–16:00 your time. Waiting for Contoso Ltd to answer."
        );
        assert!(ours.needs.is_none() && !ours.has_file);
        // A side does not answer its own proposal, nor an earlier one.
        let refused = UserError::Appointment {
            refused: Refused::OwnProposal,
        };
        let agree = AppointmentAct::Agree;
        assert_eq!(refusal(world.answer(&sam, 1, agree, "").await), refused);
        assert_eq!(
            refusal(world.answer(&anna, 0, agree, "").await),
            UserError::Changed
        );

        world
            .propose(&anna, 1, &form("2026-03-18", "09:00", "America/New_York"))
            .await
            .expect("countered");
        let row = world.row(&sam).await;
        let line = row.appointment.expect("a line");
        assert_eq!(line.needs, Some(Need::Answer), "{line:?}");
        assert_eq!(line.short, "Wednesday 18 March, 13:00–15:00 your time");
        assert_eq!(
            line.words,
            "Contoso Ltd proposes Wednesday 18 March, 13:00–15:00 your time (09:00 in New York). Does it suit you?"
        );
        world.answer(&sam, 2, agree, "").await.expect("agreed");
        let told = world
            .services
            .deployment(&anna, SLUG)
            .await
            .expect("the page")
            .appointments;
        assert_eq!(told.len(), 1);
        assert_eq!(
            (told[0].step, told[0].words.as_str()),
            (
                Step::Module,
                "Agreed for Wednesday 18 March, 09:00–11:00 your time."
            )
        );
        let file = world
            .services
            .appointment_file(&anna, SLUG, MODULE)
            .await
            .expect("a file");
        assert_eq!(file.name, "module-deployment-contoso.ics");
        assert!(file.text.contains("DTSTART:20260318T130000Z"), "{}", file.text);
        let history = world.appointment(&sam).await.history;
        assert_eq!(history.len(), 3, "{history:?}");

        // The day comes and goes: the board says that nobody has recorded the work, until somebody does.
        world.turn_clock(chrono::TimeDelta::days(8)).await;
        let row = world.row(&sam).await;
        let sentence = "The module deployment of 18 March has passed and is not recorded as done.";
        assert!(row.health.iter().any(|said| said == sentence), "{:?}", row.health);
        assert_eq!(row.appointment.expect("a line").needs, Some(Need::RecordIt));
        world
            .services
            .state_step(&sam, SLUG, Step::Module, true, "", "Version 4.2.")
            .await
            .expect("recorded");
        let row = world.row(&sam).await;
        assert!(row.appointment.is_none() && !row.health.iter().any(|said| said == sentence));
        world.dismiss().await;
    }
);

on_both!(
    declining_cancelling_and_speaking_for_the_customer_need_a_reason_and_are_on_record,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        let sam = world.user("Sam", Role::Staff).await;
        let anna = world.user("Anna", Role::CustomerAdmin).await;
        let tuesday = form("2026-03-17", "14:00", "Europe/London");
        world.propose(&sam, 0, &tuesday).await.expect("proposed");
        let refused = refusal(world.answer(&anna, 1, AppointmentAct::Decline, " ").await);
        assert!(refused.of_field("reason").next().is_some(), "{refused:?}");
        world
            .answer(&anna, 1, AppointmentAct::Decline, "We move offices.")
            .await
            .expect("declined");
        assert_eq!(world.appointment(&sam).await.needs, Some(Need::ProposeAgain));
        world.propose(&sam, 2, &tuesday).await.expect("proposed");
        let agree = AppointmentAct::AgreeForCustomer;
        assert_eq!(
            refusal(world.answer(&anna, 3, agree, "I am the customer.").await),
            UserError::Appointment {
                refused: Refused::NotTheirs
            }
        );
        world
            .answer(&sam, 3, agree, "Anna, by telephone.")
            .await
            .expect("agreed for them");
        let view = world.appointment(&anna).await;
        assert!(
            view.history[0]
                .sentence
                .starts_with("Recorded that Contoso Ltd agrees to")
        );
        world
            .answer(&anna, 4, AppointmentAct::Cancel, "The server is down.")
            .await
            .expect("cancelled");
        assert!(world.row(&sam).await.appointment.is_none());
        let log = world
            .services
            .audit_log(&sam, SLUG, &AuditFilter::default(), None)
            .await
            .expect("the log");
        let words: Vec<&str> = log.rows.iter().map(|row| row.words.as_str()).take(5).collect();
        assert_eq!(
            words,
            [
                "cancelled an appointment",
                "agreed to a time",
                "proposed a time",
                "declined a time",
                "proposed a time"
            ]
        );
        assert!(log.rows[1].details.contains("\"for_customer\": true"));
        world.dismiss().await;
    }
);

on_both!(
    of_two_answers_at_once_one_is_told_to_look_again_and_viewers_answer_nothing,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        let sam = world.user("Sam", Role::Staff).await;
        let anna = world.user("Anna", Role::CustomerAdmin).await;
        let tuesday = form("2026-03-17", "14:00", "Europe/London");
        let (one, other) = futures::join!(
            world.propose(&sam, 0, &tuesday),
            world.propose(&anna, 0, &tuesday)
        );
        let refused: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
        assert_eq!(refused.len(), 1, "{refused:?}");
        let viewer = world.user("Vera", Role::Viewer).await;
        assert_eq!(
            refusal(world.answer(&viewer, 1, AppointmentAct::Agree, "").await),
            UserError::Forbidden
        );
        assert!(world.appointment(&viewer).await.may.is_empty());
        let strange = Actor {
            customer: Some(CustomerId::at(world.services.now(), [7; 10])),
            ..anna.clone()
        };
        assert_eq!(
            refusal(world.propose(&strange, 1, &tuesday).await),
            UserError::NotFound
        );
        world.dismiss().await;
    }
);

on_both!(
    h_04_a_time_that_clocks_leave_out_is_refused_and_done_work_wants_no_time,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        let sam = world.user("Sam", Role::Staff).await;
        let refused = refusal(
            world
                .propose(&sam, 0, &form("2026-03-29", "01:30", "Europe/London"))
                .await,
        );
        let message = refused.of_field("start").next().expect("about the start");
        assert!(message.contains("does not exist"), "{message}");
        let hidden = AppointmentForm {
            note: "ok\u{202E}".into(),
            ..form("2026-03-17", "14:00", "Europe/London")
        };
        let refused = refusal(world.propose(&sam, 0, &hidden).await);
        assert!(refused.of_field("note").next().is_some(), "{refused:?}");
        world
            .services
            .state_step(&sam, SLUG, Step::Module, true, "", "Version 4.2.")
            .await
            .expect("recorded");
        let tuesday = form("2026-03-17", "14:00", "Europe/London");
        assert!(matches!(
            refusal(world.propose(&sam, 0, &tuesday).await),
            UserError::Invalid { .. }
        ));
        let narrowed = BoardFilter {
            show: Some(BoardShow::Attention),
            ..BoardFilter::default()
        };
        let board = world.services.board(&sam, &narrowed).await;
        assert!(board.expect("the board").is_empty());
        assert_eq!(
            refusal(world.services.set_time_zone(&sam, "Mars/Olympus").await)
                .of_field("own_time_zone")
                .count(),
            1
        );
        world.dismiss().await;
    }
);

on_both!(
    what_is_agreed_for_a_step_that_is_left_out_can_be_cancelled,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let sam = world.user("Sam", Role::Staff).await;
        let anna = world.user("Anna", Role::CustomerAdmin).await;
        let (services, kind) = (&world.services, AppointmentKind::MigrationWindow);
        let time = form("2026-03-17", "14:00", "Europe/London");
        services
            .propose_appointment(&sam, SLUG, kind, 0, &time)
            .await
            .expect("proposed");
        services
            .answer_appointment(&anna, SLUG, kind, 1, AppointmentAct::Agree, "")
            .await
            .expect("agreed");
        world.nobody_to_migrate().await;
        let page = async || {
            services
                .step(&anna, SLUG, Step::Migration)
                .await
                .expect("the page")
        };
        let shown = page().await.appointment.expect("what was agreed");
        assert_eq!(shown.may, [AppointmentAct::Cancel]);
        assert!(
            shown.words.ends_with("but it is not needed any more. Cancel it."),
            "{}",
            shown.words
        );
        let overview = services.deployment(&anna, SLUG).await.expect("the page");
        assert_eq!(overview.appointments.len(), 1);
        services
            .answer_appointment(&anna, SLUG, kind, 2, AppointmentAct::Cancel, "Brand new.")
            .await
            .expect("cancelled");
        let overview = services.deployment(&anna, SLUG).await.expect("the page");
        assert!(overview.appointments.is_empty());
    }
);
