//! Which documents answer which questions: JSON lines, and the relevance files of TREC and BEIR.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::{RetrievalFileError, lines, object, read_text, text_of};
use crate::domain::ids::TraceId;
use crate::domain::retrieval::{DocumentId, Grade, Judgements};

/// A question and the documents that are known to answer it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JudgedQuestion {
    /// Its id, as recorded traces name it; of TREC files it may be a trace's id.
    pub id: Option<String>,
    /// The trace that asked it, where the file names one.
    pub trace_id: Option<TraceId>,
    /// The question.
    pub text: Option<String>,
    /// The documents; none where no document answers it.
    pub judged: Judgements,
}

/// Reads a file of ground truth, its questions in the order in which they are first named.
///
/// JSON lines hold `id`, `question_id` or `trace_id`, or the `question` itself, with `relevant`: ids of documents, objects
/// with `doc_id` and `grade`, or an object of grades by id. A line may also hold one judgement: `document_id` and
/// `grade`. TREC's lines (`trec_eval`, qrels) are `query iteration document grade`; BEIR's are the three columns without
/// the iteration, below a line of heads. Grades below 0 count as 0, those above 255 as 255; without a grade it is 1.
pub fn read_ground_truth(path: &Path) -> Result<Vec<JudgedQuestion>, RetrievalFileError> {
    let text = read_text(path)?;
    let at = |line: usize, reason: String| RetrievalFileError::Line { path: path.to_owned(), line, reason };
    let mut questions = Questions::default();
    let mut heads = None;
    for (number, line) in lines(&text) {
        if line.trim_start().starts_with('{') {
            let fields = object(line).map_err(|reason| at(number, reason))?;
            questions.add(of_object(&fields).map_err(|reason| at(number, reason))?);
            continue;
        }
        let columns: Vec<&str> = line.split_whitespace().collect();
        match of_columns(&columns) {
            Some(question) => questions.add(question),
            // BEIR's line of heads.
            None if columns.len() == 3 && heads.is_none() && questions.all.is_empty() => heads = Some(number),
            None => {
                let wanted = "write JSON with `question_id` and `relevant`, or TREC's `query 0 document grade`";
                return Err(at(number, wanted.to_owned()));
            }
        }
    }
    if questions.all.is_empty() {
        return Err(RetrievalFileError::Nothing { path: path.to_owned(), what: "judgements" });
    }
    Ok(questions.all)
}

/// What makes two lines speak of one question: the ids, and the text where there are none.
type QuestionKey = (Option<String>, Option<TraceId>, Option<String>);

#[derive(Default)]
struct Questions {
    all: Vec<JudgedQuestion>,
    places: BTreeMap<QuestionKey, usize>,
}

impl Questions {
    fn add(&mut self, question: JudgedQuestion) {
        let named = question.id.is_some() || question.trace_id.is_some();
        let key = (question.id.clone(), question.trace_id.clone(), question.text.clone().filter(|_| !named));
        if let Some(&place) = self.places.get(&key) {
            self.all[place].judged.add(&question.judged);
            self.all[place].text = self.all[place].text.take().or(question.text);
        } else {
            self.places.insert(key, self.all.len());
            self.all.push(question);
        }
    }
}

fn of_columns(columns: &[&str]) -> Option<JudgedQuestion> {
    let ([query, _, document, grade] | [query, document, grade]) = columns else { return None };
    let grade = grade_of(grade.parse().ok()?);
    let judged = [(DocumentId::new(*document), grade)].into_iter().collect();
    Some(JudgedQuestion { id: Some((*query).to_owned()), judged, ..JudgedQuestion::default() })
}

fn of_object(fields: &Map<String, Value>) -> Result<JudgedQuestion, String> {
    let question = JudgedQuestion {
        id: text_of(fields, &["question_id", "id", "query_id", "qid"]),
        trace_id: text_of(fields, &["trace_id"]).map(Into::into),
        text: text_of(fields, &["question", "query", "text"]),
        judged: judgements(fields)?,
    };
    if question.id.is_none() && question.trace_id.is_none() && question.text.is_none() {
        return Err("it names no question: write `question_id`, `trace_id` or `question`".to_owned());
    }
    Ok(question)
}

const DOCUMENT: [&str; 3] = ["document_id", "doc_id", "id"];

fn judgements(fields: &Map<String, Value>) -> Result<Judgements, String> {
    let list =
        ["relevant", "relevant_documents", "relevant_ids", "judgements"].iter().find_map(|name| fields.get(*name));
    match list {
        Some(Value::Array(list)) => list
            .iter()
            .map(|one| match one {
                Value::String(id) => Ok((DocumentId::new(id.as_str()), Grade::new(1))),
                Value::Object(one) => {
                    let id = text_of(one, &DOCUMENT).ok_or("a relevant document has no `doc_id`")?;
                    Ok((DocumentId::new(id), grade_in(one)?))
                }
                _ => Err("`relevant` lists ids, or objects with `doc_id` and `grade`".to_owned()),
            })
            .collect(),
        Some(Value::Object(grades)) => {
            let of = |(id, grade): (&String, &Value)| {
                let grade = grade.as_f64().ok_or_else(|| format!("the grade of {id} is no number"))?;
                Ok((DocumentId::new(id.as_str()), grade_of(grade)))
            };
            grades.iter().map(of).collect()
        }
        Some(Value::Null) => Ok(Judgements::default()),
        Some(_) => Err("`relevant` is neither a list nor an object".to_owned()),
        None => match text_of(fields, &DOCUMENT[..2]) {
            Some(id) => Ok([(DocumentId::new(id), grade_in(fields)?)].into_iter().collect()),
            None => Err("it says nothing of documents: write `relevant`, empty where none answers".to_owned()),
        },
    }
}

fn grade_in(fields: &Map<String, Value>) -> Result<Grade, String> {
    match ["grade", "relevance", "score"].iter().find_map(|name| fields.get(*name)) {
        None => Ok(Grade::new(1)),
        Some(value) => value.as_f64().map(grade_of).ok_or_else(|| "a grade is no number".to_owned()),
    }
}

fn grade_of(number: f64) -> Grade {
    Grade::new(number.clamp(0.0, 255.0) as u8)
}
