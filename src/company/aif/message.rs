//! The text of a message: a document in the envelope of a file, or in one of SOAP 1.1.

use std::io;

use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::Writer;

use super::document::{Entity, Part, Value};
use crate::company::trade::AddressKey;

/// What the operation `create` of the service is called.
pub const ACTION: &str =
    "http://schemas.microsoft.com/dynamics/2008/01/services/SalesOrderService/create";

const MESSAGE: &str = "http://schemas.microsoft.com/dynamics/2011/01/documents/Message";
const SALES_ORDER: &str = "http://schemas.microsoft.com/dynamics/2008/01/documents/SalesOrder";
const SHARED_TYPES: &str = "http://schemas.microsoft.com/dynamics/2008/01/sharedtypes";
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const CONTEXT: &str = "http://schemas.microsoft.com/dynamics/2010/01/datacontracts";
const SERVICES: &str = "http://schemas.microsoft.com/dynamics/2008/01/services";

/// What stands on the envelope.
#[derive(Clone, Copy, Debug)]
pub struct Header<'h> {
    /// Id of the message (a UUID).
    pub message_id: &'h str,
    /// `DATAAREAID`.
    pub company: &'h str,
    /// Key of the partition (R2 and later); empty for the user's own.
    pub partition_key: &'h str,
}

type Xml = Writer<Vec<u8>>;

/// The text of a file for the inbound folder of a port: UTF-8 without a byte order mark.
pub fn file(header: Header<'_>, document: &Entity) -> io::Result<Vec<u8>> {
    let mut xml = begun()?;
    xml.create_element("Envelope")
        .with_attribute(("xmlns", MESSAGE))
        .write_inner_content(|xml| {
            // The order is that of Message.xsd.
            xml.create_element("Header").write_inner_content(|xml| {
                let id = format!("{{{}}}", header.message_id);
                for (name, text) in [
                    ("MessageId", id.as_str()),
                    ("Company", header.company),
                    ("Action", ACTION),
                    ("PartitionKey", header.partition_key),
                ] {
                    write_text(xml, name, text)?;
                }
                Ok(())
            })?;
            xml.create_element("Body").write_inner_content(|xml| {
                xml.create_element("MessageParts")
                    .write_inner_content(|xml| write_document(xml, document))?;
                Ok(())
            })?;
            Ok(())
        })?;
    Ok(xml.into_inner())
}

/// The text of a request over HTTP. The texts of faults are asked for in English: they are read.
pub fn soap(header: Header<'_>, document: &Entity) -> io::Result<Vec<u8>> {
    let mut xml = begun()?;
    xml.create_element("s:Envelope")
        .with_attribute(("xmlns:s", SOAP))
        .write_inner_content(|xml| {
            xml.create_element("s:Header").write_inner_content(|xml| {
                xml.create_element("h:CallContext")
                    .with_attribute(("xmlns:h", CONTEXT))
                    .write_inner_content(|xml| {
                        for (name, text) in [
                            ("h:Company", header.company),
                            ("h:Language", "en-us"),
                            ("h:MessageId", header.message_id),
                            ("h:PartitionKey", header.partition_key),
                        ] {
                            write_text(xml, name, text)?;
                        }
                        Ok(())
                    })?;
                Ok(())
            })?;
            xml.create_element("s:Body").write_inner_content(|xml| {
                xml.create_element("SalesOrderServiceCreateRequest")
                    .with_attribute(("xmlns", SERVICES))
                    .write_inner_content(|xml| write_document(xml, document))?;
                Ok(())
            })?;
            Ok(())
        })?;
    Ok(xml.into_inner())
}

fn begun() -> io::Result<Xml> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    Ok(xml)
}

fn write_document(xml: &mut Xml, document: &Entity) -> io::Result<()> {
    xml.create_element(document.name)
        .with_attribute(("xmlns", SALES_ORDER))
        .write_inner_content(|xml| write_parts(xml, document))?;
    Ok(())
}

fn write_parts(xml: &mut Xml, entity: &Entity) -> io::Result<()> {
    for part in &entity.parts {
        match part {
            Part::Field(name, value) => match value {
                Value::Text(text) => write_text(xml, name, text)?,
                Value::Number(number) => write_text(xml, name, &number.to_string())?,
                Value::Day(day) => write_text(xml, name, &day.to_string())?,
                Value::Name(value) => write_text(xml, name, value)?,
                Value::Address(key) => write_address(xml, name, key)?,
            },
            Part::Entity(inner) => {
                xml.create_element(inner.name)
                    .with_attribute(("class", "entity"))
                    .write_inner_content(|xml| write_parts(xml, inner))?;
            }
        }
    }
    Ok(())
}

/// The key of an address. The moment is that of the database to the second, which is UTC.
fn write_address(xml: &mut Xml, name: &str, key: &AddressKey) -> io::Result<()> {
    let valid_from = key.valid_from.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    xml.create_element(name)
        .with_attribute(("xmlns:st", SHARED_TYPES))
        .write_inner_content(|xml| {
            write_text(xml, "st:Location_LocationId", &key.location)?;
            write_text(xml, "st:ValidFrom", &valid_from)
        })?;
    Ok(())
}

/// An element is never empty: AX would take an empty text for it.
fn write_text(xml: &mut Xml, name: &str, text: &str) -> io::Result<()> {
    if !text.is_empty() {
        xml.create_element(name)
            .write_text_content(BytesText::new(text))?;
    }
    Ok(())
}
