//! The README as npm shows it. Its links and its picture are those of the repository: npm finds them where `repository` of
//! `package.json` says where that is, and until then they would lead nowhere.

/// Without pictures that are files, and of links to files their text alone.
pub fn without_files(text: &str) -> String {
    let parts = text.split("```").enumerate();
    // Every second part is code.
    parts
        .map(|(at, part)| if at % 2 == 0 { without_links(part) } else { part.to_owned() })
        .collect::<Vec<_>>()
        .join("```")
}

fn without_links(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("](") {
        kept.push_str(before);
        let link = after.split_once(')').zip(kept.rfind('['));
        let Some(((_, behind), start)) = link.filter(|((target, _), _)| !is_elsewhere(target)) else {
            kept.push_str("](");
            rest = after;
            continue;
        };
        let label = kept.split_off(start).split_off(1);
        rest = behind;
        match kept.strip_suffix('!') {
            // A picture stands in a paragraph of its own.
            Some(above) => {
                kept.truncate(above.trim_end().len());
                kept.push_str("\n\n");
                rest = rest.trim_start();
            }
            None => kept.push_str(&label),
        }
    }
    kept + rest
}

/// Whether it leads to another site, or to a place in this text.
fn is_elsewhere(target: &str) -> bool {
    target.starts_with('#') || target.contains("://")
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn links_to_files_are_text_and_others_stay() {
        let text = "A [guide](docs/a.md#b), a\n[site\nof](https://a.example/) and [below](#more), [`x`](y).\n\n![A picture](a.png)\n\nEnd.\n\
            ```js\na[0](b);\n```\n[z](z)";
        let expected =
            "A guide, a\n[site\nof](https://a.example/) and [below](#more), `x`.\n\nEnd.\n```js\na[0](b);\n```\nz";
        assert_eq!(without_files(text), expected);
    }
}
