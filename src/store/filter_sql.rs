//! Filters as conditions in SQL, with bound parameters only. What a filter means is said by `domain::filter::evaluate`.

use duckdb::types::Value;

use crate::domain::filter::evaluate::fold;
use crate::domain::filter::{Condition, Expr, Field, Has, Number, Pattern, Test};

/// A piece of SQL and its parameters in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Sql {
    pub text: String,
    pub params: Vec<Value>,
}

impl Sql {
    /// SQL without parameters.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), params: Vec::new() }
    }

    fn with(text: impl Into<String>, params: Vec<Value>) -> Self {
        Self { text: text.into(), params }
    }

    /// This, wrapped into more SQL.
    fn within(self, before: &str, after: &str) -> Self {
        Self { text: format!("{before}{}{after}", self.text), params: self.params }
    }

    /// This where it is known to hold.
    fn known(self) -> Self {
        self.within("coalesce(", ", FALSE)")
    }

    /// Several, joined by an operator, in parentheses.
    pub fn join(parts: Vec<Self>, operator: &str) -> Self {
        let mut joined = Self::plain("(");
        for (number, part) in parts.into_iter().enumerate() {
            if number > 0 {
                joined.text.push_str(operator);
            }
            joined.text.push_str(&part.text);
            joined.params.extend(part.params);
        }
        joined.text.push(')');
        joined
    }
}

/// The starts of spans that are looked at, both included.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slice {
    pub from_ns: i64,
    pub to_ns: i64,
}

/// Writes the conditions of a filter.
pub(super) struct Writer {
    /// Only spans of this slice are looked at.
    pub slice: Option<Slice>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum View {
    /// `t`, a row of `store.traces`.
    Trace,
    /// `s`, a row of `store.spans`.
    Span,
}

/// A condition, or what some span of the trace has to pass.
enum Piece {
    Whole(Sql),
    AnySpan(Sql),
}

/// Whether a filter reads long texts, so that it is answered in slices of time.
pub(super) fn reads_texts(expr: &Expr) -> bool {
    match expr {
        Expr::Text(_) => true,
        Expr::Is(condition) => matches!(condition.field, Field::Attr(_)),
        Expr::And(parts) | Expr::Or(parts) => parts.iter().any(reads_texts),
        Expr::Not(inner) | Expr::Span(inner) => reads_texts(inner),
        Expr::All | Expr::Has(_) => false,
    }
}

impl Writer {
    /// The condition on `t`, a row of `store.traces`; never NULL.
    pub fn trace(&self, expr: &Expr) -> Sql {
        self.expr(expr, View::Trace)
    }

    fn expr(&self, expr: &Expr, view: View) -> Sql {
        let piece = self.piece(expr, view);
        self.whole(piece)
    }

    fn piece(&self, expr: &Expr, view: View) -> Piece {
        let all = |parts: &[Expr]| parts.iter().map(|part| self.expr(part, view)).collect();
        match expr {
            Expr::All => Piece::Whole(Sql::plain("TRUE")),
            Expr::And(parts) => Piece::Whole(Sql::join(all(parts), " AND ")),
            Expr::Or(parts) => self.or(parts, view),
            Expr::Not(inner) => Piece::Whole(self.expr(inner, view).within("(NOT ", ")")),
            Expr::Text(text) => Piece::Whole(Self::text(text, view)),
            Expr::Is(condition) => Self::is(condition, view),
            Expr::Has(has) => Self::has(*has, view),
            Expr::Span(inner) => match view {
                View::Trace => Piece::AnySpan(self.expr(inner, View::Span)),
                View::Span => Piece::Whole(self.expr(inner, View::Span)),
            },
        }
    }

    /// Some span or some span is some span: one look at the table answers them all, however many there are.
    fn or(&self, parts: &[Expr], view: View) -> Piece {
        let mut wholes = Vec::new();
        let mut spans = Vec::new();
        for part in parts {
            match self.piece(part, view) {
                Piece::Whole(sql) => wholes.push(sql),
                Piece::AnySpan(sql) => spans.push(sql.within("(", ")")),
            }
        }
        if spans.is_empty() {
            return Piece::Whole(Sql::join(wholes, " OR "));
        }
        let any = Sql::join(spans, " OR ");
        if wholes.is_empty() {
            return Piece::AnySpan(any);
        }
        wholes.push(self.any_span(any));
        Piece::Whole(Sql::join(wholes, " OR "))
    }

    fn whole(&self, piece: Piece) -> Sql {
        match piece {
            Piece::Whole(sql) => sql,
            Piece::AnySpan(condition) => self.any_span(condition),
        }
    }

    fn bounds(&self, column: &str) -> String {
        self.slice
            .map_or_else(String::new, |slice| format!(" AND {column} BETWEEN {} AND {}", slice.from_ns, slice.to_ns))
    }

    /// The trace has a span `s` of which the condition holds.
    fn any_span(&self, condition: Sql) -> Sql {
        let after = format!("{})", self.bounds("s.started_ns"));
        condition.within("t.trace_id IN (SELECT s.trace_id FROM store.spans s WHERE ", &after)
    }

