//! The orders job with a port of AX: handed over in one run, made by AX when it likes, seen in another
//! run, and never sent twice.

use std::sync::Arc;

use axcs::company::sales_orders::{
    HandOver, HandOverError, HandedOver, MessageStatus, SalesOrderService,
};
use axcs::model::exception::ExceptionFilter;
use axcs::model::order::Address;
use axcs::model::staged::Stage;
use axcs::model::{Job, RunStatus, Stream};

use super::ax;
use super::made::{DAY, Port};
use super::site::Site;

/// A site that hands orders over through the folders of a port.
struct World {
    site: Site,
    port: Port,
}

impl World {
    async fn new() -> Self {
        let port = Port::new();
        let door = port.door();
        Self {
            site: Site::with(|_| door).await,
            port,
        }
    }

    /// Every message is overdue at once.
    async fn impatient() -> Self {
        let port = Port::new();
        let door = port.impatient_door();
        Self {
            site: Site::with(|_| door).await,
            port,
        }
    }

    fn inbound(&self) -> usize {
        self.port.files("in").len()
    }

    fn fetch(&self) -> Vec<ax::Fetched> {
        ax::fetch(&self.port.folder("in"))
    }

    async fn stage(&self, order: &str) -> Stage {
        self.site.staged(order).await.row.stage
    }

    /// Code of the only exception, and all that it says.
    async fn exception(&self) -> (String, String) {
        let open = self.site.exceptions().await;
        assert_eq!(open.len(), 1, "{open:?}");
        let exception = &open[0].exception;
        (
            open[0].code.clone(),
            format!("{exception} {}", exception.remedy),
        )
    }

    /// Codes of all exceptions, sorted.
    async fn exception_codes(&self) -> Vec<String> {
        let open = self.site.exceptions().await.into_iter();
        let mut codes: Vec<String> = open.map(|entry| entry.code).collect();
        codes.sort();
        codes
    }

    async fn retry(&self, order: &str) {
        let filter = ExceptionFilter {
            stream: Some(Stream::Orders),
            keys: Some(vec![order.to_owned()]),
            ..ExceptionFilter::default()
        };
        let ledger = &self.site.runner.sides().ledger;
        assert_eq!(ledger.ask_retry(&filter).await.unwrap().len(), 1);
    }

