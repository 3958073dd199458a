//! Documents put into another order by a model: Cohere's rerank, and the form of it that Jina, Voyage, vLLM, llama.cpp and
//! others speak beside chat completions.
//!
//! Format of both: `{"model", "query", "documents", "top_n"}` to `{"results": [{"index", "relevance_score"}]}`.

use futures_util::future::BoxFuture;
use serde_json::{Value, json};

use super::cohere::Cohere;
use super::error::{CallError, CallErrorKind};
use super::keyed::{Keyed, post};
use super::openai::OpenAi;

/// An order as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Reranked {
    /// Places of the documents, from 0, with their scores, the best first.
    pub order: Vec<(usize, f64)>,
    /// The searches that are billed, where the provider says.
    pub searches: Option<u64>,
    /// The tokens that are billed, where the provider says.
    pub input_tokens: Option<u64>,
}

/// A provider's rerank endpoint.
pub trait RerankEndpoint: Send + Sync {
    /// Orders documents by how well they answer, with one request, which is never sent twice.
    fn rerank<'a>(
        &'a self,
        model: &'a str,
        question: &'a str,
        documents: &'a [&'a str],
    ) -> BoxFuture<'a, Result<Reranked, CallError>>;
}

/// Where a provider reranks.
trait RerankForm: Keyed {
    /// The path.
    const AT: &'static str;
}

impl RerankForm for OpenAi {
    const AT: &'static str = "/rerank";
}

impl RerankForm for Cohere {
    const AT: &'static str = "/v2/rerank";
}

impl<P: RerankForm> RerankEndpoint for P {
    fn rerank<'a>(
        &'a self,
        model: &'a str,
        question: &'a str,
        documents: &'a [&'a str],
    ) -> BoxFuture<'a, Result<Reranked, CallError>> {
        Box::pin(async move {
            let body = json!({"model": model, "query": question, "documents": documents, "top_n": documents.len()});
            let answer = post(self, P::AT, &body).await?;
            read(&answer, documents.len()).ok_or_else(|| {
                let said = "the answer puts no documents into an order: is this a model that reranks?";
                CallError::new(CallErrorKind::Malformed, said)
            })
        })
    }
}

/// Voyage calls the list `data`.
fn read(answer: &Value, documents: usize) -> Option<Reranked> {
    let list = answer.get("results").or_else(|| answer.get("data"))?.as_array()?;
    let mut order: Vec<(usize, f64)> = Vec::with_capacity(list.len());
    for one in list {
        let index = usize::try_from(one.get("index")?.as_u64()?).ok()?;
        let score = one.get("relevance_score").or_else(|| one.get("score"))?.as_f64()?;
        if index >= documents || order.iter().any(|(known, _)| *known == index) {
            return None;
        }
        order.push((index, score));
    }
    order.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let billed = |at: &str| answer.pointer(at).and_then(Value::as_f64).map(|number| number.ceil() as u64);
    Some(Reranked {
        order,
        searches: billed("/meta/billed_units/search_units"),
        input_tokens: billed("/usage/total_tokens"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_in_both_spellings() {
        let cohere = json!({"results": [{"index": 1, "relevance_score": 0.97}, {"index": 0, "relevance_score": 0.1}],
            "meta": {"billed_units": {"search_units": 1}}});
        let read_it = read(&cohere, 2).unwrap();
        assert_eq!((read_it.order, read_it.searches), (vec![(1, 0.97), (0, 0.1)], Some(1)));
        let voyage = json!({"data": [{"index": 0, "relevance_score": 0.1}, {"index": 1, "relevance_score": 0.4}],
            "usage": {"total_tokens": 26}});
        let read_it = read(&voyage, 2).unwrap();
        assert_eq!((read_it.order, read_it.input_tokens), (vec![(1, 0.4), (0, 0.1)], Some(26)));
    }

    #[test]
    fn what_is_no_order_is_refused() {
        for wrong in [
            json!({}),
            json!({"results": [{"index": 2, "relevance_score": 1}]}),
            json!({"results": [{"index": 0, "relevance_score": 1}, {"index": 0, "relevance_score": 1}]}),
            json!({"results": [{"index": 0}]}),
        ] {
            assert_eq!(read(&wrong, 2), None, "{wrong}");
        }
    }
}