    /// A condition on a span: of this one, or of any of the trace.
    fn span(condition: Sql, view: View) -> Piece {
        match view {
            View::Trace => Piece::AnySpan(condition.within("(", ")")),
            View::Span => Piece::Whole(condition.known()),
        }
    }

    /// Some text of the trace, or of the span, holds the words; `search_text` has those of a trace, folded.
    fn text(text: &str, view: View) -> Sql {
        let wanted = Value::Text(fold(text));
        if view == View::Trace {
            return Sql::with("coalesce(contains(t.search_text, ?), FALSE)", vec![wanted]);
        }
        let own = "contains(lower(s.input_text), ?) OR contains(lower(s.output_text), ?)";
        let chunk = "EXISTS (SELECT 1 FROM store.chunks c WHERE c.trace_id = s.trace_id AND c.span_id = s.span_id \
             AND contains(lower(c.content), ?))";
        let own = Sql::with(own, vec![wanted.clone(), wanted.clone()]).within("(", ")").known();
        Sql::join(vec![own, Sql::with(chunk, vec![wanted])], " OR ")
    }

    fn has(has: Has, view: View) -> Piece {
        let trace = view == View::Trace;
        Piece::Whole(match has {
            Has::Error => Sql::plain(if trace { "t.has_error" } else { "(s.status = 'error')" }),
            Has::Chunks => Sql::plain(if trace { "(t.chunks > 0)" } else { "(s.chunk_count > 0)" }),
            Has::Tools => return Self::span(Sql::plain("s.kind = 'tool' OR s.tool_count > 0"), view),
            Has::Feedback => score(Sql::plain("c.name <> 'note' AND c.source IN ('user', 'human', 'api')"), view),
            Has::Unsupported if trace => {
                Sql::plain("t.trace_id IN (SELECT g.trace_id FROM store.grounded g WHERE g.unsupported > 0)")
            }
            Has::Unsupported => Sql::plain(
                "EXISTS (SELECT 1 FROM store.grounded g WHERE g.trace_id = s.trace_id AND g.span_id = s.span_id \
                 AND g.unsupported > 0)",
            ),
        })
    }

