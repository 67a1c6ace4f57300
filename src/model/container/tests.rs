//! Every type byte by hand, what the encoder wrote, and any bytes at all.

use jiff::civil;
use proptest::prelude::*;

use super::*;

/// Writes elements as AX does; where AX leaves a choice, a nested container has its type byte.
fn encode(elements: &[Element]) -> Vec<u8> {
    let mut packed = BEGIN.to_vec();
    for element in elements {
        match element {
            Element::Text(text) => {
                packed.push(0x00);
                write_text(&mut packed, text);
            }
            Element::Int(number) => {
                packed.push(0x01);
                packed.extend(number.to_le_bytes());
            }
            Element::Real(text) => {
                packed.push(0x02);
                packed.extend(real_bytes(text));
            }
            Element::Date(date) => {
                packed.push(0x03);
                packed.extend(date_bytes(*date));
            }
            Element::Enum(value) => packed.extend([0x04, *value, 0, 0]),
            Element::Moment { at, zone } => {
                packed.push(0x06);
                packed.extend(date_bytes(at.date()));
                packed.extend([at.hour(), at.minute(), at.second()].map(|part| part as u8));
                packed.extend(zone);
            }
            Element::Container(elements) => {
                packed.push(0x07);
                packed.extend(encode(elements));
            }
            Element::Guid(text) => {
                packed.push(0x2D);
                packed.extend(guid_bytes(text));
            }
            Element::Blob(bytes) => {
                packed.push(0x30);
                packed.extend((bytes.len() as i32).to_le_bytes());
                packed.extend(bytes);
            }
            Element::Int64(number) => {
                packed.push(0x31);
                packed.extend(number.to_le_bytes());
            }
            Element::NamedEnum { value, name } => {
                packed.extend([0xFC, *value]);
                write_text(&mut packed, name);
            }
            Element::Undecoded(bytes) => packed.extend(bytes),
        }
    }
    packed.push(END);
    packed
}

fn write_text(packed: &mut Vec<u8>, text: &str) {
    packed.extend(text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
}

fn date_bytes(date: Date) -> [u8; 3] {
    [
        (date.year() - 1900) as u8,
        (date.month() - 1) as u8,
        (date.day() - 1) as u8,
    ]
}

fn real_bytes(text: &str) -> [u8; 10] {
    let digits = text.trim_start_matches('-');
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let first = all.find(|digit| digit != '0').unwrap_or(0);
    let exponent = whole.len() as i8 - first as i8 - 1;
    let digits = format!("{:0<16}", &all[first..]);
    let mut bytes = [0; 10];
    bytes[0] = exponent.cast_unsigned();
    bytes[1] = if text.starts_with('-') { 0x80 } else { 0 };
    for (pair, byte) in bytes[2..].iter_mut().rev().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * pair..2 * pair + 2], 16).unwrap();
    }
    bytes
}

fn guid_bytes(text: &str) -> Vec<u8> {
    let hex: String = text.chars().filter(|letter| *letter != '-').collect();
    let mut bytes: Vec<u8> = (0..16)
        .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    for group in bytes.chunks_exact_mut(4) {
        group.reverse();
    }
    bytes
}

/// Bytes written as hexadecimal pairs with blanks.
fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.split_whitespace();
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

/// What one element between `07 FD` and `FF` is.
fn only(hex: &str) -> Element {
    let mut elements = decode(&bytes(&format!("07 FD {hex} FF")));
    assert_eq!(elements.len(), 1, "{hex}: {elements:?}");
    elements.remove(0)
}

fn text(text: &str) -> Element {
    Element::Text(text.to_owned())
}

fn undecoded(hex: &str) -> Element {
    Element::Undecoded(bytes(hex))
}

