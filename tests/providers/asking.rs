//! What is said arrives.

use hindcast::domain::message::{Message, Part, Role};
use hindcast::providers::{Delivery, Request};
use serde_json::json;

use super::bench::{ask, request, saying};
use super::dialect::{Ability, Dialect, Said, Who};

/// A picture of one pixel's beginning: no double looks further.
const PIXEL: &str = "data:image/png;base64,iVBORw0KGgo=";

fn text(who: Who, text: &str) -> (Who, Said) {
    (who, Said::Text(text.to_owned()))
}

pub async fn system_messages_arrive(dialect: &dyn Dialect) {
    let messages = vec![Message::text(Role::System, "Answer shortly."), Message::text(Role::User, "Hi")];
    let got = ask(dialect, &Request { messages, ..request(dialect) }).await;
    assert_eq!(got.asked.system, ["Answer shortly."]);
    assert_eq!(got.asked.said, [text(Who::User, "Hi")]);
    assert_eq!(got.asked.model, dialect.model());
    assert!(got.dropped.is_empty(), "{:?}", got.dropped);
}

pub async fn turns_keep_their_order(dialect: &dyn Dialect) {
    let messages = vec![
        Message::text(Role::User, "one"),
        Message::text(Role::Assistant, "two"),
        Message::text(Role::User, "three"),
        Message::text(Role::User, "four"),
    ];
    let got = ask(dialect, &Request { messages, ..request(dialect) }).await;
    let said = [text(Who::User, "one"), text(Who::Model, "two"), text(Who::User, "three"), text(Who::User, "four")];
    assert_eq!(got.asked.said, said);
}

pub async fn letters_of_every_script_arrive(dialect: &dyn Dialect) {
    let odd = "Größe 漢字 🙂 \u{202e}x \"quoted\" \\ \t";
    let got = ask(dialect, &saying(dialect, vec![Part::Text { text: odd.to_owned() }])).await;
    assert_eq!(got.asked.said, [text(Who::User, odd)]);
}

async fn an_image(dialect: &dyn Dialect, ability: Ability, url: &str) {
    let image = Part::Other { value: json!({"type": "image_url", "image_url": {"url": url}}) };
    let parts = vec![Part::Text { text: "What is this?".to_owned() }, image];
    let request = saying(dialect, parts);
    if dialect.has(ability) {
        let got = ask(dialect, &request).await;
        let image = got.asked.said.iter().find(|(_, said)| matches!(said, Said::Image(_)));
        assert_eq!(image, Some(&(Who::User, Said::Image(url.to_owned()))), "{:?}", got.asked.said);
    } else {
        let provider = dialect.providers("http://127.0.0.1:9").get(dialect.provider()).unwrap();
        match provider.prepare(&request) {
            Ok(prepared) => assert!(
                prepared.dropped.iter().any(|said| said.to_lowercase().contains("image")),
                "an image is dropped in silence: {:?}",
                prepared.dropped
            ),
            Err(error) => assert!(error.to_string().to_lowercase().contains("image"), "{error}"),
        }
    }
}

pub async fn an_image_in_bytes(dialect: &dyn Dialect) {
    an_image(dialect, Ability::ImageBytes, PIXEL).await;
}

pub async fn an_image_at_an_address(dialect: &dyn Dialect) {
    an_image(dialect, Ability::ImageAddress, "https://images.example/cat.png").await;
}

pub async fn an_unknown_part_is_refused(dialect: &dyn Dialect) {
    let request = saying(dialect, vec![Part::Other { value: json!({"type": "hologram"}) }]);
    let provider = dialect.providers("http://127.0.0.1:9").get(dialect.provider()).unwrap();
    match provider.prepare(&request) {
        Ok(prepared) => panic!("a part of unknown type is sent or dropped: {:?}", prepared.dropped),
        Err(error) => assert!(error.to_string().contains("hologram"), "{error}"),
    }
}

pub async fn whole_and_streamed_are_asked_for_differently(dialect: &dyn Dialect) {
    for delivery in [Delivery::Whole, Delivery::Streamed] {
        let got = ask(dialect, &Request { delivery, ..request(dialect) }).await;
        if let Some(is_streamed) = got.asked.is_streamed {
            assert_eq!(is_streamed, delivery == Delivery::Streamed);
        }
        assert_eq!(got.answer().text, "Hello.");
    }
}
