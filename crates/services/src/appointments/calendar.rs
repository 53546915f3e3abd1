//! An agreed appointment as a file for calendars (RFC 5545): in UTC, so that every calendar shows its owner's time.

use domain::ids::Id;
use icalendar::{Calendar, Component, Event, EventLike, EventStatus};
use store::appointments::AppointmentRow;

/// The file of an agreed appointment. It keeps its identity when another time is agreed, with a higher sequence, so
/// that a calendar moves it.
pub(super) fn text(row: &AppointmentRow, customer: &str) -> String {
    let mut event = Event::new();
    let present = row.present();
    event
        .uid(&format!(
            "{}-{}@user-sync",
            row.kind,
            row.customer.uuid().simple()
        ))
        .sequence(u32::try_from(row.seq).unwrap_or(u32::MAX))
        .timestamp(row.at)
        .starts(present.starts_at)
        .ends(present.ends_at)
        .status(EventStatus::Confirmed)
        .summary(&format!("{}: {customer}", row.kind.title()));
    if !row.note.is_empty() {
        // A carriage return has no escape in such a file.
        event.description(&row.note.replace('\r', ""));
    }
    let mut calendar = Calendar::empty();
    for property in [
        ("VERSION", "2.0"),
        ("PRODID", "-//User Sync//Appointments//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
    ] {
        calendar.append_property(property);
    }
    calendar.push(event.done());
    calendar.done().to_string()
}

#[cfg(test)]
mod tests {
    use domain::CustomerId;
    use domain::appointment::{AppointmentEvent, AppointmentKind};
    use domain::deployment::Responsibility;

    use super::*;

    fn row(note: &str) -> AppointmentRow {
        AppointmentRow {
            customer: CustomerId::from_uuid("0195a5d0-0000-7000-8000-000000000001".parse().expect("an id")),
            kind: AppointmentKind::MigrationWindow,
            seq: 2,
            event: AppointmentEvent::Agreed,
            starts_at: "2026-03-03T14:00:00Z".parse().expect("a moment"),
            minutes: 120,
            time_zone: "America/New_York".into(),
            proposed_by: Responsibility::Staff,
            note: note.into(),
            by: "Sam".into(),
            side: Responsibility::Customer,
            for_customer: false,
            at: "2026-02-20T12:00:00Z".parse().expect("a moment"),
        }
    }

    #[test]
    fn the_file_is_in_utc_and_says_the_same_every_time() {
        insta::assert_snapshot!(text(&row(""), "Contoso Ltd"));
    }

    #[test]
    fn commas_line_breaks_and_long_lines_are_written_as_the_format_wants() {
        let text = text(
            &row(
                "Bring the break-glass account, please; ask Änne.\r\nThen: a \\ and a very long line that has to be folded.",
            ),
            "Müller, Söhne; Töchter",
        );
        assert!(
            text.contains("SUMMARY:Migration window: Müller\\, Söhne\\; Töchter"),
            "{text}"
        );
        for line in text.split("\r\n") {
            assert!(line.len() <= 75, "{line:?}");
            assert!(!line.contains('\n'), "{line:?}");
        }
        let unfolded = text.replace("\r\n ", "");
        assert!(
            unfolded.contains("account\\, please\\; ask Änne.\\nThen: a \\\\ and a very long line"),
            "{unfolded}"
        );
    }
}