#[test]
fn every_type_byte_is_read_as_public_tools_read_it() {
    for (hex, element, shown) in [
        ("00 41 00 e9 00 4b 67 00 00", text("Aé杋"), "Aé杋"),
        ("00 00 00", text(""), ""),
        ("01 d2 02 96 49", Element::Int(1_234_567_890), "1234567890"),
        ("01 ff ff ff ff", Element::Int(-1), "-1"),
        (
            "03 7d 00 1e",
            Element::Date(civil::date(2025, 1, 31)),
            "2025-01-31",
        ),
        (
            "03 00 00 00",
            Element::Date(civil::date(1900, 1, 1)),
            "1900-01-01",
        ),
        ("04 03 00 00", Element::Enum(3), "3"),
        (
            "06 7d 0b 1e 17 3b 3a 01 02 03 04 05 06",
            Element::Moment {
                at: civil::date(2025, 12, 31).at(23, 59, 58, 0),
                zone: [1, 2, 3, 4, 5, 6],
            },
            "2025-12-31T23:59:58Z",
        ),
        (
            "07 07 FD 01 01 00 00 00 00 61 00 00 00 FF",
            Element::Container(vec![Element::Int(1), text("a")]),
            "[1, a]",
        ),
        // Without a type byte of its own.
        (
            "07 FD 04 02 00 00 FF",
            Element::Container(vec![Element::Enum(2)]),
            "[2]",
        ),
        (
            // The reversed groups are 03020100 07060504 …: what SQL Server shows for those bytes.
            "2D 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f",
            Element::Guid("00010203-0607-0405-0b0a-09080f0e0d0c".to_owned()),
            "00010203-0607-0405-0b0a-09080f0e0d0c",
        ),
        (
            "30 03 00 00 00 ff 00 07",
            Element::Blob(vec![0xFF, 0, 7]),
            "blob, 3 bytes: ff 00 07",
        ),
        (
            "31 00 00 00 50 01 00 00 00",
            Element::Int64(5_637_144_576),
            "5637144576",
        ),
        (
            "FC 01 59 00 65 00 73 00 00 00",
            Element::NamedEnum {
                value: 1,
                name: "Yes".to_owned(),
            },
            "Yes (1)",
        ),
    ] {
        let found = only(hex);
        assert_eq!(found, element, "{hex}");
        assert_eq!(found.to_string(), shown, "{hex}");
    }
}

#[test]
fn a_real_is_exact_whatever_its_size() {
    for (hex, value) in [
        ("00 00 00 00 00 00 00 00 00 00", "0"),
        ("00 00 00 00 00 00 00 00 00 10", "1"),
        ("01 00 00 00 00 00 00 00 50 12", "12.5"),
        ("02 80 00 00 00 00 00 00 50 12", "-125"),
        ("03 00 00 00 00 00 00 00 50 12", "1250"),
        ("ff 00 00 00 00 00 00 00 50 12", "0.125"),
        ("fe 80 00 00 00 00 00 00 50 12", "-0.0125"),
        ("0f 00 16 90 78 56 34 12 90 78", "7890123456789016"),
        ("00 00 16 90 78 56 34 12 90 78", "7.890123456789016"),
    ] {
        assert_eq!(
            only(&format!("02 {hex}")),
            Element::Real(value.to_owned()),
            "{hex}"
        );
    }
    assert_eq!(
        only("02 00 00 00 00 00 00 00 00 00 1a").to_string(),
        "undecoded, 11 bytes: 02 00 00 00 00 00 00 00 00 00 1a"
    );
}

#[test]
fn what_is_not_understood_keeps_its_bytes_and_what_stands_before_it_is_read() {
    for (hex, elements) in [
        ("", vec![]),
        ("07 fd ff", vec![]),
        ("07 fd", vec![]),
        ("00 01", vec![undecoded("00 01")]),
        (
            "07 fd 04 01 00 00 99 01 02 ff",
            vec![Element::Enum(1), undecoded("99 01 02 ff")],
        ),
        ("07 fd 01 01 02", vec![undecoded("01 01 02")]),
        (
            "07 fd 00 41 00 42 00 ff",
            vec![undecoded("00 41 00 42 00 ff")],
        ),
        (
            "07 fd 30 ff ff ff ff ff",
            vec![undecoded("30 ff ff ff ff ff")],
        ),
        (
            "07 fd 30 09 00 00 00 01 ff",
            vec![undecoded("30 09 00 00 00 01 ff")],
        ),
        // No such day: its length is known, so the next one is read.
        (
            "07 fd 03 7d 01 1e 04 01 00 00 ff",
            vec![undecoded("03 7d 01 1e"), Element::Enum(1)],
        ),
        (
            "07 fd 06 7d 00 00 18 00 00 00 00 00 00 00 00 ff",
            vec![undecoded("06 7d 00 00 18 00 00 00 00 00 00 00 00")],
        ),
        (
            "07 fd 04 01 00 00 ff 13 14",
            vec![Element::Enum(1), undecoded("13 14")],
        ),
        ("07 fd 07 01 ff", vec![undecoded("07 01 ff")]),
    ] {
        assert_eq!(decode(&bytes(hex)), elements, "{hex}");
    }
    let long = Element::Undecoded(vec![0xAB; 20]).to_string();
    assert!(
        long.starts_with("undecoded, 20 bytes: ab ab") && long.ends_with("ab and more"),
        "{long}"
    );
}

