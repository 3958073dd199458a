//! Model servers on the usual ports of this machine.

use std::time::Duration;

use serde::Serialize;

use super::openai::list_models;
use crate::http::HttpSettings;

/// The usual ports of servers that speak OpenAI's API.
pub const LOOPBACK_SERVERS: [(&str, u16); 4] =
    [("ollama", 11434), ("llama.cpp", 8080), ("vllm", 8000), ("lmstudio", 1234)];

/// A server that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Discovered {
    /// The program that usually is at this port; another may be.
    pub usually: &'static str,
    /// What to write as `base_url`.
    pub base_url: String,
    /// Its models.
    pub models: Vec<String>,
}

/// Asks each of the usual loopback ports for its models; whoever does not answer within a second is left out.
pub async fn discover() -> Vec<Discovered> {
    at(&LOOPBACK_SERVERS).await
}

async fn at(servers: &[(&'static str, u16)]) -> Vec<Discovered> {
    let asked = servers.iter().map(|&(usually, port)| async move {
        let base_url = format!("http://127.0.0.1:{port}/v1");
        let second = Duration::from_secs(1);
        let settings = HttpSettings { connect: second, first_byte: second, idle: second, ..HttpSettings::default() };
        let models = list_models(&base_url, settings).await.ok()?;
        Some(Discovered { usually, base_url, models })
    });
    futures_util::future::join_all(asked).await.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use wiremock::matchers::path;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    #[tokio::test]
    async fn finds_what_answers_and_nothing_else() {
        let server = MockServer::start().await;
        let models = serde_json::json!({"object": "list", "data": [{"id": "gemma3"}, {"id": "smollm2"}]});
        Mock::given(path("/v1/models"))
            .respond_with(ResponseTemplate::new(200).set_body_json(models))
            .mount(&server)
            .await;
        let found = at(&[("ollama", server.address().port()), ("vllm", 1)]).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].models, ["gemma3", "smollm2"]);
    }
}
