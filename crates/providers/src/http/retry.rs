//! When to try again, and how long to wait. Pure: the answer's headers, the time and a random number go in.

use std::time::Duration;

use domain::Timestamp;
use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};

use crate::settings::Limits;

/// Statuses that time may heal (provider-apis 1.7, 2.6).
pub(super) fn is_transient(status: StatusCode) -> bool {
    matches!(
        status.as_u16(),
        408 | 425 | 429 | 500 | 502 | 503 | 504 | 507 | 509
    )
}

/// How long to wait before attempt number `attempt + 1` (the first attempt is 1). `random` is in `0.0..1.0`.
///
/// What the provider says comes first, and is never undercut: calls before `Retry-After` ends prolong it. Without word
/// of the provider the back-off doubles, with full jitter above a floor (G-06, G-07).
pub(super) fn wait(
    headers: &HeaderMap,
    now: Timestamp,
    attempt: u32,
    random: f64,
    limits: &Limits,
) -> Duration {
    let spread = limits.floor.mul_f64(random);
    if let Some(told) = retry_after(headers, now).or_else(|| until_reset(headers)) {
        return told.max(limits.floor) + spread;
    }
    let doubled = limits
        .backoff
        .saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)))
        .min(limits.longest_wait);
    limits.floor + doubled.mul_f64(random)
}

/// `Retry-After` as whole seconds, as a fraction (seen in the field), or as a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = http_date(text)?;
    Some(
        (date - server_time(headers).unwrap_or(now))
            .to_std()
            .unwrap_or_default(),
    )
}

/// Okta: `X-Rate-Limit-Reset` (epoch seconds) against the answer's own `Date`, plus a second. The header is on every
/// answer, so it counts only when nothing remains; and not when the limit is the one of concurrency (limit and
/// remaining both 0), whose reset is only an estimate.
fn until_reset(headers: &HeaderMap) -> Option<Duration> {
    let reset = number(headers, "x-rate-limit-reset")?;
    if number(headers, "x-rate-limit-remaining").is_some_and(|remaining| remaining > 0) {
        return None;
    }
    if number(headers, "x-rate-limit-limit") == Some(0) {
        return None;
    }
    let seconds = reset - server_time(headers)?.timestamp() + 1;
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// How long the next call of the same kind should wait because this answer used up the last one of its minute.
pub(super) fn used_up(headers: &HeaderMap) -> Option<Duration> {
    if number(headers, "x-rate-limit-remaining")? > 0 {
        return None;
    }
    until_reset(headers)
}

/// The provider's clock, by the answer's `Date`. The first one, when a proxy has added its own.
pub(crate) fn server_time(headers: &HeaderMap) -> Option<Timestamp> {
    http_date(headers.get(DATE)?.to_str().ok()?.trim())
}

/// The first number of a header; lines joined with commas have several.
fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers
        .get(name)?
        .to_str()
        .ok()?
        .split(',')
        .next()?
        .trim()
        .parse()
        .ok()
}

fn http_date(text: &str) -> Option<Timestamp> {
    chrono::DateTime::parse_from_rfc2822(text)
        .ok()
        .map(|date| date.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    http::HeaderName::from_static(name),
                    value.parse().expect("header value"),
                )
            })
            .collect()
    }

    fn now() -> Timestamp {
        http_date("Mon, 23 Nov 2026 10:00:00 GMT").expect("date")
    }

    fn waited(pairs: &[(&'static str, &str)], attempt: u32, random: f64) -> Duration {
        wait(&headers(pairs), now(), attempt, random, &Limits::default())
    }

    #[test]
    fn g_06_retry_after_is_never_undercut() {
        assert_eq!(waited(&[("retry-after", "7")], 1, 0.0), Duration::from_secs(7));
        assert_eq!(
            waited(&[("retry-after", "0.749")], 1, 0.0),
            Duration::from_millis(749)
        );
        assert_eq!(
            waited(&[("retry-after", "Mon, 23 Nov 2026 10:00:09 GMT")], 1, 0.0),
            Duration::from_secs(9)
        );
        assert!(waited(&[("retry-after", "7")], 1, 0.9) > Duration::from_secs(7));
    }

    #[test]
    fn g_06_a_date_is_compared_with_the_answers_own_date() {
        let skewed = [
            ("retry-after", "Mon, 23 Nov 2026 12:00:05 GMT"),
            ("date", "Mon, 23 Nov 2026 12:00:00 GMT"),
        ];
        assert_eq!(waited(&skewed, 1, 0.0), Duration::from_secs(5));
    }

    #[test]
    fn g_06_retry_after_of_nothing_still_waits_for_the_floor() {
        assert_eq!(waited(&[("retry-after", "0")], 1, 0.0), Limits::default().floor);
        assert_eq!(waited(&[("retry-after", "-1")], 1, 0.0), Limits::default().floor);
    }

    #[test]
    fn g_06_okta_reset_counts_from_the_answers_date() {
        let reset = (now().timestamp() + 100).to_string();
        let pairs = [
            ("x-rate-limit-reset", reset.as_str()),
            ("x-rate-limit-limit", "600"),
            ("x-rate-limit-remaining", "0"),
            ("date", "Mon, 23 Nov 2026 10:01:30 GMT"),
        ];
        assert_eq!(waited(&pairs, 1, 0.0), Duration::from_secs(11));
        assert_eq!(used_up(&headers(&pairs)), Some(Duration::from_secs(11)));
    }

    #[test]
    fn g_06_okta_concurrency_limit_backs_off_instead() {
        let reset = (now().timestamp() + 100).to_string();
        let pairs = [
            ("x-rate-limit-reset", reset.as_str()),
            ("x-rate-limit-limit", "0"),
            ("x-rate-limit-remaining", "0"),
            ("date", "Mon, 23 Nov 2026 10:00:00 GMT"),
        ];
        assert!(waited(&pairs, 1, 0.5) < Duration::from_secs(3));
        assert_eq!(used_up(&headers(&pairs)), None);
    }

    #[test]
    fn g_07_trouble_with_calls_remaining_does_not_wait_for_the_reset() {
        let reset = (now().timestamp() + 100).to_string();
        let pairs = [
            ("x-rate-limit-reset", reset.as_str()),
            ("x-rate-limit-limit", "600"),
            ("x-rate-limit-remaining", "598"),
            ("date", "Mon, 23 Nov 2026 10:00:00 GMT"),
        ];
        assert!(waited(&pairs, 1, 0.5) < Duration::from_secs(3));
    }

    #[test]
    fn g_07_backoff_doubles_with_jitter_above_the_floor() {
        let floor = Limits::default().floor;
        assert_eq!(waited(&[], 1, 0.0), floor);
        assert_eq!(waited(&[], 1, 1.0), floor + Duration::from_secs(1));
        assert_eq!(waited(&[], 4, 1.0), floor + Duration::from_secs(8));
        assert_eq!(waited(&[], 40, 1.0), floor + Limits::default().longest_wait);
    }
}
