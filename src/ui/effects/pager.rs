//! Pages by number out of a store that pages by the last row's key.

use std::collections::BTreeMap;

use super::traces::{ListQuery, Order, Sort};
use crate::domain::cancel::Cancel;
use crate::domain::filter::{Expr, Filter};
use crate::store::{PageKey, Result, SortDirection, Store, TraceRow, TraceSortField, TracesQuery};

/// Rows read at once while walking to a page whose key is not known.
const STRIDE: usize = 1_000;

/// What is known of the list asked for last: where rows begin, from the front and from the end.
#[derive(Debug, Default)]
pub struct Pager {
    list: Option<(String, Sort, Order)>,
    /// The rows before a key, by their number.
    front: BTreeMap<usize, PageKey>,
    /// The rows from a key on, by the number of the first, in the list read backwards.
    back: BTreeMap<usize, PageKey>,
    matched: Option<u64>,
}

/// Where to go on reading: a key, none at the edge of the list.
type From = (usize, Option<PageKey>);

impl Pager {
    /// Begins anew where another list is asked for, or the first page of the same one.
    pub fn turn_to(&mut self, query: &ListQuery) {
        let list = Some((query.filter.clone(), query.sort, query.order));
        if self.list != list || query.offset == 0 {
            *self = Self { list, ..Self::default() };
        }
    }

    /// How many match, where that was counted.
    pub const fn matched(&self) -> Option<u64> {
        self.matched
    }

    /// Counts the rows that match, once.
    pub fn count(&mut self, filter: &Filter, all: u64, store: &Store, cancel: &Cancel) -> Result<u64> {
        if let Some(matched) = self.matched {
            return Ok(matched);
        }
        let matched = if filter.expr == Expr::All {
            all
        } else {
            store.traces_count(&TracesQuery { filter: filter.clone(), ..TracesQuery::default() }, cancel)?
        };
        self.matched = Some(matched);
        Ok(matched)
    }

    /// The rows of a page, read from whichever known place is nearest.
    pub fn page(
        &mut self,
        query: &ListQuery,
        filter: &Filter,
        store: &Store,
        cancel: &Cancel,
    ) -> Result<Vec<TraceRow>> {
        let total = self.matched.map(|matched| usize::try_from(matched).unwrap_or(usize::MAX));
        let before =
            self.front.range(..=query.offset).next_back().map_or((0, None), |(row, key)| (*row, Some(key.clone())));
        if let Some(total) = total.filter(|total| query.offset < *total) {
            let end = (query.offset + query.limit).min(total);
            let behind = self.back.range(end..).next().map_or((total, None), |(row, key)| (*row, Some(key.clone())));
            if behind.0 - end < query.offset - before.0 {
                return self.backwards(query, filter, behind, (query.offset, end), (store, cancel));
            }
        }
        self.forwards(query, filter, before, (store, cancel))
    }

    fn forwards(
        &mut self,
        query: &ListQuery,
        filter: &Filter,
        from: From,
        (store, cancel): (&Store, &Cancel),
    ) -> Result<Vec<TraceRow>> {
        let (mut row, mut after) = from;
        loop {
            let skip = query.offset - row;
            let limit = if skip > 0 { skip.min(STRIDE) } else { query.limit };
            let page = store.traces_page(&ask(query, filter, query.order, after, limit), cancel, &mut |_| {})?;
            row += page.rows.len();
            if let Some(key) = &page.next {
                self.front.insert(row, key.clone());
            }
            if skip == 0 || page.next.is_none() {
                return Ok(if skip == 0 { page.rows } else { Vec::new() });
            }
            after = page.next;
        }
    }

    /// Reads the list the other way round, from its end.
    fn backwards(
        &mut self,
        query: &ListQuery,
        filter: &Filter,
        from: From,
        (start, end): (usize, usize),
        (store, cancel): (&Store, &Cancel),
    ) -> Result<Vec<TraceRow>> {
        let (mut row, mut after) = from;
        loop {
            let skip = row - end;
            let limit = if skip > 0 { skip.min(STRIDE) } else { end - start };
            let asked = ask(query, filter, query.order.turned(), after, limit);
            let mut page = store.traces_page(&asked, cancel, &mut |_| {})?;
            row = row.saturating_sub(page.rows.len());
            if let Some(key) = &page.next {
                self.back.insert(row, key.clone());
            }
            if skip == 0 || page.next.is_none() {
                page.rows.reverse();
                return Ok(if skip == 0 { page.rows } else { Vec::new() });
            }
            after = page.next;
        }
    }
}

fn ask(query: &ListQuery, filter: &Filter, order: Order, after: Option<PageKey>, limit: usize) -> TracesQuery {
    let sort = match query.sort {
        Sort::Time => TraceSortField::Age,
        Sort::Latency => TraceSortField::Latency,
        Sort::Cost => TraceSortField::Cost,
        Sort::Tokens => TraceSortField::Tokens,
        Sort::Name => TraceSortField::Name,
        Sort::Status => TraceSortField::Status,
    };
    let direction = match order {
        Order::Descending => SortDirection::Natural,
        Order::Ascending => SortDirection::Reversed,
    };
    TracesQuery { filter: filter.clone(), sort, direction, after, limit }
}
