//! The documented schema is whole, and a saved one is read as AX writes it.

use super::*;

fn names(schema: &Schema, entity: &str) -> Vec<String> {
    let slots = schema.slots(entity).iter();
    slots.map(|slot| slot.name.clone()).collect()
}

#[test]
fn the_documented_entities_are_in_alphabetical_order_with_the_inner_entities_behind() {
    let schema = Schema::documented();
    let entities: Vec<&String> = schema.0.keys().collect();
    assert_eq!(
        entities,
        [
            "DocuRefHeader",
            "InventDim",
            "MarkupTransHeader",
            "SalesLine",
            "SalesOrder",
            "SalesTable"
        ]
    );
    for (entity, inner) in [
        ("SalesTable", 7),
        ("SalesLine", 5),
        ("InventDim", 0),
        ("DocuRefHeader", 0),
        ("MarkupTransHeader", 0),
    ] {
        let all = names(&schema, entity);
        let fields = &all[..all.len() - inner];
        let mut sorted = fields.to_vec();
        sorted.sort_by_key(|name| name.trim_start_matches('_').to_lowercase());
        if entity == "SalesTable" {
            // The document's hash stands before everything.
            assert_eq!(
                sorted.remove(sorted.iter().position(|it| it == "_DocumentHash").unwrap()),
                fields[0]
            );
            assert_eq!(fields[1..], sorted, "{entity}");
        } else {
            assert_eq!(fields, sorted, "{entity}");
        }
    }
    let of = |name| schema.facets("SalesTable", name).unwrap();
    assert_eq!(of("CustomerRef").length, Some(60));
    assert_eq!(of("Reservation").names, ["None", "Automatic", "Explosion"]);
    assert_eq!(
        schema.facets("SalesLine", "SalesPrice").unwrap().digits,
        Some(2)
    );
    let required = |entity: &str| -> Vec<&str> {
        let slots = schema.slots(entity).iter().filter(|slot| slot.is_required);
        slots.map(|slot| slot.name.as_str()).collect()
    };
    assert_eq!(
        required("SalesTable"),
        [
            "CustAccount",
            "DeliveryDate",
            "PurchOrderFormNum",
            "ReceiptDateRequested",
            "SalesLine"
        ]
    );
    assert_eq!(required("SalesLine"), ["ItemId", "SalesQty", "SalesUnit"]);
}

const SAVED: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<xs:schema xmlns:tns="http://schemas.microsoft.com/dynamics/2008/01/documents/SalesOrder" xmlns:st="u"
  targetNamespace="http://schemas.microsoft.com/dynamics/2008/01/documents/SalesOrder" xmlns:xs="http://www.w3.org/2001/XMLSchema">
  <xs:import schemaLocation="SharedTypes.xsd" namespace="u"/>
  <xs:element name="SalesOrder" type="tns:AxdSalesOrder"/>
  <xs:complexType name="AxdSalesOrder"><xs:sequence>
    <xs:element minOccurs="0" name="SenderId" nillable="true" type="tns:AxdType_String4"/>
    <xs:element maxOccurs="unbounded" name="SalesTable" type="tns:AxdEntity_SalesTable"/>
  </xs:sequence></xs:complexType>
  <xs:complexType name="AxdEntity_SalesTable"><xs:sequence>
    <xs:element minOccurs="0" name="SalesOriginId" nillable="true" type="tns:AxdExtType_SalesOriginId"/>
    <xs:element name="PurchOrderFormNum" type="st:Requisition"/>
    <xs:element minOccurs="0" name="Reservation" type="tns:AxdEnum_ItemReservation"/>
    <xs:element minOccurs="0" maxOccurs="unbounded" name="SalesLine" type="tns:AxdEntity_SalesLine"/>
  </xs:sequence><xs:attribute name="class" type="xs:string" fixed="entity" use="required"/></xs:complexType>
  <xs:complexType name="AxdEntity_SalesLine"><xs:complexContent><xs:extension base="tns:Base"><xs:sequence>
    <xs:element minOccurs="0" name="SalesPrice"><xs:simpleType><xs:restriction base="xs:decimal"><xs:fractionDigits value="4"/></xs:restriction></xs:simpleType></xs:element>
  </xs:sequence></xs:extension></xs:complexContent></xs:complexType>
  <xs:complexType name="Base"><xs:sequence><xs:element name="SalesQty" type="xs:decimal"/></xs:sequence></xs:complexType>
  <xs:simpleType name="AxdType_String4"><xs:restriction base="xs:string"><xs:maxLength value="4"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="AxdExtType_SalesOriginId"><xs:union memberTypes="tns:AxdType_String4">
    <xs:simpleType><xs:restriction base="xs:string"><xs:maxLength value="50"/></xs:restriction></xs:simpleType></xs:union></xs:simpleType>
  <xs:simpleType name="AxdEnum_ItemReservation"><xs:restriction base="xs:string">
    <xs:enumeration value="None"/><xs:enumeration value="Automatic"/></xs:restriction></xs:simpleType>
</xs:schema>"#;

const SHARED: &str = r#"<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <xsd:simpleType name="Requisition"><xsd:restriction base="Base20"/></xsd:simpleType>
  <xsd:simpleType name="Base20"><xsd:restriction base="xsd:string"><xsd:maxLength value="20"/></xsd:restriction></xsd:simpleType>
</xsd:schema>"#;

#[test]
fn a_saved_schema_tells_order_lengths_digits_and_names() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("SalesOrder.xsd"), SAVED).unwrap();
    let shared: Vec<u8> = format!("\u{feff}{SHARED}")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    std::fs::write(folder.path().join("SharedTypes.XSD"), shared).unwrap();
    std::fs::write(folder.path().join("notes.txt"), "not a schema").unwrap();
    let schema = Schema::read(folder.path()).unwrap();
    assert_eq!(
        names(&schema, "SalesTable"),
        [
            "SalesOriginId",
            "PurchOrderFormNum",
            "Reservation",
            "SalesLine"
        ]
    );
    assert_eq!(names(&schema, "SalesLine"), ["SalesQty", "SalesPrice"]);
    let of = |name| schema.facets("SalesTable", name).unwrap().clone();
    assert_eq!(of("SalesOriginId").length, Some(50));
    assert_eq!(of("PurchOrderFormNum").length, Some(20));
    assert_eq!(of("Reservation").names, ["None", "Automatic"]);
    assert_eq!(
        schema.facets("SalesLine", "SalesPrice").unwrap().digits,
        Some(4)
    );
    let required: Vec<bool> = schema
        .slots("SalesTable")
        .iter()
        .map(|slot| slot.is_required)
        .collect();
    assert_eq!(required, [false, true, false, false]);
}

#[test]
fn a_folder_without_a_schema_says_where_to_save_one() {
    let folder = tempfile::tempdir().unwrap();
    let error = Schema::read(folder.path()).unwrap_err().to_string();
    assert!(error.contains("View schema"), "{error}");
    std::fs::write(folder.path().join("broken.xsd"), "<xs:schema>").unwrap();
    let error = Schema::read(folder.path()).unwrap_err().to_string();
    assert!(error.contains("broken.xsd"), "{error}");
    let error = Schema::read(&folder.path().join("none")).unwrap_err();
    assert!(error.to_string().contains("none"), "{error}");
}
