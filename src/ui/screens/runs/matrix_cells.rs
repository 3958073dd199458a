//! What stands in a cell of a run's matrix.

use super::cells::{Cell, tokens};
use crate::domain::run::ResultStatus;
use crate::domain::score::Rating;
use crate::ui::effects::runs::Answered;
use crate::ui::screens::DrawCx;
use crate::ui::screens::traces::{count, millis, money};
use crate::ui::text::Piece;
use crate::ui::theme::Role;

/// The sign of a result's status.
pub fn result_mark(status: ResultStatus, cx: &DrawCx) -> Piece {
    match status {
        ResultStatus::Ok => Piece::own(cx.glyphs.good, Role::Good),
        ResultStatus::Failed => Piece::own(cx.glyphs.bad, Role::Bad),
        ResultStatus::Incomplete => Piece::own(cx.glyphs.partial, Role::Warning),
        ResultStatus::Unknown => Piece::own("?", Role::Warning),
        ResultStatus::Skipped => Piece::own(cx.glyphs.none, Role::Dim),
        ResultStatus::Diverged => Piece::own(cx.glyphs.warning, Role::Warning),
    }
}

/// The sign of a rating.
pub fn rating_mark(rating: Option<Rating>, cx: &DrawCx) -> Option<Piece> {
    Some(match rating? {
        Rating::Good => Piece::own(cx.glyphs.up, Role::Good),
        Rating::Bad => Piece::own(cx.glyphs.down, Role::Bad),
    })
}

/// What stands in a cell: how its answers stand, are rated, and compare with the recorded one.
pub fn cell_pieces(samples: &[Cell], cell: u16, cx: &DrawCx) -> Vec<Piece> {
    // The worst of several samples is the one to look at.
    let done: Vec<&Answered> = samples
        .iter()
        .filter_map(|cell| match cell {
            Cell::Done(answered) => Some(answered.as_ref()),
            _ => None,
        })
        .collect();
    let Some(worst) = done.iter().max_by_key(|answer| severity(answer.result.status)) else {
        return match samples.first() {
            Some(Cell::Streaming(text)) => {
                vec![Piece::own(format!("{} {} characters", cx.glyphs.running, text.chars().count()), Role::Accent)]
            }
            Some(Cell::Waiting(_)) => vec![Piece::own(format!("{} waits", cx.glyphs.running), Role::Warning)],
            _ => vec![Piece::own(cx.glyphs.dot, Role::Dim)],
        };
    };
    let mut pieces = vec![result_mark(worst.result.status, cx)];
    pieces.push(
        done.iter().find_map(|answer| rating_mark(answer.rating, cx)).unwrap_or_else(|| Piece::own(" ", Role::Text)),
    );
    if worst.result.status == ResultStatus::Skipped {
        pieces.push(Piece::own("skipped", Role::Dim));
        return pieces;
    }
    let alike = done.iter().filter_map(|answer| answer.similarity).reduce(f64::min);
    pieces.push(Piece::own(format!("{:>5}", percent(alike)), alike_role(alike)));
    if cell >= 18 {
        pieces.push(Piece::own(format!(" {:>8}", money(worst.result.cost_usd)), Role::Text));
    }
    if cell >= 26 {
        let nanos = worst.result.latency_ms.map(|ms| (ms * 1e6) as i64);
        pieces.push(Piece::own(format!(" {:>7}", millis(nanos)), Role::Text));
    }
    if cell >= 34 {
        pieces.push(Piece::own(format!(" {:>7}", count(tokens(worst))), Role::Text));
    }
    pieces
}

const fn severity(status: ResultStatus) -> u8 {
    match status {
        ResultStatus::Ok => 0,
        ResultStatus::Skipped => 1,
        ResultStatus::Diverged => 2,
        ResultStatus::Incomplete => 3,
        ResultStatus::Unknown => 4,
        ResultStatus::Failed => 5,
    }
}

/// A share as whole percents.
pub fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "—".to_owned(), |share| format!("{:.0} %", share * 100.0))
}

fn alike_role(alike: Option<f64>) -> Role {
    match alike {
        None => Role::Dim,
        Some(share) if share < 0.5 => Role::Warning,
        Some(_) => Role::Text,
    }
}