    fn sales_orders(&self) -> i64 {
        self.site.count("SELECT count(*) FROM SALESTABLE")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_to_ax_in_a_file_and_is_confirmed_when_ax_has_made_it() {
    let world = World::new().await;
    world.site.place("W-1", "1001").await;
    world.site.orders().await;
    assert_eq!(
        (world.stage("W-1").await, world.inbound()),
        (Stage::HandedOver, 1)
    );
    let before = world.site.staged("W-1").await;
    // AX takes its time, and fetches it long before it makes it.
    world.site.orders().await;
    assert_eq!(world.inbound(), 1);
    let fetched = world.fetch();
    world.site.orders().await;
    let waiting = world.site.staged("W-1").await;
    assert_eq!((waiting.row.stage, world.inbound()), (Stage::HandedOver, 0));
    assert_eq!(
        (waiting.row.attempts, waiting.row.changed),
        (1, before.row.changed)
    );

    let made = fetched[0].process(&world.site.company).await.unwrap();
    world.site.orders().await;
    let staged = world.site.staged("W-1").await;
    assert_eq!(staged.row.stage, Stage::Accepted);
    let expected = HandedOver::Created {
        sales_order: staged.row.sales_order.clone(),
        is_journal: false,
    };
    assert_eq!(made, expected);
    assert_eq!((world.sales_orders(), world.inbound()), (1, 0));
    assert_eq!(world.site.exceptions().await, []);
    // What AX made is what the embedded company makes of a hand-over.
    world.site.ended(Job::Inventory).await;
    assert_eq!(world.site.differences().await, Vec::<String>::new());
    for (sql, expected) in [
        (
            "SELECT count(*) FROM SALESLINE WHERE SALESPRICE = '10.5' AND LINEAMOUNT = '21'",
            1,
        ),
        (
            "SELECT count(*) FROM MARKUPTRANS WHERE MARKUPCODE = 'FREIGHT' AND VALUE = '5'",
            1,
        ),
        (
            "SELECT count(*) FROM SALESTABLE WHERE SALESORIGINID = 'WEB' AND DLVMODE = 'GROUND' AND CUSTOMERREF = 'W-1'",
            1,
        ),
    ] {
        assert_eq!(world.site.count(sql), expected, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_to_an_address_that_its_customer_has_ships_there_and_any_other_one_says_so_in_a_note()
 {
    let world = World::new().await;
    for (order, number, street) in [
        ("W-1", "1001", "3 hill\nroad"),
        ("W-2", "1002", "4 Hill Road"),
    ] {
        let mut order = world.site.order(order, number);
        "US-000003".clone_into(&mut order.customer.account);
        order.delivery_address = Address {
            name: "Ada Lovelace".to_owned(),
            street: street.to_owned(),
            zip_code: "98101".to_owned(),
            city: "Seattle".to_owned(),
            state: "WA".to_owned(),
            country: "USA".to_owned(),
        };
        world.site.client.place_order(&order).await.unwrap();
    }
    world.site.orders().await;
    let fetched = world.fetch();
    assert_eq!(fetched.len(), 2);
    for message in fetched {
        message.process(&world.site.company).await.unwrap();
    }
    world.site.orders().await;
    for order in ["W-1", "W-2"] {
        assert_eq!(world.stage(order).await, Stage::Accepted);
    }
    // The third customer's own address.
    let ships_to = |order: &str| {
        world.site.count(&format!(
            "SELECT count(*) FROM SALESTABLE WHERE CUSTOMERREF = '{order}' AND DELIVERYPOSTALADDRESS =
             (SELECT a.RECID FROM LOGISTICSPOSTALADDRESS a JOIN LOGISTICSLOCATION l ON l.RECID = a.LOCATION
               WHERE l.LOCATIONID = '000000003')"
        ))
    };
    assert_eq!((ships_to("W-1"), ships_to("W-2")), (1, 0));
    let told = "SELECT count(*) FROM SALESTABLE s JOIN DOCUREF d ON d.REFRECID = s.RECID
                 WHERE instr(d.NOTES, 'Delivery address') > 0 AND s.CUSTOMERREF = ";
    assert_eq!(world.site.count(&format!("{told}'W-1'")), 0);
    assert_eq!(world.site.count(&format!("{told}'W-2'")), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_that_ax_answers_later_becomes_an_exception_in_its_words() {
    let world = World::new().await;
    world.site.place("W-1", "1001").await;
    world.site.orders().await;
    let words = "Customer WEB-TEMPLATE is on hold.";
    world.fetch()[0].answer(
        &world.port.folder("answers"),
        &ax::fault("RequestFailed", words),
    );
    world.site.orders().await;
    let (code, said) = world.exception().await;
    assert_eq!(code, "refused-by-ax");
    assert!(said.contains(words), "{said}");
    assert!(said.contains("Queue manager"), "{said}");
    // It is not sent again by itself; asked to, it is another message.
    world.site.orders().await;
    assert_eq!(world.inbound(), 0);
    world.retry("W-1").await;
    world.site.orders().await;
    let again = world.fetch();
    assert_eq!(again.len(), 1);
    assert_eq!(world.site.staged("W-1").await.row.attempts, 2);
    again[0].process(&world.site.company).await.unwrap();
    world.site.orders().await;
    assert_eq!(world.stage("W-1").await, Stage::Accepted);
    assert_eq!(
        (world.sales_orders(), world.site.exceptions().await),
        (1, vec![])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overdue_order_is_told_once_and_accepted_when_ax_makes_it_after_all() {
    let world = World::impatient().await;
    world.site.place("W-1", "1001").await;
    world.site.orders().await;
    world.site.orders().await;
    let (code, said) = world.exception().await;
    assert_eq!(code, "overdue-in-ax");
    assert!(said.contains("AifGatewayReceiveService"), "{said}");
    let told = world.site.staged("W-1").await;
    assert_eq!(told.row.stage, Stage::Exception);
    for _ in 0..3 {
        world.site.orders().await;
    }
    assert_eq!(world.site.staged("W-1").await.history, told.history);
    assert_eq!(world.inbound(), 1);

    let fetched = world.fetch();
    world.site.orders().await;
    assert!(world.exception().await.1.contains("Queue manager"));
    // Asked to, it is looked for again, and not sent again.
    world.retry("W-1").await;
    world.site.orders().await;
    assert_eq!(
        (world.exception().await.0.as_str(), world.inbound()),
        ("overdue-in-ax", 0)
    );

    fetched[0].process(&world.site.company).await.unwrap();
    world.site.orders().await;
    assert_eq!(world.stage("W-1").await, Stage::Accepted);
    assert_eq!(
        (world.sales_orders(), world.site.exceptions().await),
        (1, vec![])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overdue_order_whose_number_is_changed_online_is_found_under_the_one_that_ax_has() {
    let world = World::impatient().await;
    world.site.place("W-1", "1001").await;
    world.site.orders().await;
    world.site.orders().await;
    let mut order = world.site.order("W-1", "1001");
    order.number = "2002".to_owned();
    world.site.client.correct_order(&order).await.unwrap();
    for _ in 0..2 {
        world.site.orders().await;
    }
    assert_eq!(
        world.inbound(),
        1,
        "the corrected order is not sent beside the first one"
    );
    world.fetch()[0].process(&world.site.company).await.unwrap();
    world.site.orders().await;
    let staged = world.site.staged("W-1").await;
    assert_eq!(
        (staged.row.stage, world.sales_orders()),
        (Stage::Accepted, 1)
    );
    assert_eq!(world.exception().await.0, "changed-after-hand-over");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_cancelled_while_ax_has_its_message_is_not_forgotten() {
    let world = World::new().await;
    world.site.place("W-1", "1001").await;
    world.site.orders().await;
    world.site.client.cancel_order("W-1").await.unwrap();
    world.site.orders().await;
    world.site.orders().await;
    assert_eq!(world.stage("W-1").await, Stage::HandedOver);
    world.fetch()[0].process(&world.site.company).await.unwrap();
    world.site.orders().await;
    assert_eq!(world.stage("W-1").await, Stage::Accepted);
    assert_eq!(world.exception().await.0, "cancelled-after-hand-over");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_store_an_order_that_ax_has_is_not_taken_back() {
    let world = World::new().await;
    world.site.place("W-1", "1001").await;
    world.site.orders().await;
    let fetched = world.fetch();
    let settings = axcs::model::channel::StoreSettings {
        customer_template: "GONE".to_owned(),
        ..super::site::settings()
    };
    world.site.set_store("web", settings).await;
    world
        .site
        .sql("UPDATE CUSTTABLE SET ACCOUNTNUM = 'RENAMED' WHERE ACCOUNTNUM = 'WEB-TEMPLATE'");
    world.site.orders().await;
    assert_eq!(
        (world.stage("W-1").await, world.inbound()),
        (Stage::HandedOver, 0)
    );
    assert_eq!(fetched.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_that_is_gone_ends_the_run_with_the_orders_safe_and_sent_once_later() {
    let world = World::new().await;
    for number in 1..=3 {
        world
            .site
            .place(&format!("W-{number}"), &format!("100{number}"))
            .await;
    }
    let away = world.port.folder("away");
    std::fs::rename(world.port.folder("in"), &away).unwrap();
    let summary = world.site.run(Job::Orders).await;
    assert_eq!(summary.status, RunStatus::Error);
    assert_eq!(world.stage("W-1").await, Stage::Downloaded);
    std::fs::rename(&away, world.port.folder("in")).unwrap();
    world.site.orders().await;
    assert_eq!(world.inbound(), 3);
    for fetched in world.fetch() {
        fetched.process(&world.site.company).await.unwrap();
    }
    world.site.orders().await;
    for number in 1..=3 {
        assert_eq!(world.stage(&format!("W-{number}")).await, Stage::Accepted);
    }
    assert_eq!(
        (world.sales_orders(), world.site.exceptions().await),
        (3, vec![])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn old_copies_of_messages_go_but_for_those_of_orders_that_are_open_or_of_others() {
    let port = Port::new();
    let door = port.tidy_door();
    let world = World {
        site: Site::with(|_| door).await,
        port,
    };
    for number in 1..=4 {
        let (order, number) = (format!("W-{number}"), format!("100{number}"));
        world.site.place(&order, &number).await;
    }
    world.site.orders().await;
    let fetched = world.fetch();
    assert_eq!(fetched.len(), 4);
    let message_of = |order: &str| fetched.iter().find(|it| it.order() == order).unwrap();
    let copy = |order: &str| {
        format!(
            "order-{}.xml",
            message_of(order).id.trim_matches(['{', '}'])
        )
    };
    let sent = || world.port.files("sent");
    let a_day_goes_by = || world.port.age("axcs.looked", DAY * 2);
    // 1 and 2 are made, 3 is refused, 4 is still in AX's queue.
    for order in ["W-1", "W-2"] {
        message_of(order)
            .process(&world.site.company)
            .await
            .unwrap();
    }
    let refusal = ax::fault("RequestFailed", "No.");
    message_of("W-3").answer(&world.port.folder("answers"), &refusal);
    // The archive of another ledger, which has an order of this id too.
    let folder = world.port.folder("sent");
    let others = "order-99999999-37a4-8e0e-8c6a-91d0a6c4f77b.xml";
    std::fs::copy(folder.join(copy("W-1")), folder.join(others)).unwrap();
    for name in sent() {
        world.port.age(&name, DAY * 2);
    }
    a_day_goes_by();
    world.site.orders().await;
    let mut left = vec![
        copy("W-3"),
        copy("W-3").replace(".xml", ".reply.xml"),
        copy("W-4"),
        others.to_owned(),
    ];
    left.sort();
    assert_eq!(sent(), left);
    // What AX had was not asked for again.
    assert_eq!((world.inbound(), world.sales_orders()), (0, 2));
    assert_eq!(
        world.exception_codes().await,
        ["overdue-in-ax", "refused-by-ax"]
    );

    message_of("W-4")
        .process(&world.site.company)
        .await
        .unwrap();
    world.site.orders().await;
    assert_eq!(sent(), left, "once a day");
    a_day_goes_by();
    world.site.orders().await;
    left.retain(|name| *name != copy("W-4"));
    assert_eq!(sent(), left);
}

/// An AX that answers with the number of the sales order, and not whether it is a journal.
struct Numbers(axcs::company::embedded::Embedded);

#[async_trait::async_trait]
impl SalesOrderService for Numbers {
    async fn create(&self, hand_over: HandOver) -> Result<HandedOver, HandOverError> {
        match self.0.create(hand_over).await? {
            HandedOver::Created { sales_order, .. } => Ok(HandedOver::Numbered { sales_order }),
            made @ (HandedOver::Numbered { .. } | HandedOver::Accepted) => Ok(made),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_bare_number_ax_is_asked_whether_it_is_a_journal() {
    let site = Site::with(|company| Arc::new(Numbers(company))).await;
    site.sql(
        "CREATE TRIGGER all_are_journals AFTER INSERT ON SALESTABLE BEGIN \
         UPDATE SALESTABLE SET SALESTYPE = 0 WHERE RECID = new.RECID; END",
    );
    site.place("W-1", "1001").await;
    site.orders().await;
    let staged = site.staged("W-1").await;
    assert_eq!(
        (staged.row.stage, staged.row.is_journal),
        (Stage::Accepted, true)
    );
    assert_eq!(site.exceptions().await[0].code, "landed-as-journal");
}

/// A door whose messages AX has answered before their sales orders can be read.
struct Answered;

#[async_trait::async_trait]
impl SalesOrderService for Answered {
    async fn create(&self, _: HandOver) -> Result<HandedOver, HandOverError> {
        Ok(HandedOver::Accepted)
    }

    async fn message_statuses(
        &self,
        message_ids: &[String],
    ) -> Result<Vec<Option<MessageStatus>>, HandOverError> {
        let created = |_: &String| {
            Some(MessageStatus::Created {
                sales_order: "SO-77".to_owned(),
            })
        };
        Ok(message_ids.iter().map(created).collect())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_a_sales_order_is_believed_where_it_cannot_be_read_yet() {
    let site = Site::with(|_| Arc::new(Answered)).await;
    site.place("W-1", "1001").await;
    site.orders().await;
    site.orders().await;
    let staged = site.staged("W-1").await;
    assert_eq!(
        (staged.row.stage, staged.row.sales_order.as_str()),
        (Stage::Accepted, "SO-77")
    );
}
