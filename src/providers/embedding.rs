//! Texts turned into vectors: what providers with an embeddings endpoint do, and `OpenAI`'s form of it, which most speak.
//!
//! Formats: the references of `OpenAI`, Gemini and Cohere; Mistral, Azure, vLLM, llama.cpp, Ollama, Jina and Voyage have
//! `OpenAI`'s.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::azure::Azure;
use super::cohere::{Cohere, CohereWire};
use super::error::{CallError, CallErrorKind};
use super::gemini::{Gemini, GenerateWire};
use super::mistral::{Mistral, MistralWire};
use super::openai::{ChatWire, OpenAi};
use super::remote::{Connection, Wire, path_segment};
use super::responses::Responses;
use crate::http::Header;

/// What a text is: some models embed a question differently from a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TextSide {
    /// A text to be found.
    Document,
    /// A text to find with.
    Question,
}

/// Vectors as they came.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// One for each text, in the order of the texts.
    pub vectors: Vec<Vec<f32>>,
    /// The tokens that are billed, where the provider says.
    pub input_tokens: Option<u64>,
}

/// A provider's embeddings endpoint.
pub trait EmbeddingEndpoint: Send + Sync {
    /// The most texts of one request.
    fn most(&self) -> usize;

    /// Embeds texts with one request, which is never sent twice.
    fn embed<'a>(
        &'a self,
        model: &'a str,
        texts: &'a [&'a str],
        side: TextSide,
    ) -> BoxFuture<'a, Result<Embedded, CallError>>;
}

/// Texts of one request: all makers allow as many, and the answer stays below the limit on documents.
const MOST: usize = 64;

/// `{"model", "input", "encoding_format"}` to `{"data": [{"index", "embedding"}], "usage": {"prompt_tokens"}}`.
async fn as_openai(
    connection: &Connection,
    wire: &dyn Wire,
    path: &str,
    headers: &[Header<'_>],
    model: &str,
    texts: &[&str],
) -> Result<Embedded, CallError> {
    let body = json!({"model": model, "input": texts, "encoding_format": "float"});
    let answer = connection.post(wire, path, headers, body.to_string().into_bytes()).await?;
    let list = answer.get("data").and_then(Value::as_array).ok_or_else(no_vectors)?;
    let mut vectors = vec![Vec::new(); texts.len()];
    for (place, one) in list.iter().enumerate() {
        let index = one.get("index").and_then(Value::as_u64).map_or(place, |index| index as usize);
        *vectors.get_mut(index).ok_or_else(no_vectors)? = vector(one.get("embedding"))?;
    }
    let usage = ["/usage/prompt_tokens", "/usage/total_tokens"].iter().find_map(|at| answer.pointer(at)?.as_u64());
    whole(vectors, texts.len(), usage)
}

fn vector(value: Option<&Value>) -> Result<Vec<f32>, CallError> {
    let list = value.and_then(Value::as_array).ok_or_else(no_vectors)?;
    list.iter().map(|one| one.as_f64().map(|one| one as f32).ok_or_else(no_vectors)).collect()
}

fn whole(vectors: Vec<Vec<f32>>, texts: usize, input_tokens: Option<u64>) -> Result<Embedded, CallError> {
    let width = vectors.first().map_or(0, Vec::len);
    if vectors.len() != texts || vectors.iter().any(|vector| vector.len() != width || vector.is_empty()) {
        return Err(no_vectors());
    }
    Ok(Embedded { vectors, input_tokens })
}

fn no_vectors() -> CallError {
    let said = "the answer does not hold one vector for each text: is this a model that embeds?";
    CallError::new(CallErrorKind::Malformed, said)
}

macro_rules! speaks_openai {
    ($provider:ty, $wire:expr, |$own:ident, $model:ident| $path:expr, $headers:expr) => {
        impl EmbeddingEndpoint for $provider {
            fn most(&self) -> usize {
                MOST
            }

            fn embed<'a>(
                &'a self,
                model: &'a str,
                texts: &'a [&'a str],
                _: TextSide,
            ) -> BoxFuture<'a, Result<Embedded, CallError>> {
                Box::pin(async move {
                    let ($own, $model) = (self, model);
                    let path: String = $path;
                    as_openai(self.connection(), &$wire, &path, &$headers, model, texts).await
                })
            }
        }
    };
}

speaks_openai!(OpenAi, ChatWire, |own, _model| "/embeddings".to_owned(), own.headers());
speaks_openai!(Responses, ChatWire, |own, _model| "/embeddings".to_owned(), own.connection().bearer());
speaks_openai!(Mistral, MistralWire, |own, _model| "/embeddings".to_owned(), own.connection().bearer());
speaks_openai!(Azure, ChatWire, |own, model| own.path(model, "embeddings"), own.headers());

impl EmbeddingEndpoint for Gemini {
    fn most(&self) -> usize {
        MOST
    }

    fn embed<'a>(
        &'a self,
        model: &'a str,
        texts: &'a [&'a str],
        side: TextSide,
    ) -> BoxFuture<'a, Result<Embedded, CallError>> {
        Box::pin(async move {
            let task = match side {
                TextSide::Document => "RETRIEVAL_DOCUMENT",
                TextSide::Question => "RETRIEVAL_QUERY",
            };
            let name = format!("models/{}", model.strip_prefix("models/").unwrap_or(model));
            let one = |text: &&str| json!({"model": name, "content": {"parts": [{"text": text}]}, "taskType": task});
            let body = json!({"requests": texts.iter().map(one).collect::<Vec<_>>()}).to_string().into_bytes();
            let path = format!("/models/{}:batchEmbedContents", path_segment(name.trim_start_matches("models/")));
            let answer = self.connection().post(&GenerateWire, &path, &self.headers(), body).await?;
            let list = answer.get("embeddings").and_then(Value::as_array).ok_or_else(no_vectors)?;
            let vectors: Result<Vec<_>, _> = list.iter().map(|one| vector(one.get("values"))).collect();
            whole(vectors?, texts.len(), answer.pointer("/usageMetadata/promptTokenCount").and_then(Value::as_u64))
        })
    }
}

