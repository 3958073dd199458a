//! What a word of SQL could go on with: tables, columns, words of the language.

use crate::store::TableInfo;

/// Words of the language that are offered.
const WORDS: [&str; 28] = [
    "select",
    "from",
    "where",
    "group by",
    "order by",
    "having",
    "limit",
    "join",
    "left join",
    "on",
    "as",
    "and",
    "or",
    "not",
    "count(*)",
    "sum(",
    "avg(",
    "min(",
    "max(",
    "quantile_cont(",
    "date_trunc(",
    "distinct",
    "case when",
    "desc",
    "is null",
    "like",
    "with",
    "unnest(",
];

/// The words that `before` begins, tables first; a word with a dot means a column of that table.
pub fn candidates(before: &str, tables: &[TableInfo]) -> Vec<String> {
    let lower = before.to_lowercase();
    if let Some((table, column)) = lower.rsplit_once('.') {
        return tables
            .iter()
            .filter(|known| known.name == table)
            .flat_map(|known| known.columns.iter().filter(|known| known.name.starts_with(column)))
            .map(|known| format!("{table}.{}", known.name))
            .collect();
    }
    if lower.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<String> =
        tables.iter().map(|table| table.name.clone()).filter(|name| name.starts_with(&lower)).collect();
    let mut columns: Vec<String> = tables
        .iter()
        .flat_map(|table| table.columns.iter().map(|column| column.name.clone()))
        .filter(|name| name.starts_with(&lower))
        .collect();
    columns.sort();
    found.extend(columns);
    found.extend(WORDS.iter().filter(|word| word.starts_with(&lower)).map(|word| (*word).to_owned()));
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|word| seen.insert(word.clone()));
    found
}

/// The longest beginning that all have.
pub fn common(words: &[String]) -> String {
    let Some(first) = words.first() else { return String::new() };
    let mut end = first.len();
    for word in words {
        let same = first.chars().zip(word.chars()).take_while(|(one, other)| one == other);
        end = end.min(same.map(|(one, _)| one.len_utf8()).sum());
    }
    first[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Column;

    fn tables() -> Vec<TableInfo> {
        let column = |name: &str| Column { name: name.into(), sql_type: "VARCHAR".into() };
        vec![
            TableInfo { name: "traces".into(), columns: vec![column("trace_id"), column("tokens")] },
            TableInfo { name: "spans".into(), columns: vec![column("trace_id"), column("span_id")] },
        ]
    }

    #[test]
    fn tables_come_before_columns_and_each_word_once() {
        assert_eq!(candidates("tra", &tables()), ["traces", "trace_id"]);
        assert_eq!(candidates("spans.s", &tables()), ["spans.span_id"]);
        assert_eq!(candidates("sel", &tables()), ["select"]);
        assert_eq!(candidates("", &tables()), Vec::<String>::new());
    }

    #[test]
    fn several_words_share_a_beginning() {
        assert_eq!(common(&["traces".into(), "trace_id".into()]), "trace");
        assert_eq!(common(&[]), "");
    }
}
