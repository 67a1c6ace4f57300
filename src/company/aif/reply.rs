//! What AX answers to a message, in a file or over HTTP: the key of the sales order, or a fault.
//! Everything is read by local name, because the namespaces of AX's own samples disagree.

use super::xml::Element;

/// AX's text for a message that it has seen before.
const DUPLICATE: &str = "Duplicate message.";

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// AX made a sales order; its number.
    Created(String),
    /// The message was seen before.
    Duplicate,
    /// AX refused the document; lines of the Infolog as far as the port tells them.
    Refused(Vec<String>),
    /// The request did not come as far as the service (a fault of WCF).
    Fault {
        /// Code without prefix, such as `ActionNotSupported`.
        code: String,
        /// Its text.
        text: String,
    },
}

impl Answer {
    /// Reads an answer.
    ///
    /// # Errors
    /// Where it is neither a key nor a fault.
    pub fn of(reply: &Element) -> Result<Self, String> {
        let sales_order = reply
            .all("KeyField")
            .into_iter()
            .find(|field| field.text_of("Field") == "SalesId")
            .map(|field| field.text_of("Value"))
            .filter(|value| !value.is_empty());
        if let Some(sales_order) = sales_order {
            return Ok(Self::Created(sales_order.to_owned()));
        }
        // Inside a SOAP fault the one of AX is called AifFault.
        let of_ax = reply.all("AifFault").into_iter().next();
        let fault = reply.all("Fault").into_iter().next();
        let Some(fault_or_ax) = of_ax.or(fault) else {
            return Err(format!(
                "the answer ({}) has neither a SalesId nor a fault",
                reply.name
            ));
        };
        let infolog = infolog(fault_or_ax);
        let (code, text) = fault.map(code_and_text).unwrap_or_default();
        let is_duplicate = code == "DuplicateMessage"
            || infolog
                .iter()
                .chain([&text])
                .any(|line| line.contains(DUPLICATE));
        if is_duplicate {
            return Ok(Self::Duplicate);
        }
        let is_soap = reply
            .all("Body")
            .iter()
            .any(|body| body.child("Fault").is_some());
        if of_ax.is_none() && is_soap {
            return Ok(Self::Fault { code, text });
        }
        Ok(Self::Refused(if infolog.is_empty() {
            vec![text]
        } else {
            infolog
        }))
    }
}

/// The message that a reply file answers, without braces and in lower case.
pub fn request_of(reply: &Element) -> Option<String> {
    let header = reply.all("Header").into_iter().next()?;
    let id = header.text_of("RequestMessageId");
    (!id.is_empty()).then(|| id.trim_matches(['{', '}']).to_lowercase())
}

/// The errors of the Infolog, then what the service itself found, with the field where it says so.
fn infolog(fault: &Element) -> Vec<String> {
    let mut lines: Vec<String> = fault
        .all("InfologMessage")
        .into_iter()
        .filter(|message| message.text_of("InfologMessageType") == "Error")
        .map(|message| message.text_of("Message").to_owned())
        .collect();
    for list in fault.all("FaultMessageList") {
        let place = ["Field", "XPath"]
            .into_iter()
            .map(|name| list.text_of(name))
            .find(|place| !place.is_empty());
        for message in list.all("FaultMessage") {
            let (code, text) = (message.text_of("Code"), message.text_of("Message"));
            let place = place.map_or_else(String::new, |place| format!(" ({place})"));
            let line = match (code, text) {
                ("", text) => format!("{text}{place}"),
                (code, "") => format!("{code}{place}"),
                (code, text) => format!("{code}: {text}{place}"),
            };
            lines.push(line);
        }
    }
    lines.retain(|line| !line.is_empty());
    lines.dedup();
    lines
}

