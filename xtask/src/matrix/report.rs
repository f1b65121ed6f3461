//! The table.

use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};

const START: &str = "<!-- matrix -->\n";
const END: &str = "<!-- /matrix -->";

/// One line of the table.
pub struct Row {
    /// The environment, and which of its scripts.
    pub environment: String,
    /// The tool's or the browser's version.
    pub version: String,
    /// Whether the program ran.
    pub passed: bool,
    /// How long the script took.
    pub seconds: f64,
}

/// The table as Markdown, in columns for those who read it as text.
pub fn markdown(rows: &[Row]) -> String {
    let head = ["environment", "version", "result", "seconds"].map(str::to_owned);
    let cells = rows.iter().map(|row| {
        let result = if row.passed { "ok" } else { "FAILED" };
        [row.environment.clone(), row.version.clone(), result.to_owned(), format!("{:.1}", row.seconds)]
    });
    let lines: Vec<[String; 4]> = std::iter::once(head).chain(cells).collect();
    let width = |column: usize| lines.iter().filter_map(|line| line.get(column)).map(String::len).max().unwrap_or(0);
    let [name, version, result, seconds] = [0, 1, 2, 3].map(width);
    let mut table = String::new();
    for (number, [a, b, c, d]) in lines.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(table, "| {a:name$} | {b:version$} | {c:result$} | {d:>seconds$} |");
        if number == 0 {
            let dashes = |length: usize| "-".repeat(length);
            let [a, b, c, d] = [name, version, result, seconds - 1].map(dashes);
            let _ = writeln!(table, "| {a} | {b} | {c} | {d}: |");
        }
    }
    table
}

/// Replaces what stands between the two markers.
pub fn write_into(file: &Path, table: &str) -> Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let text = between(&text, table)
        .with_context(|| format!("{} has no lines `{}` and `{END}`", file.display(), START.trim_end()))?;
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}

fn between(text: &str, table: &str) -> Option<String> {
    let (before, rest) = text.split_once(START)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{START}{table}{END}{after}"))
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn the_table_stands_between_its_markers() {
        let row = Row { environment: "node-18 import".into(), version: "18.0.0".into(), passed: true, seconds: 1.25 };
        let table = markdown(&[row]);
        let expected = "\
| environment    | version | result | seconds |
| -------------- | ------- | ------ | ------: |
| node-18 import | 18.0.0  | ok     |     1.2 |
";
        assert_eq!(table, expected);
        let text = format!("a\n{START}old\n{END}\nb\n");
        assert_eq!(between(&text, &table), Some(format!("a\n{START}{table}{END}\nb\n")));
        assert_eq!(between("none", &table), None);
    }
}
