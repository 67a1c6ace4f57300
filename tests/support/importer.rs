//! A site's own import into AX, as README tells it: its statements are those of README.
#![allow(
    dead_code,
    clippy::panic,
    clippy::unwrap_used,
    reason = "no test file uses all of it, and a test stops where something is not as it should be"
)]

const README: &str = include_str!("../../README.md");

/// The block of README between two marks.
fn block(mark: &str) -> String {
    let readme = README.replace("\r\n", "\n");
    let (_, after) = readme
        .split_once(&format!("<!-- {mark} -->\n```sql\n"))
        .unwrap();
    let (block, _) = after
        .split_once(&format!("\n```\n<!-- /{mark} -->"))
        .unwrap();
    block.to_owned()
}

/// The rights that the import needs.
pub fn rights() -> String {
    block("import-rights")
}

/// The statement that README calls `name`: look, take, done or refused.
pub fn statement(name: &str) -> String {
    let block = block("import-statements");
    let (_, after) = block
        .split_once(&format!("-- {name}: "))
        .unwrap_or_else(|| panic!("README has no statement {name:?}"));
    let (_, statement) = after.split_once('\n').unwrap();
    let (statement, _) = statement.split_once(';').unwrap();
    statement.to_owned()
}

/// The same with the values of the driver: the message is `@P1`, what is said of it `@P2`.
pub fn with_values(name: &str) -> String {
    let statement = statement(name).replace("@message_id", "@P1");
    statement
        .replace("@sales_order", "@P2")
        .replace("@error", "@P2")
}

/// The same in the words of SQLite.
pub fn for_file(name: &str) -> String {
    with_values(name)
        .replace("axcs.", "")
        .replace("N'", "'")
        .replace("SYSUTCDATETIME()", "datetime('now')")
}
