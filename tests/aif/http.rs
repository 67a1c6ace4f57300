//! The HTTP door against a real server that answers as a port of AX does.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axcs::company::aif::xml::Element;
use axcs::company::aif::{AifOptions, Authentication};
use axcs::company::sales_orders::{HandOver, HandOverError, HandedOver, SalesOrderService};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;

use super::ax;
use super::made::{self, Port, full};

/// A port of AX that gives every request the same answer, and keeps the requests.
struct Server {
    url: String,
    requests: Arc<Mutex<Vec<(HeaderMap, String)>>>,
    port: Port,
}

#[derive(Clone)]
struct Answers {
    status: StatusCode,
    headers: Vec<(&'static str, &'static str)>,
    body: String,
    delay: Duration,
    requests: Arc<Mutex<Vec<(HeaderMap, String)>>>,
}

async fn answer(State(answers): State<Answers>, headers: HeaderMap, body: String) -> Response {
    answers.requests.lock().unwrap().push((headers, body));
    tokio::time::sleep(answers.delay).await;
    let mut response = (answers.status, answers.body).into_response();
    for (name, value) in answers.headers {
        response.headers_mut().append(name, value.parse().unwrap());
    }
    response
}

impl Server {
    async fn that_answers(status: u16, body: &str) -> Self {
        Self::started(status, &[], body, Duration::ZERO).await
    }

