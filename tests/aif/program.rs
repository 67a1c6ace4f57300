//! The settings open the door that they name.

use super::made::{Port, names};
use super::support::Axcs;

/// A settings file that hands orders over through the folders of a port.
fn settings(axcs: &Axcs, port: &Port, more: &str) -> String {
    let file = axcs.dir().join("aif.toml");
    let text = format!(
        "[engine]\nlease_seconds = 1\n[orders]\nhandover = 'aif-file'\ninbound_folder = '{}'\n\
         archive_folder = '{}'\n{more}",
        port.folder("in").display(),
        port.folder("sent").display()
    );
    std::fs::write(&file, text).unwrap();
    file.display().to_string()
}

#[test]
fn the_program_hands_orders_over_in_files_where_the_settings_say_so() {
    let axcs = Axcs::demo(150);
    let port = Port::new();
    let config = settings(&axcs, &port, "");
    axcs.ok(&["service", "order", "place", "--count", "3"]);
    let run = ["--config", &config, "run", "orders", "--wait"];
    axcs.ok(&run);
    assert_eq!(port.files("in").len(), 3);
    assert_eq!(names(&port.folder("sent")), port.files("in"));
    let listed = axcs.json(&["--config", &config, "orders", "--view", "open"]);
    let text = listed.to_string();
    assert_eq!(text.matches("\"handed-over\"").count(), 3, "{text}");
    // A second process knows what the first one sent.
    axcs.ok(&run);
    assert_eq!(port.files("in").len(), 3);

    let config = settings(&axcs, &port, "schema_folder = 'no-such-folder'");
    let said = axcs.run(&["--config", &config, "run", "orders", "--wait"]);
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.stderr.contains("no-such-folder"), "{said:?}");
}
