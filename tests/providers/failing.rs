//! Refusals of every API in one form.

use std::time::Duration;

use hindcast::providers::{CallError, CallErrorKind, Delivery, Request};

use super::bench::{exchange, request};
use super::dialect::{Ability, Dialect, KEY, Refused};
use super::double::{Double, Reply};

/// Refuses both ways of asking; the kind, the status and the provider's own words have to be in the error.
async fn refused(dialect: &dyn Dialect, why: Refused, kind: CallErrorKind) -> Option<CallError> {
    let words = "said by the double";
    let mut last = None;
    for delivery in [Delivery::Whole, Delivery::Streamed] {
        let reply = dialect.refusal(why, words)?;
        let status = reply.status;
        let error = exchange(dialect, &Request { delivery, ..request(dialect) }, reply).await.error();
        assert_eq!(error.kind, kind, "{error:?}");
        assert!(status == 200 || error.status == Some(status), "{error:?}");
        assert!(error.message.contains(words), "{}", error.message);
        assert!(error.partial.is_none());
        last = Some(error);
    }
    last
}

pub async fn authentication(dialect: &dyn Dialect) {
    refused(dialect, Refused::Authentication, CallErrorKind::Unauthorized).await.expect("every API has keys");
}

pub async fn permission(dialect: &dyn Dialect) {
    refused(dialect, Refused::Permission, CallErrorKind::Forbidden).await;
}

pub async fn no_such_model(dialect: &dyn Dialect) {
    refused(dialect, Refused::NoSuchModel, CallErrorKind::NoSuchModel).await.expect("every API has models");
}

pub async fn rate_limit_with_its_wait(dialect: &dyn Dialect) {
    let error = refused(dialect, Refused::RateLimit, CallErrorKind::RateLimited).await.expect("every API has limits");
    assert_eq!(error.retry_after, Some(Duration::from_secs(7)));
}

pub async fn quota(dialect: &dyn Dialect) {
    refused(dialect, Refused::Quota, CallErrorKind::QuotaExhausted).await;
}

pub async fn too_long(dialect: &dyn Dialect) {
    refused(dialect, Refused::TooLong, CallErrorKind::ContextOverflow).await;
}

pub async fn filtered(dialect: &dyn Dialect) {
    refused(dialect, Refused::Filtered, CallErrorKind::ContentFiltered).await;
}

pub async fn overloaded(dialect: &dyn Dialect) {
    refused(dialect, Refused::Overloaded, CallErrorKind::Overloaded).await;
}

pub async fn invalid(dialect: &dyn Dialect) {
    refused(dialect, Refused::Invalid, CallErrorKind::Invalid).await.expect("every API refuses bad requests");
}

pub async fn a_failing_server(dialect: &dyn Dialect) {
    refused(dialect, Refused::Server, CallErrorKind::Server).await.expect("every API can fail");
}

pub async fn an_error_page(dialect: &dyn Dialect) {
    let page = Reply::new(502, "text/html", vec![b"<html><body>Bad gateway</body></html>".to_vec()]);
    let error = exchange(dialect, &request(dialect), page).await.error();
    assert_eq!((error.kind, error.status), (CallErrorKind::Server, Some(502)));
}

pub async fn the_key_is_never_in_the_words(dialect: &dyn Dialect) {
    let words = format!("Incorrect key provided: {KEY}, also as {}", &KEY[..16]);
    for why in [Refused::Authentication, Refused::Invalid] {
        let reply = dialect.refusal(why, &words).unwrap();
        let error = exchange(dialect, &request(dialect), reply).await.error();
        assert!(!format!("{error:?}").contains(&KEY[..16]), "{error:?}");
        assert!(error.message.contains("Incorrect key provided"), "{}", error.message);
    }
}

pub async fn models_refused(dialect: &dyn Dialect) {
    if !dialect.has(Ability::ModelList) {
        return;
    }
    let reply = dialect.refusal(Refused::Authentication, &format!("bad key {KEY}")).unwrap();
    let double = Double::start(move |_| reply.clone()).await;
    let error = dialect.providers(&double.base).get(dialect.provider()).unwrap().models().await.unwrap_err();
    assert_eq!(error.kind, CallErrorKind::Unauthorized);
    assert!(!error.message.contains(KEY), "{}", error.message);
}
