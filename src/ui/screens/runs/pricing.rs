//! Asking what a model costs whose price is not known: without one, its cost cannot be limited.

use super::order::OrderForm;
use super::order_rows::Row;
use crate::domain::model_price::ModelPrice;
use crate::domain::run::ModelId;
use crate::ui::action::Action;
use crate::ui::effect::{Ask, Effect};
use crate::ui::effects::runs::{ModelOffer, Pricing};

impl OrderForm {
    /// Whether a model can be chosen as it is: it works, and what it costs is known.
    pub(super) fn is_usable(&self, model: &ModelOffer) -> bool {
        let said = || self.prices.iter().any(|price| price.model.to_string() == model.id);
        model.problem.is_none() && (model.pricing == Pricing::Known || said())
    }
}

/// The question for its price.
pub(super) fn question(model: &ModelOffer) -> Effect {
    Effect::Ask(Ask {
        action: Action::Mark,
        title: format!("What does {} cost?", model.id),
        text: String::new(),
        hint: "dollars per million tokens, in and out: 0.15,0.60, or free".into(),
    })
}

/// Takes the answer for the model under the cursor, and marks it.
pub(super) fn entered(form: &mut OrderForm, text: &str) -> Result<(), String> {
    let Some(Row::Model(place)) = form.rows.get(form.state.selected).copied() else { return Ok(()) };
    let model = form.offer.as_ref().and_then(|offer| offer.models.get(place)).and_then(|model| model.id.parse().ok());
    let Some(model): Option<ModelId> = model else { return Ok(()) };
    let price = ModelPrice::parse_for(model, text).map_err(|_| {
        format!("`{}` is no price: write in and out with a comma, such as 0.15,0.60, or free", text.trim())
    })?;
    if let Some(mark) = form.models.get_mut(place) {
        *mark = true;
    }
    form.prices.retain(|other| other.model != price.model);
    form.prices.push(price);
    Ok(())
}