#[test]
fn a_log_is_told_message_by_message() {
    let message = |severity, said: &str| {
        Element::Container(vec![
            Element::Int(severity),
            text(said),
            Element::Container(Vec::new()),
        ])
    };
    let log = encode(&[
        Element::Int(1),
        message(0, "Orders\tDownload of orders began."),
        message(
            3,
            "A network error occurred and the page could not be displayed.",
        ),
    ]);
    assert_eq!(
        messages(&log),
        [
            "Orders\tDownload of orders began.",
            "A network error occurred and the page could not be displayed."
        ]
    );
    // Cut off, or of a kind that nobody has met: what can be read is told.
    let cut = messages(&log[..log.len() - 9]);
    assert_eq!(cut.len(), 2, "{cut:?}");
    assert!(cut[1].starts_with("undecoded, "), "{cut:?}");
    assert_eq!(messages(&[]), Vec::<String>::new());
    assert_eq!(messages(&bytes("07 fd ff")), Vec::<String>::new());
    assert_eq!(messages(&[1, 2]), ["undecoded, 2 bytes: 01 02"]);
    let odd = encode(&[
        Element::Int(1),
        Element::Container(vec![text("a"), Element::Int(7)]),
    ]);
    assert_eq!(messages(&odd), ["7"]);
}

#[test]
fn containers_are_read_to_a_depth_that_no_stack_minds() {
    let mut packed = BEGIN.repeat(200_000);
    packed.push(0x99);
    let mut elements = decode(&packed);
    let mut depth = 0;
    while let Some(Element::Container(inner)) = elements.pop() {
        elements = inner;
        depth += 1;
    }
    assert_eq!(depth, DEEPEST);
}

fn any_element() -> impl Strategy<Value = Element> {
    let small = prop_oneof![
        "[^\0]{0,12}".prop_map(Element::Text),
        any::<i32>().prop_map(Element::Int),
        any::<i64>().prop_map(Element::Int64),
        any::<u8>().prop_map(Element::Enum),
        prop::collection::vec(any::<u8>(), 0..20).prop_map(Element::Blob),
        (any::<u8>(), "[^\0]{0,8}").prop_map(|(value, name)| Element::NamedEnum { value, name }),
        (any::<bool>(), 1_u32..99_999, 0_u32..1_000_000).prop_map(|(is_negative, whole, rest)| {
            let sign = if is_negative { "-" } else { "" };
            let plain = format!("{sign}{whole}.{rest:06}");
            Element::Real(plain.trim_end_matches('0').trim_end_matches('.').to_owned())
        }),
        (0_i32..90_000).prop_map(|days| {
            let span = jiff::Span::new().days(days);
            Element::Date(civil::date(1900, 1, 1).checked_add(span).unwrap())
        }),
        (0_i64..7_000_000_000, any::<[u8; 6]>()).prop_map(|(seconds, zone)| {
            let span = jiff::SignedDuration::from_secs(seconds);
            let at = civil::date(1900, 1, 1)
                .at(0, 0, 0, 0)
                .checked_add(span)
                .unwrap();
            Element::Moment { at, zone }
        }),
        any::<[u8; 16]>().prop_map(guid),
    ];
    small.prop_recursive(4, 40, 8, |inner| {
        prop::collection::vec(inner, 0..8).prop_map(Element::Container)
    })
}

proptest! {
    #[test]
    fn any_bytes_are_read_to_an_end(
        packed in prop::collection::vec(any::<u8>(), 0..300),
        begins in any::<bool>(),
    ) {
        let packed = if begins { [&BEGIN, packed.as_slice()].concat() } else { packed };
        for element in decode(&packed) {
            prop_assert!(element.to_string().len() <= 8 * packed.len() + 400);
        }
        messages(&packed);
    }

    #[test]
    fn what_was_packed_is_what_is_read(elements in prop::collection::vec(any_element(), 0..10)) {
        prop_assert_eq!(decode(&encode(&elements)), elements);
    }

    #[test]
    fn a_container_that_is_cut_off_keeps_what_stood_before(
        elements in prop::collection::vec(any_element(), 1..10),
        part in 0.0_f64..1.0,
    ) {
        let packed = encode(&elements);
        let cut = &packed[..(packed.len() as f64 * part) as usize];
        let read = decode(cut);
        prop_assert!(read.len() <= elements.len().max(1));
        let whole = read.len().saturating_sub(1);
        prop_assert_eq!(&read[..whole], &elements[..whole]);
    }
}