    async fn started(
        status: u16,
        headers: &[(&'static str, &'static str)],
        body: &str,
        delay: Duration,
    ) -> Self {
        let requests = Arc::default();
        let answers = Answers {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers.to_vec(),
            body: body.to_owned(),
            delay,
            requests: Arc::clone(&requests),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!(
            "http://{}/Axa/WebOrders/xppservice.svc",
            listener.local_addr().unwrap()
        );
        let router = Router::new().fallback(answer).with_state(answers);
        tokio::spawn(async move { axum::serve(listener, router).await });
        let port = Port::new();
        std::fs::write(port.folder("password"), "s3cret pass\r\n").unwrap();
        Self {
            url,
            requests,
            port,
        }
    }

    fn door(&self) -> Arc<dyn SalesOrderService> {
        made::service(self.options(&self.url)).unwrap()
    }

    fn options(&self, url: &str) -> AifOptions {
        AifOptions {
            deadline: Duration::from_millis(500),
            door: made::http_door(url, self.port.folder("password"), Authentication::Basic),
            ..self.port.options()
        }
    }

    async fn create(&self) -> Result<HandedOver, HandOverError> {
        self.door().create(full()).await
    }
}

fn soap(body: &str) -> String {
    format!(
        "<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body>{body}</s:Body></s:Envelope>"
    )
}

fn aif_fault(infolog: &str) -> String {
    soap(&format!(
        "<s:Fault><faultcode>s:Client</faultcode><faultstring xml:lang='en-US'>Request Failed. See the \
         Exception Log for details.</faultstring><detail>\
         <AifFault xmlns='http://schemas.microsoft.com/dynamics/2008/01/documents/Fault'>\
         <InfologMessageList xmlns:b='http://schemas.datacontract.org/2004/07/Microsoft.Dynamics.AX.Framework.Services'>\
         <b:InfologMessage><b:InfologMessageType>Error</b:InfologMessageType><b:Message>{infolog}</b:Message>\
         </b:InfologMessage></InfologMessageList></AifFault></detail></s:Fault>"
    ))
}

#[tokio::test]
async fn an_order_is_posted_as_the_port_expects_it_and_its_number_comes_back() {
    let body = soap(&format!(
        "<SalesOrderServiceCreateResponse xmlns='http://schemas.microsoft.com/dynamics/2008/01/services'>{}\
         </SalesOrderServiceCreateResponse>",
        ax::key("SO-0000042")
    ));
    let server = Server::that_answers(200, &body).await;
    let made = HandedOver::Numbered {
        sales_order: "SO-0000042".to_owned(),
    };
    assert_eq!(server.create().await.unwrap(), made);
    let requests = server.requests.lock().unwrap();
    let [(headers, body)] = &requests[..] else {
        panic!("{} requests", requests.len());
    };
    let of = |name: &str| headers[name].to_str().unwrap().to_owned();
    assert_eq!(of("content-type"), "text/xml; charset=utf-8");
    assert_eq!(
        of("soapaction"),
        "\"http://schemas.microsoft.com/dynamics/2008/01/services/SalesOrderService/create\""
    );
    // CONTOSO\weborders:s3cret pass
    assert_eq!(
        of("authorization"),
        "Basic Q09OVE9TT1x3ZWJvcmRlcnM6czNjcmV0IHBhc3M="
    );
    let sent = Element::parse(body).unwrap();
    assert_eq!(
        sent.all("CallContext")[0].text_of("MessageId"),
        full().message_id
    );
    assert_eq!(
        sent.all("SalesTable")[0].text_of("PurchOrderFormNum"),
        "W000123457"
    );
}

#[tokio::test]
async fn a_refusal_is_told_in_the_words_of_ax() {
    let line = "Field 'Mode of delivery' must be filled in.";
    let server = Server::that_answers(500, &aif_fault(line)).await;
    match server.create().await {
        Err(HandOverError::Refused { infolog }) => assert_eq!(infolog, [line]),
        sent => panic!("{sent:?}"),
    }
    let seen = "Duplicate message. Message has already been processed.";
    let server = Server::that_answers(500, &aif_fault(seen)).await;
    let sent = server.create().await;
    assert!(
        matches!(sent, Err(HandOverError::DuplicateMessage)),
        "{sent:?}"
    );
}

/// What kind of end it is, and what is said.
async fn end(server: &Server) -> (&'static str, String) {
    match server.create().await {
        Err(HandOverError::NotReached { place, reason }) => {
            assert_eq!(place, server.url);
            ("not reached", reason)
        }
        Err(error @ HandOverError::Unknown { .. }) => ("unknown", error.to_string()),
        Err(error) => ("known", error.to_string()),
        Ok(made) => panic!("{made:?}"),
    }
}

#[tokio::test]
async fn only_what_surely_did_not_arrive_counts_as_not_reached() {
    let wcf = |code: &str| {
        soap(&format!(
            "<s:Fault><faultcode xmlns:a='u'>a:{code}</faultcode><faultstring>of WCF</faultstring></s:Fault>"
        ))
    };
    for (status, headers, body, expected, said) in [
        (
            401,
            &[
                ("www-authenticate", "Negotiate"),
                ("www-authenticate", "NTLM"),
            ][..],
            String::new(),
            "not reached",
            "Negotiate, NTLM",
        ),
        (
            401,
            &[("www-authenticate", "Basic realm=\"ax\"")][..],
            String::new(),
            "not reached",
            "refused",
        ),
        (
            404,
            &[][..],
            String::new(),
            "not reached",
            "address of the port",
        ),
        (
            302,
            &[("location", "http://127.0.0.1:1/")][..],
            String::new(),
            "not reached",
            "302",
        ),
        (413, &[][..], String::new(), "known", "larger"),
        (
            503,
            &[][..],
            "<html>busy</html>".to_owned(),
            "unknown",
            "503",
        ),
        (504, &[][..], String::new(), "unknown", "504"),
        (
            500,
            &[][..],
            // As a server says back that shows its mistakes.
            aif_fault("s3cret pass, Basic Q09OVE9TT1x3ZWJvcmRlcnM6czNjcmV0IHBhc3M="),
            "known",
            "…, Basic …",
        ),
        (
            200,
            &[][..],
            soap(""),
            "unknown",
            "neither a SalesId nor a fault",
        ),
        (
            200,
            &[][..],
            "<s:Envelope xmlns:s='u'><s:Bo".to_owned(),
            "unknown",
            "200",
        ),
        (
            500,
            &[][..],
            wcf("ActionNotSupported"),
            "not reached",
            "ActionNotSupported: of WCF",
        ),
        (
            500,
            &[][..],
            wcf("InternalServiceFault"),
            "unknown",
            "InternalServiceFault: of WCF",
        ),
        (
            500,
            &[][..],
            wcf("DeserializationFailed"),
            "known",
            "of WCF",
        ),
    ] {
        let server = Server::started(status, headers, &body, Duration::ZERO).await;
        let (kind, reason) = end(&server).await;
        assert_eq!(kind, expected, "{status}: {reason}");
        assert!(reason.contains(said), "{reason}");
        assert!(!reason.contains("s3cret"), "{reason}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_leaves_the_outcome_unknown() {
    let server = Server::started(200, &[], "", Duration::from_secs(60)).await;
    let (kind, reason) = end(&server).await;
    assert_eq!(kind, "unknown", "{reason}");
    assert_eq!(
        server.requests.lock().unwrap().len(),
        1,
        "it is not sent twice"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_not_reached() {
    let mut server = Server::that_answers(200, "").await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    server.url = format!("http://{}/p.svc", closed.local_addr().unwrap());
    drop(closed);
    assert_eq!(end(&server).await.0, "not reached");
    std::fs::remove_file(server.port.folder("password")).unwrap();
    let (kind, reason) = end(&server).await;
    assert_eq!(kind, "not reached");
    assert!(reason.contains("password"), "{reason}");
}

#[tokio::test]
async fn what_ax_would_refuse_is_not_posted() {
    let server = Server::that_answers(200, "").await;
    let mut hand_over: HandOver = full();
    hand_over.order.number = "1".repeat(21);
    let sent = server.door().create(hand_over).await;
    assert!(
        matches!(sent, Err(HandOverError::Refused { .. })),
        "{sent:?}"
    );
    assert_eq!(server.requests.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_password_goes_to_no_address_where_everybody_could_read_it() {
    let server = Server::that_answers(200, "").await;
    for (url, said) in [
        ("http://ax.example.com/p.svc", "https://"),
        ("ftp://ax.example.com/p.svc", "https://"),
        ("https://u:pass@ax.example.com/p.svc", "holds a user"),
        ("ax", "cannot be read"),
    ] {
        let error = made::service(server.options(url))
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains(said) && !error.contains("u:pass"), "{error}");
    }
    assert!(made::service(server.options("https://ax.example.com/p.svc")).is_ok());
}
