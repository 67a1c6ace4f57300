//! A headless Chromium, driven over `WebDriver`, that runs no script of a page.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

/// A page comes in this time.
const SOON: Duration = Duration::from_secs(20);

/// A chromedriver; it ends with the test, and its browsers with it, however the test ends.
struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Has it end its browsers, which would go on without it.
    fn shut_down(&self) -> std::io::Result<()> {
        let mut line = TcpStream::connect(("127.0.0.1", self.port))?;
        line.set_read_timeout(Some(SOON))?;
        write!(
            line,
            "GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
            self.port
        )?;
        // Its end is the end of the answer.
        line.read_to_end(&mut Vec::new()).map(drop)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.shut_down();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser with a profile of its own; it ends with the test.
pub struct Browser {
    client: Client,
    // Dropped in this order: the profile is the browser's until it has ended.
    _driver: Driver,
    profile: tempfile::TempDir,
}

impl Browser {
    /// `None` where there is no browser on this machine; says which test is skipped then.
    pub async fn start(test: &str) -> Option<Self> {
        let driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut driver) = driver else {
            eprintln!("skipped: {test}: chromedriver is not there");
            return None;
        };
        let said = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = said
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, port) = line.split_once("successfully on port ")?;
                port.trim_end_matches('.').parse::<u16>().ok()
            })
            .unwrap();
        let driver = Driver {
            child: driver,
            port,
        };
        let profile = tempfile::tempdir().unwrap();
        let wishes = json!({
            "goog:chromeOptions": {
                "args": [
                    "--headless=new",
                    // Chromium has no sandbox for root, which a check may run as.
                    "--no-sandbox",
                    "--disable-dev-shm-usage",
                    "--no-proxy-server",
                    format!("--user-data-dir={}", profile.path().display()),
                ],
                // 2: no script of any page is run.
                "prefs": { "profile.managed_default_content_settings.javascript": 2 },
            },
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wishes.as_object().unwrap().clone())
            .connect(&format!("http://127.0.0.1:{port}"))
            .await;
        let browser = Self {
            client: client.unwrap(),
            _driver: driver,
            profile,
        };
        browser.client.set_window_size(1_200, 900).await.unwrap();
        Some(browser)
    }

    /// Its folder.
    pub fn profile(&self) -> std::path::PathBuf {
        self.profile.path().to_owned()
    }

    pub async fn open(&self, address: &str) {
        self.client.goto(address).await.unwrap();
    }

    /// What can be read on the page. One that goes while it is read is followed by another.
    pub async fn text(&self) -> String {
        let read = async {
            loop {
                let body = self.client.find(Locator::Css("body")).await;
                let text = match body {
                    Ok(body) => body.text().await,
                    Err(error) => Err(error),
                };
                match text {
                    Ok(text) => return text,
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                }
            }
        };
        let read = tokio::time::timeout(SOON, read).await;
        read.unwrap()
    }

    /// The page, or the one that comes instead of it, shows `words`.
    pub async fn shows(&self, words: &str) {
        let shown = async {
            while !self.text().await.contains(words) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        if tokio::time::timeout(SOON, shown).await.is_err() {
            let address = self.client.current_url().await.unwrap();
            panic!("{words:?} is not at {address}:\n{}", self.text().await);
        }
    }

    /// Loads the page again until it shows `words`.
    pub async fn until_shows(&self, words: &str) {
        let shown = async {
            while !self.text().await.contains(words) {
                tokio::time::sleep(Duration::from_millis(200)).await;
                self.client.refresh().await.unwrap();
            }
        };
        if tokio::time::timeout(SOON, shown).await.is_err() {
            self.shows(words).await;
        }
    }

    async fn field(&self, name: &str) -> Element {
        let place = format!("main [name={name}]");
        match self.client.find(Locator::Css(&place)).await {
            Ok(field) => field,
            Err(error) => panic!("{error}: no field {name}:\n{}", self.text().await),
        }
    }

    /// Types into the fields of the page's form.
    pub async fn fill(&self, fields: &[(&str, &str)]) {
        for (name, value) in fields {
            let field = self.field(name).await;
            if field.tag_name().await.unwrap() == "select" {
                field.select_by_value(value).await.unwrap();
            } else {
                field.clear().await.unwrap();
                field.send_keys(value).await.unwrap();
            }
        }
    }

    /// Takes the choice with the words `label`.
    pub async fn choose(&self, name: &str, label: &str) {
        let field = self.field(name).await;
        field.select_by_label(label).await.unwrap();
    }

    /// Ticks the box of `name` with this value.
    pub async fn tick(&self, name: &str, value: &str) {
        let place = format!("main input[name={name}][value={value:?}]");
        let found = self.client.find(Locator::Css(&place)).await;
        found.unwrap().click().await.unwrap();
    }

    /// Presses the button, or follows the link, with these words, to the page behind.
    pub async fn press(&self, words: &str) {
        let is_it = format!("[normalize-space()='{words}']");
        let place = format!("//main//button{is_it} | //a{is_it} | //header//button{is_it}");
        self.leave_by(Locator::XPath(&place)).await;
    }

    /// Clicks the first link or button at `place`, a CSS selector, to the page behind.
    pub async fn click(&self, place: &str) {
        self.leave_by(Locator::Css(place)).await;
    }

    async fn leave_by(&self, way: Locator<'_>) {
        let page = self.client.find(Locator::Css("html")).await.unwrap();
        match self.client.find(way).await {
            Ok(found) => found.click().await.unwrap(),
            Err(error) => panic!("{error}: {way:?}:\n{}", self.text().await),
        }
        // A click answers when it is done, not when what it asks for is there.
        let left = async {
            while page.tag_name().await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            while self.state().await != "complete" {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(SOON, left).await.unwrap();
    }

    /// How far the page has come; nothing between two pages.
    async fn state(&self) -> String {
        let state = self
            .client
            .execute("return document.readyState", Vec::new());
        let state = state.await.unwrap_or_default();
        state.as_str().unwrap_or_default().to_owned()
    }

    /// The words of the first element at `place`, a CSS selector.
    pub async fn text_at(&self, place: &str) -> String {
        let found = self.client.find(Locator::Css(place)).await;
        found.unwrap().text().await.unwrap()
    }

    /// A telephone held upright: whatever is wide scrolls by itself, never the page.
    pub async fn fits_a_telephone(&self) {
        self.client.set_window_size(390, 844).await.unwrap();
        let widths = "return [document.documentElement.scrollWidth, window.innerWidth]";
        let widths = self.client.execute(widths, Vec::new()).await.unwrap();
        let [page, window] = [&widths[0], &widths[1]].map(|width| width.as_u64().unwrap());
        assert!(
            page <= window,
            "{} is {page} px wide in a window of {window}",
            self.client.current_url().await.unwrap()
        );
        self.client.set_window_size(1_200, 900).await.unwrap();
    }

    /// Keeps the page as a picture of the README, where `AXCS_SCREENSHOTS` is set.
    pub async fn picture(&self, name: &str) {
        if std::env::var_os("AXCS_SCREENSHOTS").is_some() {
            let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots");
            let picture = self.client.screenshot().await.unwrap();
            std::fs::write(folder.join(format!("website-{name}.png")), picture).unwrap();
        }
    }

    pub async fn close(self) {
        self.client.clone().close().await.unwrap();
    }
}