impl EmbeddingEndpoint for Cohere {
    fn most(&self) -> usize {
        MOST
    }

    fn embed<'a>(
        &'a self,
        model: &'a str,
        texts: &'a [&'a str],
        side: TextSide,
    ) -> BoxFuture<'a, Result<Embedded, CallError>> {
        Box::pin(async move {
            let input = match side {
                TextSide::Document => "search_document",
                TextSide::Question => "search_query",
            };
            let body = json!({"model": model, "input_type": input, "texts": texts, "embedding_types": ["float"]});
            let headers = self.connection().bearer();
            let answer =
                self.connection().post(&CohereWire, "/v2/embed", &headers, body.to_string().into_bytes()).await?;
            let list = answer.pointer("/embeddings/float").and_then(Value::as_array).ok_or_else(no_vectors)?;
            let vectors: Result<Vec<_>, _> = list.iter().map(|one| vector(Some(one))).collect();
            let billed = answer.pointer("/meta/billed_units/input_tokens").and_then(Value::as_f64);
            whole(vectors?, texts.len(), billed.map(|billed| billed.ceil() as u64))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use wiremock::matchers::any;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::{Embedded, TextSide};
    use crate::domain::provider::{ProviderKind, ProviderSettings};
    use crate::providers::{CallErrorKind, Environment, Providers};

    /// What is asked of a provider of a kind, by path and body, and what is read of its answer.
    async fn asked(
        kind: ProviderKind,
        side: TextSide,
        answer: Value,
    ) -> (String, Value, Result<Embedded, CallErrorKind>) {
        let server = MockServer::start().await;
        Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_json(answer)).mount(&server).await;
        let settings = ProviderSettings { base_url: Some(server.uri()), ..ProviderSettings::new("p", kind) };
        let provider = Providers::new(vec![settings], Environment::of([])).get("p").unwrap();
        let endpoint = provider.embeddings().unwrap();
        let embedded = endpoint.embed("m", &["How long?", "When?"], side).await.map_err(|error| error.kind);
        let request = server.received_requests().await.unwrap().remove(0);
        (request.url.path().to_owned(), serde_json::from_slice(&request.body).unwrap(), embedded)
    }

    fn two(input_tokens: Option<u64>) -> Embedded {
        Embedded { vectors: vec![vec![0.5, 1.0], vec![0.25, 0.0]], input_tokens }
    }

    #[tokio::test]
    async fn openai_s_form_in_the_order_of_the_indexes() {
        let answer = json!({"data": [{"index": 1, "embedding": [0.25, 0]}, {"index": 0, "embedding": [0.5, 1]}],
            "usage": {"prompt_tokens": 5, "total_tokens": 5}});
        for (kind, path) in [
            (ProviderKind::OpenAi, "/embeddings"),
            (ProviderKind::OpenAiResponses, "/embeddings"),
            (ProviderKind::Mistral, "/embeddings"),
            (ProviderKind::Azure, "/openai/v1/embeddings"),
        ] {
            let (asked_at, body, embedded) = asked(kind, TextSide::Document, answer.clone()).await;
            assert_eq!(asked_at, path, "{kind}");
            assert_eq!(body, json!({"model": "m", "input": ["How long?", "When?"], "encoding_format": "float"}));
            assert_eq!(embedded, Ok(two(Some(5))), "{kind}");
        }
    }

    #[tokio::test]
    async fn gemini_is_told_what_a_text_is_for() {
        let answer = json!({"embeddings": [{"values": [0.5, 1.0]}, {"values": [0.25, 0.0]}]});
        let (path, body, embedded) = asked(ProviderKind::Gemini, TextSide::Question, answer).await;
        assert_eq!(path, "/models/m:batchEmbedContents");
        assert_eq!(
            body["requests"][1],
            json!({"model": "models/m", "content": {"parts": [{"text": "When?"}]},
            "taskType": "RETRIEVAL_QUERY"})
        );
        assert_eq!(embedded, Ok(two(None)));
    }

    #[tokio::test]
    async fn cohere_is_told_what_a_text_is_for() {
        let answer = json!({"embeddings": {"float": [[0.5, 1.0], [0.25, 0.0]]},
            "meta": {"billed_units": {"input_tokens": 6}}});
        let (path, body, embedded) = asked(ProviderKind::Cohere, TextSide::Document, answer).await;
        assert_eq!((path.as_str(), &body["input_type"]), ("/v2/embed", &json!("search_document")));
        assert_eq!(body["embedding_types"], json!(["float"]));
        assert_eq!(embedded, Ok(two(Some(6))));
    }

    #[tokio::test]
    async fn a_vector_too_few_is_no_answer() {
        let one = json!({"data": [{"index": 0, "embedding": [0.5]}]});
        assert_eq!(asked(ProviderKind::OpenAi, TextSide::Document, one).await.2, Err(CallErrorKind::Malformed));
    }
}
