use super::fixtures::{import, span, store};
use crate::domain::cancel::Cancel;
use crate::domain::chunk::{Chunk, ChunkRole};

fn chunk(rank: u32, id: &str, text: &str) -> Chunk {
    let mut metadata = serde_json::Map::new();
    metadata.insert("title".into(), id.into());
    Chunk {
        role: ChunkRole::Retrieved,
        rank,
        document_id: Some(id.to_owned()),
        score: None,
        content: Some(text.to_owned()),
        metadata,
    }
}

#[test]
fn chunks_are_found_by_their_words_and_their_document() {
    let store = store();
    let mut one = span("t1", "s1", None, 0);
    one.chunks =
        vec![chunk(1, "api-limits", "The API allows 600 requests."), chunk(2, "refunds", "Refunds take 14 days.")];
    let mut two = span("t2", "s2", None, 10);
    two.chunks = vec![chunk(1, "refunds", "Refunds take 14 days.")];
    import(&store, vec![one, two], Vec::new());
    let ids = |text: &str| -> Vec<(String, u64)> {
        let found = store.find_chunks(text, 10, &Cancel::new()).unwrap();
        found.into_iter().map(|found| (found.document_id.unwrap(), found.traces)).collect()
    };
    let (limits, refunds) = (("api-limits".to_owned(), 1), ("refunds".to_owned(), 2));
    assert_eq!(ids(""), [refunds.clone(), limits.clone()], "the most often retrieved one first");
    assert_eq!(ids("API requests days"), [limits.clone(), refunds.clone()], "the one with more of the words first");
    assert_eq!(ids("api-LIM"), [limits]);
    assert_eq!(ids("100 % '); DROP"), []);
    let found = store.find_chunks("refunds", 1, &Cancel::new()).unwrap();
    assert_eq!(found[0].metadata["title"], "refunds");
}