/// Code and text of a fault: of a reply file, of SOAP 1.1 or of SOAP 1.2.
fn code_and_text(fault: &Element) -> (String, String) {
    let code = fault.child("Code").map_or_else(
        || fault.text_of("faultcode"),
        |code| {
            let inner = code.all("Value");
            inner.last().map_or(code.text.as_str(), |value| &value.text)
        },
    );
    let reason = fault.child("Reason").map_or_else(
        || fault.text_of("faultstring"),
        |reason| {
            let text = reason.text_of("Text");
            if text.is_empty() { &reason.text } else { text }
        },
    );
    let bare = code.rsplit_once(':').map_or(code, |(_, bare)| bare);
    let text = if reason.is_empty() { bare } else { reason };
    (bare.to_owned(), text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(text: &str) -> Result<Answer, String> {
        Answer::of(&Element::parse(text).unwrap())
    }

    fn reply_file(body: &str) -> String {
        format!(
            "<Envelope xmlns='http://schemas.microsoft.com/dynamics/2011/01/documents/Message'>\
             <Header><MessageId>{{1}}</MessageId><Action>a</Action>\
             <RequestMessageId>{{0B9D1C52-37A4-5E0E-8C6A-91D0A6C4F77B}}</RequestMessageId></Header>\
             <Body><MessageParts xmlns='http://schemas.microsoft.com/dynamics/2008/01/documents/Message'>\
             {body}</MessageParts></Body></Envelope>"
        )
    }

    #[test]
    fn a_reply_file_names_its_message_and_the_sales_order() {
        let text = reply_file(
            "<EntityKeyList xmlns='http://schemas.microsoft.com/dynamics/2006/02/documents/EntityKeyList'>\
             <EntityKey xmlns='http://schemas.microsoft.com/dynamics/2006/02/documents/EntityKey'><KeyData>\
             <KeyField><Field>DataAreaId</Field><Value>usmf</Value></KeyField>\
             <KeyField><Field>SalesId</Field><Value>SO-0000042</Value></KeyField>\
             </KeyData></EntityKey></EntityKeyList>",
        );
        let reply = Element::parse(&text).unwrap();
        assert_eq!(
            request_of(&reply).as_deref(),
            Some("0b9d1c52-37a4-5e0e-8c6a-91d0a6c4f77b")
        );
        assert_eq!(
            Answer::of(&reply),
            Ok(Answer::Created("SO-0000042".to_owned()))
        );
    }

    #[test]
    fn a_fault_in_a_reply_file_is_told_in_the_words_of_ax() {
        let fault = |code: &str, text: &str| {
            reply_file(&format!(
                "<Fault xmlns='http://schemas.microsoft.com/dynamics/2008/01/documents/Fault'>\
                 <Code>{code}</Code><Reason><Text xml:lang='en-us'>{text}</Text></Reason></Fault>"
            ))
        };
        let text = "Request Failed. See the Exception Log for details.";
        assert_eq!(
            answer(&fault("RequestFailed", text)),
            Ok(Answer::Refused(vec![text.to_owned()]))
        );
        assert_eq!(
            answer(&fault(
                "DuplicateMessage",
                "Duplicate message. Message has already been processed."
            )),
            Ok(Answer::Duplicate)
        );
    }

    #[test]
    fn of_an_aif_fault_the_errors_of_the_infolog_come_before_what_the_service_found() {
        let text = "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body><s:Fault>\
            <faultcode>s:Client</faultcode><faultstring xml:lang='en-US'>Request Failed.</faultstring><detail>\
            <AifFault xmlns='http://schemas.microsoft.com/dynamics/2008/01/documents/Fault' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'>\
            <CustomDetailXml i:nil='true'/><FaultMessageListArray><FaultMessageList><Document>SalesOrder</Document>\
            <FaultMessageArray><FaultMessage><Code>InvalidFieldValue</Code><Message>Value is not valid.</Message></FaultMessage></FaultMessageArray>\
            <Field>DlvMode</Field></FaultMessageList></FaultMessageListArray>\
            <InfologMessageList xmlns:b='http://schemas.datacontract.org/2004/07/Microsoft.Dynamics.AX.Framework.Services'>\
            <b:InfologMessage><b:InfologMessageType>Info</b:InfologMessageType><b:Message>Begun</b:Message></b:InfologMessage>\
            <b:InfologMessage><b:InfologMessageType>Error</b:InfologMessageType><b:Message>Value 'X' in field 'Mode of delivery' is not found in the relating table 'Modes of delivery'.</b:Message></b:InfologMessage>\
            </InfologMessageList><StackTrace i:nil='true'/></AifFault></detail></s:Fault></s:Body></s:Envelope>";
        let expected = vec![
            "Value 'X' in field 'Mode of delivery' is not found in the relating table 'Modes of delivery'.".to_owned(),
            "InvalidFieldValue: Value is not valid. (DlvMode)".to_owned(),
        ];
        assert_eq!(answer(text), Ok(Answer::Refused(expected)));
    }

    #[test]
    fn a_fault_of_wcf_has_its_code_in_either_version_of_soap() {
        let eleven = "<s:Envelope xmlns:s='u'><s:Body><s:Fault><faultcode xmlns:a='v'>a:ActionNotSupported</faultcode>\
            <faultstring>ContractFilter mismatch at the EndpointDispatcher.</faultstring></s:Fault></s:Body></s:Envelope>";
        let twelve = "<s:Envelope xmlns:s='u'><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>\
            <s:Value>a:ActionNotSupported</s:Value></s:Subcode></s:Code><s:Reason><s:Text>ContractFilter mismatch at the EndpointDispatcher.</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>";
        for text in [eleven, twelve] {
            let expected = Answer::Fault {
                code: "ActionNotSupported".to_owned(),
                text: "ContractFilter mismatch at the EndpointDispatcher.".to_owned(),
            };
            assert_eq!(answer(text), Ok(expected));
        }
        assert!(
            answer("<Envelope><Body/></Envelope>")
                .unwrap_err()
                .contains("neither")
        );
    }
}
