//! Retrieval by vectors: cosine similarity.

use super::bm25::Hit;

/// Vectors of texts, each brought to unit length.
#[derive(Clone, Debug, Default)]
pub struct DenseIndex {
    vectors: Vec<Vec<f32>>,
}

impl DenseIndex {
    /// Indexes vectors of one width.
    pub fn of(vectors: impl IntoIterator<Item = Vec<f32>>) -> Self {
        Self { vectors: vectors.into_iter().map(unit).collect() }
    }

    /// All texts by the cosine of their vectors with the query's, the nearest first; of equals the earlier text first.
    /// Empty where the query's vector has another width.
    pub fn search(&self, query: &[f32]) -> Vec<Hit> {
        let query = unit(query.to_vec());
        let mut hits: Vec<Hit> = self
            .vectors
            .iter()
            .enumerate()
            .filter(|(_, vector)| vector.len() == query.len())
            .map(|(text, vector)| Hit { text, score: dot(vector, &query) })
            .collect();
        hits.sort_by(|x, y| y.score.total_cmp(&x.score));
        hits
    }
}

fn unit(mut vector: Vec<f32>) -> Vec<f32> {
    let length = dot(&vector, &vector).sqrt();
    if length > 0.0 {
        for one in &mut vector {
            *one = (f64::from(*one) / length) as f32;
        }
    }
    vector
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}
