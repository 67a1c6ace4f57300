//! Who orders: names, addresses and notes in many scripts, so that whatever carries an order shows
//! at once where it breaks text.

use crate::model::order::{Address, Customer};

/// A person: name, language, street, post code, city, state, country.
type Person = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// The people who order.
pub const PEOPLE: [Person; 12] = [
    (
        "Noa Levi",
        "en-us",
        "12 Elm Street\nApt 4",
        "98052",
        "Redmond",
        "WA",
        "USA",
    ),
    (
        "נועה לוי",
        "he",
        "שדרות רוטשילד 1",
        "6688101",
        "תל אביב-יפו",
        "",
        "ISR",
    ),
    (
        "نورة القحطاني",
        "ar",
        "شارع الملك فهد ١٢",
        "11564",
        "الرياض",
        "",
        "SAU",
    ),
    (
        "สมชาย ใจดี",
        "th",
        "99/1 ถนนสุขุมวิท",
        "10110",
        "กรุงเทพมหานคร",
        "",
        "THA",
    ),
    (
        "王小明",
        "zh-hans",
        "建国门外大街1号",
        "100020",
        "北京市",
        "",
        "CHN",
    ),
    (
        "Zoë Müller-Ångström",
        "de",
        "Straße des 17. Juni 135",
        "10623",
        "Berlin",
        "",
        "DEU",
    ),
    // The accents are characters of their own, as some keyboards write them.
    (
        "Jose\u{301} Nu\u{303}ez",
        "es",
        "Calle Mayor 3, 2.\u{ba} B",
        "28013",
        "Madrid",
        "",
        "ESP",
    ),
    (
        "Aoife O\u{2019}Brien",
        "en-ie",
        "4 St Stephen\u{2019}s Green",
        "D02 HW54",
        "Dublin",
        "",
        "IRL",
    ),
    (
        "Nguyễn Thị Ánh",
        "vi",
        "15 phố Hàng Bạc",
        "100000",
        "Hà Nội",
        "",
        "VNM",
    ),
    (
        "Gift for 👩‍👩‍👧‍👦 🎁",
        "en-us",
        "1 Rainbow 🌈 Road",
        "97201",
        "Portland",
        "OR",
        "USA",
    ),
    (
        "𠮷野 花子",
        "ja",
        "千代田1-1",
        "100-0001",
        "東京都",
        "",
        "JPN",
    ),
    (
        "Søren \"Bo\" <Kjær> & Sønner",
        "da",
        "Nørregade 7\\2",
        "1165",
        "København K",
        "",
        "DNK",
    ),
];

/// What customers write to the shop.
pub const NOTES: [&str; 4] = [
    "Please ring twice.",
    "يرجى الاتصال قبل التوصيل \u{202a}+966 11 000\u{202c}",
    "Leave it with the neighbour 🙏🏽, merci\u{2028}beaucoup",
    "是礼物，请不要放发票。",
];

/// The customer and the address of a person; `number` tells two orders of one person apart.
pub fn person(index: usize, number: u64) -> (Customer, Address) {
    let (name, language, street, zip_code, city, state, country) = PEOPLE[index % PEOPLE.len()];
    let customer = Customer {
        account: String::new(),
        name: name.to_owned(),
        email: format!("customer{number}@example.com"),
        phone: String::new(),
        language: language.to_owned(),
    };
    let address = Address {
        name: name.to_owned(),
        street: street.to_owned(),
        zip_code: zip_code.to_owned(),
        city: city.to_owned(),
        state: state.to_owned(),
        country: country.to_owned(),
    };
    (customer, address)
}
