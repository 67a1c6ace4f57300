//! The order form: one product, whom it goes to, how it is delivered and paid.

use askama::Template;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{Timestamp, TimestampRound, Unit};

use crate::model::Amount;
use crate::model::order::{Address, Charge, Customer, OrderLine, Payment, Tax, WebOrder};
use crate::service::api::refusal::{Code, Refusal};
use crate::service::fields::Fields;
use crate::service::rates::Try;
use crate::service::secrets;
use crate::service::store::{Offer, OfferedVariant, SalesTax};
use crate::service::strict::OrderContent;

use super::super::form::{Field, Form, Kind};
use super::super::page::{self, Page, Trouble, see};
use super::super::session::Visit;
use super::terms::{self, Delivery, Paying};
use super::{Shop, link, product, query, variant_word};

/// Most of one product in an order.
const MOST_QUANTITY: i64 = 999;
/// What numbers of orders are made of: nothing that looks like something else.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

#[derive(Template)]
#[template(path = "shop/checkout.html")]
struct CheckoutPage {
    page: Page,
    shop: Shop,
    offer: Offer,
    variant: String,
    /// The variant, for people.
    dimensions: String,
    secret: String,
    form: Form,
    /// Nothing can be paid here: the order waits.
    is_unpaid: bool,
}

/// Everything an order form is made of.
struct Checkout {
    shop: Shop,
    offer: Offer,
    variant: OfferedVariant,
    secret: String,
    deliveries: Vec<Delivery>,
    methods: Vec<Paying>,
}

impl Checkout {
    async fn of(
        visit: &Visit,
        id: String,
        fields: &Fields,
        secret: String,
    ) -> Result<Self, Trouble> {
        let (shop, offer) = product(visit, id, fields).await?;
        let word = fields.text("variant");
        let mut variants = offer.variants.iter();
        let variant = match variants.len() {
            1 if word.is_empty() => variants.next(),
            _ => variants.find(|variant| variant_word(variant) == word),
        };
        Ok(Self {
            variant: variant.cloned().ok_or_else(Trouble::sold_out)?,
            deliveries: terms::deliveries(&visit.site.store).await?,
            methods: terms::methods(&visit.site.store).await?,
            shop,
            offer,
            secret,
        })
    }

    fn form(&self, sent: Option<&Fields>) -> Form {
        let line =
            |name, label: &str, kind, word| Field::line(name, label).kind(Kind::Line(kind, word));
        let mut form = Form::of(sent)
            .with(
                line("quantity", "Quantity", "number", "off")
                    .value("1")
                    .required()
                    .most(3),
            )
            .with(line("name", "Name", "text", "name").required())
            .with(line("email", "E-mail", "email", "email").required())
            .with(line("phone", "Telephone", "tel", "tel").most(40))
            .with(
                Field::line("street", "Street")
                    .kind(Kind::Area)
                    .required()
                    .most(250),
            )
            .with(line("zip_code", "ZIP/postal code", "text", "postal-code").most(10))
            .with(
                line("city", "City", "text", "address-level2")
                    .required()
                    .most(60),
            )
            .with(line("state", "State", "text", "address-level1").most(10))
            .with(
                line("country", "Country/region", "text", "country")
                    .value("USA")
                    .required()
                    .most(10)
                    .hint("As the shop's books have it, such as USA."),
            );
        if !self.deliveries.is_empty() {
            let choices = self.deliveries.iter().map(|delivery| {
                let label = if delivery.charge.is_zero() {
                    delivery.name.clone()
                } else {
                    format!(
                        "{}: {} {}",
                        delivery.name, delivery.charge, self.shop.currency
                    )
                };
                (delivery.mode.clone(), label, false)
            });
            form = form.with(
                Field::line("delivery", "Delivery")
                    .kind(Kind::Select)
                    .required()
                    .choices(choices),
            );
        }
        if !self.methods.is_empty() {
            let choices = self
                .methods
                .iter()
                .map(|method| (method.method.clone(), method.name.clone(), false));
            form = form.with(
                Field::line("payment", "Payment")
                    .kind(Kind::Select)
                    .required()
                    .choices(choices),
            );
        }
        form.with(
            Field::line("note", "Note to the shop")
                .kind(Kind::Area)
                .most(500),
        )
    }

