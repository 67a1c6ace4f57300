//! Links of the terminal (OSC 8): the website and files whose names stand on the screen. Only what
//! the console itself knows becomes a link, never a text of the company or of a shopper.

use std::path::Path;

use ratatui::buffer::{Buffer, CellDiffOption};

use super::app::{App, Toast};
use super::overlays::Overlay;

/// What becomes a link wherever it stands whole on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its words.
    pub text: String,
    /// Where it leads.
    pub target: String,
}

impl Link {
    /// To an address of the web, as it stands on the screen.
    fn web(address: &str) -> Option<Self> {
        let is_web = address.starts_with("http://") || address.starts_with("https://");
        let is_plain = address.chars().all(|c| c.is_ascii_graphic());
        (is_web && is_plain).then(|| Self {
            text: address.to_owned(),
            target: address.to_owned(),
        })
    }

    /// To a file of this machine, as its path stands on the screen.
    fn file(path: &Path) -> Option<Self> {
        let text = path.to_str().filter(|_| path.is_absolute())?.to_owned();
        let mut target = "file://".to_owned();
        let slashes = text.replace('\\', "/");
        if !slashes.starts_with('/') {
            target.push('/');
        }
        for byte in slashes.bytes() {
            if byte.is_ascii_alphanumeric() || b"/-._~:".contains(&byte) {
                target.push(char::from(byte));
            } else {
                target.push_str(&format!("%{byte:02X}"));
            }
        }
        Some(Self { text, target })
    }
}

impl App {
    /// What becomes a link on this screen.
    pub fn links(&self) -> Vec<Link> {
        let mut links: Vec<Link> = Link::web(&self.place().service).into_iter().collect();
        let addresses = self.overlays().iter().filter_map(Overlay::address);
        links.extend(addresses.filter_map(Link::web));
        links.extend(self.log_file().and_then(Link::file));
        if let Some(Toast::Told(text)) = self.toast() {
            let file = text.strip_prefix(super::outlet::WRITTEN_TO);
            let file = file.map(|rest| rest.split(": ").next().unwrap_or(rest));
            let file = file.map(|file| file.trim_end_matches('.'));
            links.extend(file.and_then(|file| Link::file(Path::new(file))));
        }
        links
    }
}

/// Makes links of the cells in which their words stand.
pub fn mark(buffer: &mut Buffer, links: &[Link]) {
    let area = buffer.area;
    for (number, link) in links.iter().enumerate() {
        let length = link.text.chars().count();
        for y in area.top()..area.bottom() {
            let symbol = |x: u16| (x < area.right()).then(|| buffer[(x, y)].symbol());
            let is_here = |x: u16| {
                let mut cells = x..;
                let mut characters = link.text.chars();
                // A longer address is another one.
                characters.all(|character| {
                    let cell = cells.next().and_then(symbol);
                    cell.is_some_and(|cell| cell.chars().eq([character]))
                }) && !cells
                    .next()
                    .and_then(symbol)
                    .is_some_and(|next| next.starts_with(|c: char| c.is_alphanumeric() || c == '/'))
            };
            let places: Vec<u16> = (area.left()..area.right())
                .filter(|x| is_here(*x))
                .collect();
            for place in places {
                for x in (place..).take(length) {
                    let cell = &mut buffer[(x, y)];
                    // Each cell for itself: any of them may be drawn without the others.
                    let symbol = format!(
                        "\x1b]8;id=axcs{number};{}\x1b\\{}\x1b]8;;\x1b\\",
                        link.target,
                        cell.symbol()
                    );
                    cell.set_symbol(&symbol);
                    cell.set_diff_option(CellDiffOption::ForcedWidth(std::num::NonZeroU16::MIN));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::text::Line;
    use ratatui::widgets::Widget as _;

    fn marked(text: &str, links: &[Link]) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 60, 1));
        Line::raw(text.to_owned()).render(buffer.area, &mut buffer);
        mark(&mut buffer, links);
        let cells = buffer.content().iter().map(|cell| cell.symbol().to_owned());
        cells.filter(|symbol| symbol.contains('\x1b')).collect()
    }

    #[test]
    fn every_cell_of_a_link_leads_there_by_itself() {
        let link = Link::web("http://axcs.test:8620").unwrap();
        let cells = marked("service http://axcs.test:8620 is there", &[link]);
        assert_eq!(cells.len(), "http://axcs.test:8620".len());
        assert_eq!(
            cells[0],
            "\x1b]8;id=axcs0;http://axcs.test:8620\x1b\\h\x1b]8;;\x1b\\"
        );
    }

    #[test]
    fn what_is_cut_or_goes_on_is_no_link() {
        let link = || vec![Link::web("http://axcs.test:8620").unwrap()];
        assert!(marked("http://axcs.test:86…", &link()).is_empty());
        assert!(marked("http://axcs.test:86201", &link()).is_empty());
        assert!(marked("http://axcs.test:8620/users", &link()).is_empty());
    }

    #[test]
    fn nothing_that_a_terminal_obeys_gets_into_a_link() {
        assert_eq!(Link::web("http://a\x1b]0;b\x07"), None);
        assert_eq!(Link::web("javascript:x"), None);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_linked_with_what_is_special_in_its_name_encoded() {
        let link = Link::file(Path::new("/var/log/axcs 1/ä;\x1b.log")).unwrap();
        assert_eq!(link.target, "file:///var/log/axcs%201/%C3%A4%3B%1B.log");
        assert_eq!(Link::file(Path::new("axcs.log")), None);
    }
}
