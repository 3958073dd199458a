//! Texts turned into vectors: what providers with an embeddings endpoint do, and `OpenAI`'s form of it, which most speak.
//!
//! Formats: the references of `OpenAI`, Gemini and Cohere; Mistral, Azure, vLLM, llama.cpp, Ollama, Jina and Voyage have
//! `OpenAI`'s.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::azure::Azure;
use super::cohere::Cohere;
use super::error::{CallError, CallErrorKind};
use super::gemini::Gemini;
use super::keyed::{Keyed, post};
use super::mistral::Mistral;
use super::openai::OpenAi;
use super::remote::path_segment;
use super::responses::Responses;

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

/// A provider's form of embeddings; `OpenAI`'s where it says nothing else: `{"model", "input", "encoding_format"}` to
/// `{"data": [{"index", "embedding"}], "usage": {"prompt_tokens"}}`.
trait EmbeddingForm: Keyed {
    /// Where texts are sent.
    fn at(&self, _model: &str) -> String {
        "/embeddings".to_owned()
    }

    /// What is sent.
    fn texts(&self, model: &str, texts: &[&str], _side: TextSide) -> Value {
        json!({"model": model, "input": texts, "encoding_format": "float"})
    }

    /// The vectors of so many texts, and the tokens that are billed; `None` where the answer does not hold them.
    fn vectors(&self, answer: &Value, texts: usize) -> Option<(Vec<Vec<f32>>, Option<u64>)> {
        let mut vectors = vec![Vec::new(); texts];
        for (place, one) in answer.get("data")?.as_array()?.iter().enumerate() {
            let index = one.get("index").and_then(Value::as_u64).map_or(place, |index| index as usize);
            *vectors.get_mut(index)? = vector(one.get("embedding")?)?;
        }
        let usage = ["/usage/prompt_tokens", "/usage/total_tokens"].iter().find_map(|at| answer.pointer(at)?.as_u64());
        Some((vectors, usage))
    }
}

impl<P: EmbeddingForm> EmbeddingEndpoint for P {
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
            let answer = post(self, &self.at(model), &self.texts(model, texts, side)).await?;
            let read = self.vectors(&answer, texts.len()).filter(|(vectors, _)| is_whole(vectors, texts.len()));
            let (vectors, input_tokens) = read.ok_or_else(|| {
                let said = "the answer does not hold one vector for each text: is this a model that embeds?";
                CallError::new(CallErrorKind::Malformed, said)
            })?;
            Ok(Embedded { vectors, input_tokens })
        })
    }
}

fn vector(value: &Value) -> Option<Vec<f32>> {
    value.as_array()?.iter().map(|one| one.as_f64().map(|one| one as f32)).collect()
}

/// Whether there is a vector for each text, all of one width.
fn is_whole(vectors: &[Vec<f32>], texts: usize) -> bool {
    let width = vectors.first().map_or(0, Vec::len);
    vectors.len() == texts && vectors.iter().all(|vector| vector.len() == width && !vector.is_empty())
}

impl EmbeddingForm for OpenAi {}

impl EmbeddingForm for Responses {}

impl EmbeddingForm for Mistral {}

impl EmbeddingForm for Azure {
    fn at(&self, model: &str) -> String {
        self.path_of(model, "embeddings")
    }
}

impl EmbeddingForm for Gemini {
    fn at(&self, model: &str) -> String {
        format!("/models/{}:batchEmbedContents", path_segment(model.trim_start_matches("models/")))
    }

    fn texts(&self, model: &str, texts: &[&str], side: TextSide) -> Value {
        let task = match side {
            TextSide::Document => "RETRIEVAL_DOCUMENT",
            TextSide::Question => "RETRIEVAL_QUERY",
        };
        let name = format!("models/{}", model.strip_prefix("models/").unwrap_or(model));
        let one = |text: &&str| json!({"model": name, "content": {"parts": [{"text": text}]}, "taskType": task});
        json!({"requests": texts.iter().map(one).collect::<Vec<_>>()})
    }

    fn vectors(&self, answer: &Value, _texts: usize) -> Option<(Vec<Vec<f32>>, Option<u64>)> {
        let list = answer.get("embeddings")?.as_array()?;
        let vectors: Option<Vec<_>> = list.iter().map(|one| vector(one.get("values")?)).collect();
        Some((vectors?, answer.pointer("/usageMetadata/promptTokenCount").and_then(Value::as_u64)))
    }
}

impl EmbeddingForm for Cohere {
    fn at(&self, _model: &str) -> String {
        "/v2/embed".to_owned()
    }

    fn texts(&self, model: &str, texts: &[&str], side: TextSide) -> Value {
        let input = match side {
            TextSide::Document => "search_document",
            TextSide::Question => "search_query",
        };
        json!({"model": model, "input_type": input, "texts": texts, "embedding_types": ["float"]})
    }

    fn vectors(&self, answer: &Value, _texts: usize) -> Option<(Vec<Vec<f32>>, Option<u64>)> {
        let list = answer.pointer("/embeddings/float")?.as_array()?;
        let vectors: Option<Vec<_>> = list.iter().map(vector).collect();
        let billed = answer.pointer("/meta/billed_units/input_tokens").and_then(Value::as_f64);
        Some((vectors?, billed.map(|billed| billed.ceil() as u64)))
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