    fn page(self, visit: &Visit, form: Form) -> CheckoutPage {
        CheckoutPage {
            page: Page::of(visit, "Order"),
            variant: variant_word(&self.variant),
            dimensions: self.variant.dimensions.joined(),
            is_unpaid: self.methods.is_empty(),
            shop: self.shop,
            offer: self.offer,
            secret: self.secret,
            form,
        }
    }

    /// The order that the form asks for.
    fn order(&self, form: &Form, quantity: Amount, due: Option<&SalesTax>) -> Option<WebOrder> {
        let whole_second = TimestampRound::new().smallest(Unit::Second);
        let now = Timestamp::now();
        let placed = now.round(whole_second).unwrap_or(now);
        let text = |name: &str| form.text(name).replace("\r\n", "\n");
        let amount = quantity.checked_mul(self.offer.product.price)?.to_cents();
        let delivery = form.text("delivery");
        let delivery = self.deliveries.iter().find(|known| known.mode == delivery);
        let charges: Vec<Charge> = delivery
            .filter(|delivery| !delivery.charge.is_zero())
            .map(|delivery| Charge {
                code: String::new(),
                text: delivery.name.clone(),
                amount: delivery.charge.to_cents(),
            })
            .into_iter()
            .collect();
        let sum = charges
            .iter()
            .try_fold(amount, |sum, charge| sum.checked_add(charge.amount))?;
        let taxes = match due {
            Some(due) => {
                let taxed = if due.on_shipping { sum } else { amount };
                let hundredfold = taxed.checked_mul(due.rate)?;
                vec![Tax {
                    code: due.code.clone(),
                    amount: hundredfold.checked_div(100.into())?.to_cents(),
                }]
            }
            None => Vec::new(),
        };
        let total = taxes
            .iter()
            .try_fold(sum, |sum, tax| sum.checked_add(tax.amount))?;
        let number = number_of(&self.secret);
        let method = form.text("payment");
        let method = self.methods.iter().find(|known| known.method == method);
        Some(WebOrder {
            id: id_of(&self.secret),
            store: self.shop.id.clone(),
            placed,
            currency: self.shop.currency.clone(),
            customer: Customer {
                account: String::new(),
                name: text("name"),
                email: text("email"),
                phone: text("phone"),
                language: String::new(),
            },
            delivery_mode: delivery.map_or_else(String::new, |delivery| delivery.mode.clone()),
            requested: None,
            delivery_address: Address {
                name: text("name"),
                street: text("street"),
                zip_code: text("zip_code"),
                city: text("city"),
                state: text("state"),
                country: text("country"),
            },
            invoice_address: None,
            lines: vec![OrderLine {
                line: 1,
                item: self.offer.product.item.item.clone(),
                dimensions: self.variant.dimensions.clone(),
                name: self.offer.product.title.clone(),
                quantity,
                unit: self.offer.product.item.unit.clone(),
                price: self.offer.product.price,
                discount: Amount::ZERO,
                amount,
            }],
            charges,
            taxes,
            // The service talks to no provider: nothing is charged, and the reference says so.
            payment: method.map(|method| Payment {
                provider: method.provider.clone(),
                method: method.method.clone(),
                authorization: format!("TEST-{number}"),
                amount: total,
                authorized: placed,
            }),
            number,
            total,
            note: text("note"),
        })
    }
}

/// Id of the order that the form with this secret makes. It does not tell the secret.
pub fn id_of(secret: &str) -> String {
    format!("S-{:.32}", secrets::derived("order", secret))
}