    fn is(condition: &Condition, view: View) -> Piece {
        let test = &condition.test;
        let of = |trace: &str, span: &str| if view == View::Trace { trace.to_owned() } else { span.to_owned() };
        let any = |columns: &[&str]| {
            let parts = columns.iter().map(|column| passes_text(column, test).known()).collect();
            Self::span(Sql::join(parts, " OR "), view)
        };
        Piece::Whole(match &condition.field {
            Field::Id => {
                let parts = ["s.trace_id", "s.span_id"].map(|column| passes_id(column, test)).into();
                return Self::span(Sql::join(parts, " OR "), view);
            }
            Field::Model => return any(&["s.response_model", "s.request_model"]),
            Field::Provider => return any(&["s.provider"]),
            Field::Kind => return any(&["s.kind"]),
            Field::Name => return any(&["s.name"]),
            Field::Status => passes_text(&of("t.status", "s.status"), test),
            Field::Prompt => return any(&["s.prompt_name"]),
            Field::Version => return any(&["s.prompt_version"]),
            Field::Session => return any(&["s.session_id"]),
            Field::User => return any(&["s.user_id"]),
            Field::Tenant => return any(&["s.tenant_id"]),
            Field::Env => return any(&["s.environment"]),
            Field::Tag => in_list(&of("t.tags", "s.tags"), test).known(),
            Field::Cost => passes(&of("t.cost_usd", "s.cost_usd"), test).known(),
            Field::Tokens => passes(&of("t.tokens", SPAN_TOKENS), test).known(),
            Field::InputTokens => passes(&of("t.input_tokens", "s.input_tokens"), test).known(),
            Field::OutputTokens => passes(&of("t.output_tokens", "s.output_tokens"), test).known(),
            Field::Latency => passes(&of("t.duration_ms", "s.duration_ms"), test).known(),
            Field::Ttft => return Self::span(passes("s.ttft_ms", test), view),
            Field::Time => passes(&of("t.started_ns", "s.started_ns"), test),
            Field::Cause => {
                let id = of("t.trace_id", "s.trace_id");
                let start = format!("{id} IN (SELECT g.trace_id FROM store.causes g WHERE ");
                passes_text("g.cause", test).within(&start, ")")
            }
            Field::Score(name) => {
                let told = vec![passes("c.value", test).known(), passes_text("c.label", test).known()];
                let named = Sql::with("c.name = ?", vec![Value::Text(name.clone())]);
                score(Sql::join(vec![named, Sql::join(told, " OR ")], " AND "), view)
            }
            Field::Attr(key) => return Self::span(attribute(key, test), view),
        })
    }
}

const SPAN_TOKENS: &str = "(CASE WHEN s.input_tokens IS NOT NULL OR s.output_tokens IS NOT NULL \
    THEN coalesce(s.input_tokens, 0) + coalesce(s.output_tokens, 0) END)";

/// A score `c` of the recorded answer exists of which the condition holds.
fn score(condition: Sql, view: View) -> Sql {
    match view {
        View::Trace => {
            condition.within("t.trace_id IN (SELECT c.trace_id FROM store.scores c WHERE c.result_id IS NULL AND ", ")")
        }
        View::Span => condition.within(
            "EXISTS (SELECT 1 FROM store.scores c WHERE c.trace_id = s.trace_id AND c.span_id = s.span_id \
             AND c.result_id IS NULL AND ",
            ")",
        ),
    }
}

fn bound(number: Number) -> (&'static str, Value) {
    match number {
        Number::Usd(amount) => ("?::DECIMAL(38,12)", Value::Text(amount.to_string())),
        Number::Millis(number) | Number::Plain(number) => ("?", Value::Double(number)),
        Number::At(time) => ("?", Value::BigInt(time.nanos())),
    }
}

/// A number or time passes.
fn passes(column: &str, test: &Test) -> Sql {
    match test {
        Test::Equals(_) => Sql::plain("FALSE"),
        Test::Compare { op, value } => {
            let (slot, value) = bound(*value);
            Sql::with(format!("({column} {} {slot})", op.as_str()), vec![value])
        }
        Test::Range { low, high } => {
            let ((low_slot, low), (high_slot, high)) = (bound(*low), bound(*high));
            Sql::with(format!("({column} >= {low_slot} AND {column} <= {high_slot})"), vec![low, high])
        }
    }
}

/// A text passes.
fn passes_text(column: &str, test: &Test) -> Sql {
    match test {
        Test::Equals(Pattern::Literal(literal)) => {
            Sql::with(format!("(lower({column}) = ?)"), vec![Value::Text(fold(literal))])
        }
        Test::Equals(Pattern::Glob(glob)) => {
            Sql::with(format!("(lower({column}) LIKE ? ESCAPE '\\')"), vec![Value::Text(like(glob))])
        }
        Test::Compare { .. } | Test::Range { .. } => Sql::plain("FALSE"),
    }
}

fn passes_id(column: &str, test: &Test) -> Sql {
    match test {
        Test::Equals(Pattern::Literal(prefix)) => {
            Sql::with(format!("starts_with(lower({column}), ?)"), vec![Value::Text(fold(prefix))])
        }
        _ => passes_text(column, test),
    }
}

/// An item of a list of texts passes.
fn in_list(list: &str, test: &Test) -> Sql {
    match test {
        Test::Equals(Pattern::Literal(literal)) => Sql::with(
            format!("list_contains(list_transform({list}, lambda x: lower(x)), ?)"),
            vec![Value::Text(fold(literal))],
        ),
        Test::Equals(Pattern::Glob(_)) => passes_text("u.item", test)
            .within(&format!("EXISTS (SELECT 1 FROM (SELECT unnest({list}) AS item) u WHERE "), ")"),
        Test::Compare { .. } | Test::Range { .. } => Sql::plain("FALSE"),
    }
}

/// An attribute of `s` passes: a string as its text, other values as JSON, arrays also by an item.
fn attribute(key: &str, test: &Test) -> Sql {
    let path = Value::Text(format!("$.\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\"")));
    let value = "json_extract(s.attributes, ?)";
    let unquoted = "json_extract_string(s.attributes, ?)";
    if !matches!(test, Test::Equals(_)) {
        let mut numbers = Sql::join(
            vec![
                Sql::with(
                    format!("json_type({value}) IN ('VARCHAR', 'DOUBLE', 'BIGINT', 'UBIGINT', 'HUGEINT')"),
                    vec![path.clone()],
                ),
                passes(&format!("TRY_CAST(trim({unquoted}) AS DOUBLE)"), test),
            ],
            " AND ",
        );
        // The path stands before each bound, since the column is named once for each.
        let bounds = numbers.params.split_off(1);
        numbers.params.extend(bounds.into_iter().flat_map(|bound| [path.clone(), bound]));
        return numbers;
    }
    let items = format!("json_extract_string({value}, '$[*]')");
    let mut item = in_list(&items, test);
    item.params.insert(0, path.clone());
    let mut whole = passes_text(unquoted, test);
    whole.params.insert(0, path.clone());
    let is_array = Sql::with(format!("json_type({value}) = 'ARRAY'"), vec![path.clone()]);
    let is_null = Sql::with(format!("json_type({value}) = 'NULL'"), vec![path]).within("NOT ", "");
    let by_item = Sql::join(vec![is_array, item.known()], " AND ");
    let any = Sql::join(vec![whole.known(), by_item.known()], " OR ");
    Sql::join(vec![is_null.known(), any], " AND ")
}

/// A glob as a pattern of LIKE.
fn like(glob: &str) -> String {
    let mut pattern = String::new();
    for c in fold(glob).chars() {
        match c {
            '*' => pattern.push('%'),
            '%' | '_' | '\\' => pattern.extend(['\\', c]),
            _ => pattern.push(c),
        }
    }
    pattern
}
