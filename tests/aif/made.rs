//! Hand-overs made by hand, folders of a port, and the door to them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axcs::company::aif::{
    self, Address as PortAddress, AifError, AifOptions, Authentication, Door, Folders,
};
use axcs::company::sales_orders::{HandOver, SalesOrderService};
use axcs::company::trade::AddressKey;
use axcs::model::Amount;
use axcs::model::catalog::ProductDimensions;
use axcs::model::channel::{CustomerTemplate, StoreSettings};
use axcs::model::order::{Address, Charge, Customer, OrderLine, Payment, Tax, WebOrder};
use axcs::secrets::{PasswordSource, Purpose, Secrets};

pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);
pub const MESSAGE: &str = "0b9d1c52-37a4-8e0e-8c6a-91d0a6c4f77b";

pub fn amount(text: &str) -> Amount {
    text.parse().unwrap()
}

/// An order of two lines with everything that an order can have.
pub fn full() -> HandOver {
    HandOver {
        message_id: MESSAGE.to_owned(),
        attempt: 1,
        order: WebOrder {
            id: "order-57".to_owned(),
            number: "W000123457".to_owned(),
            store: "web".to_owned(),
            placed: "2026-11-20T22:10:00Z".parse().unwrap(),
            currency: "EUR".to_owned(),
            customer: Customer {
                account: String::new(),
                name: "Ada & Charles".to_owned(),
                email: "a@example.com".to_owned(),
                phone: "+1 555 0100".to_owned(),
                language: "en-us".to_owned(),
            },
            delivery_mode: "PARCEL".to_owned(),
            requested: Some(jiff::civil::date(2026, 11, 27)),
            delivery_address: Address {
                name: "A. Example".to_owned(),
                street: "12 St James's Square".to_owned(),
                zip_code: "98101".to_owned(),
                city: "Seattle".to_owned(),
                state: "WA".to_owned(),
                country: "USA".to_owned(),
            },
            invoice_address: None,
            lines: vec![
                OrderLine {
                    line: 1,
                    item: "BOOT-77".to_owned(),
                    dimensions: ProductDimensions {
                        colour: "BRN".to_owned(),
                        size: "42".to_owned(),
                        ..ProductDimensions::default()
                    },
                    name: "Boot 77, <brown>, 42".to_owned(),
                    quantity: amount("2"),
                    unit: "ea".to_owned(),
                    price: amount("79.9"),
                    discount: amount("8"),
                    amount: amount("151.8"),
                },
                OrderLine {
                    line: 2,
                    item: "LACE".to_owned(),
                    dimensions: ProductDimensions::default(),
                    name: "Laces".to_owned(),
                    quantity: amount("3"),
                    unit: "pr".to_owned(),
                    price: amount("2.5"),
                    discount: amount("1"),
                    amount: amount("6.5"),
                },
            ],
            charges: vec![
                Charge {
                    code: String::new(),
                    text: "Ground".to_owned(),
                    amount: amount("6.9"),
                },
                Charge {
                    code: "GIFTWRAP".to_owned(),
                    text: String::new(),
                    amount: amount("3.5"),
                },
            ],
            taxes: vec![Tax {
                code: "WA".to_owned(),
                amount: amount("10"),
            }],
            payment: Some(Payment {
                provider: "Contoso Pay".to_owned(),
                method: "VISA".to_owned(),
                authorization: "auth-57".to_owned(),
                amount: amount("178.7"),
                authorized: "2026-11-20T22:10:00Z".parse().unwrap(),
            }),
            total: amount("178.7"),
            note: "Leave with the neighbour.\u{7}".to_owned(),
        },
        customer: CustomerTemplate {
            account: "C-10045".to_owned(),
            name: "Web customer".to_owned(),
            delivery_mode: "GROUND".to_owned(),
            delivery_terms: "DAP".to_owned(),
            tax_group: "DOM".to_owned(),
            site: "1".to_owned(),
            warehouse: "11".to_owned(),
            payment_terms: "PREPAID".to_owned(),
            customer_group: "INTERNET".to_owned(),
            price_group: "WEB".to_owned(),
            line_discount: "LD".to_owned(),
            multiline_discount: "MD".to_owned(),
            total_discount: "ED".to_owned(),
            currency: "EUR".to_owned(),
            language: "de".to_owned(),
        },
        settings: StoreSettings {
            customer_template: "C-10045".to_owned(),
            shipping_charges_code: "FREIGHT".to_owned(),
            sales_origin: "WEB".to_owned(),
        },
        address_key: Some(AddressKey {
            location: "000004711".to_owned(),
            valid_from: jiff::civil::date(2024, 2, 19).at(8, 31, 5, 0),
        }),
    }
}

/// The folders of a port, below one folder.
pub struct Port {
    pub dir: tempfile::TempDir,
}

impl Port {
    pub fn new() -> Self {
        let port = Self {
            dir: tempfile::tempdir().unwrap(),
        };
        for folder in ["in", "sent", "answers"] {
            std::fs::create_dir(port.folder(folder)).unwrap();
        }
        port
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn options(&self) -> AifOptions {
        AifOptions {
            company: "usmf".to_owned(),
            partition_key: String::new(),
            schema_folder: None,
            deadline: Duration::from_secs(20),
            door: Door::File(self.folders(Duration::from_secs(3600))),
        }
    }

    pub fn folders(&self, overdue: Duration) -> Folders {
        Folders {
            inbound: self.folder("in"),
            archive: self.folder("sent"),
            replies: Some(self.folder("answers")),
            overdue,
            kept: None,
        }
    }

    pub fn door(&self) -> Arc<dyn SalesOrderService> {
        service(self.options()).unwrap()
    }

    /// A door to which every message is overdue at once.
    pub fn impatient_door(&self) -> Arc<dyn SalesOrderService> {
        service(AifOptions {
            door: Door::File(self.folders(Duration::ZERO)),
            ..self.options()
        })
        .unwrap()
    }

    /// A door that keeps copies for a day.
    pub fn tidy_door(&self) -> Arc<dyn SalesOrderService> {
        let folders = self.folders(Duration::from_secs(3600));
        service(AifOptions {
            door: Door::File(Folders {
                kept: Some(DAY),
                ..folders
            }),
            ..self.options()
        })
        .unwrap()
    }

    /// Makes a file of the archive as old as that.
    pub fn age(&self, name: &str, age: Duration) {
        let file = std::fs::File::options()
            .append(true)
            .open(self.folder("sent").join(name))
            .unwrap();
        let now: std::time::SystemTime = jiff::Timestamp::now().into();
        file.set_modified(now - age).unwrap();
    }

    /// Names of the files in a folder, sorted; none of those that axcs keeps for itself.
    pub fn files(&self, folder: &str) -> Vec<String> {
        names(&self.folder(folder))
    }
}

/// The door to a port over HTTP, whose user has the password in `password_file`.
pub fn http_door(url: &str, password_file: PathBuf, authentication: Authentication) -> Door {
    Door::Http(PortAddress {
        url: url.to_owned(),
        user: "CONTOSO\\weborders".to_owned(),
        password: PasswordSource::new(
            Purpose::Orders,
            "test",
            Secrets::in_folder(None),
            Some(password_file),
        ),
        authentication,
    })
}

pub fn service(options: AifOptions) -> Result<Arc<dyn SalesOrderService>, AifError> {
    aif::service(options)
}

pub fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with("axcs."))
        .collect();
    names.sort();
    names
}