/// Its number, for people: 60 bits, so that no two orders of a store have the same.
fn number_of(secret: &str) -> String {
    let hash = secrets::hash(&secrets::derived("order number", secret));
    let letters: Vec<char> = hash
        .iter()
        .take(12)
        .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
        .collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    format!("S{}", groups.join("-"))
}

/// A secret as [`secrets::new_secret`] makes it.
pub fn is_secret(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

pub async fn show(
    visit: Visit,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Trouble> {
    let secret = secrets::new_secret()?;
    let checkout = Checkout::of(&visit, id, &query(&request), secret).await?;
    let form = checkout.form(None);
    page::show(&checkout.page(&visit, form))
}

pub async fn order(
    visit: Visit,
    Path(id): Path<String>,
    fields: Fields,
) -> Result<Response, Trouble> {
    if !visit.site.rates.count(Try::Order, visit.peer) {
        return Err(Trouble::too_often());
    }
    let secret = fields.text("secret").to_owned();
    if !is_secret(&secret) {
        return Err(Trouble::forged());
    }
    let shop = super::open(&visit, id.clone()).await?;
    let done = link(&shop, "/placed", "order", &secret);
    let answer = attempt(&visit, id, &fields, secret.clone()).await;
    // Whatever came of it: the form was sent before, or twice at a time, and has made its order.
    match visit.site.store.order(id_of(&secret)).await {
        Ok(_) => Ok(see(&done)),
        Err(refusal) if refusal.code == Code::NoSuchOrder => answer,
        Err(refusal) => Err(refusal.into()),
    }
}

/// Places the order, or answers with the form to be corrected.
async fn attempt(
    visit: &Visit,
    id: String,
    fields: &Fields,
    secret: String,
) -> Result<Response, Trouble> {
    let checkout = Checkout::of(visit, id, fields, secret).await?;
    let mut form = checkout.form(Some(fields));
    if let Err(refusal) = place(visit, &checkout, &mut form).await {
        form.refuse(refusal)?;
    }
    let page = checkout.page(visit, form);
    page::show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Places what the form asks for, where nothing is wrong with it.
async fn place(visit: &Visit, checkout: &Checkout, form: &mut Form) -> Result<(), Refusal> {
    let quantity: Option<i64> = form.text("quantity").parse().ok();
    let quantity = quantity.filter(|quantity| (1..=MOST_QUANTITY).contains(quantity));
    if quantity.is_none() {
        form.fault(
            "quantity",
            format!("A whole number from 1 to {MOST_QUANTITY}."),
        );
    }
    let email = form.text("email");
    let is_email = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        && !email.chars().any(char::is_whitespace);
    if !is_email {
        form.fault("email", "An e-mail address is name@host.");
    }
    let (Some(quantity), true) = (quantity, form.is_right()) else {
        return Ok(());
    };
    let store = &visit.site.store;
    let due = store
        .sales_tax_due(
            form.text("country").to_owned(),
            form.text("state").to_owned(),
            checkout.offer.product.item.item_tax_group.clone(),
        )
        .await?;
    let order = checkout
        .order(form, quantity.into(), due.as_ref())
        .ok_or_else(|| Refusal::new(Code::BadValue, "quantity: nobody can pay that"))?;
    let json = serde_json::to_vec(&order)
        .map_err(|error| Refusal::new(Code::Internal, error.to_string()))?;
    // As it would come through the API: the same checks.
    let content = OrderContent::read(&json)?;
    store.place_offered(content).await.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_number_come_from_the_secret_and_do_not_tell_it() {
        let secret = "5".repeat(64);
        let (id, number) = (id_of(&secret), number_of(&secret));
        assert_eq!((id.len(), number.len()), (34, 15));
        assert_eq!((id_of(&secret), number_of(&secret)), (id.clone(), number));
        assert_ne!(id_of(&"6".repeat(64)), id);
        assert!(is_secret(&secret) && !is_secret("5") && !is_secret(&"x".repeat(64)));
    }
}
