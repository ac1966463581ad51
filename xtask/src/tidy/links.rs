//! Links of documents to other files, and to headings within them.

use super::{Finding, Source};

pub(super) fn check(paths: &[String], sources: &[Source]) -> Vec<Finding> {
    let documents = sources.iter().filter(|source| source.has_extension(&["md"]));
    documents.flat_map(|document| broken(document, paths, sources)).collect()
}

fn broken(document: &Source, paths: &[String], sources: &[Source]) -> Vec<Finding> {
    let links = links(&document.text)
        .into_iter()
        .filter(|link| !link.target.contains("://") && !link.target.starts_with("mailto:"));
    links
        .filter(|link| !resolves(&document.path, link.target, paths, sources))
        .map(|link| document.finding(link.line, format!("the link `{}` leads nowhere", link.target)))
        .collect()
}

struct Link<'a> {
    line: usize,
    target: &'a str,
}

/// The targets of the links in a document's prose; what is fenced or quoted as code holds none.
fn links(text: &str) -> Vec<Link<'_>> {
    let mut links = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        // Every second part between backticks is code.
        for prose in line.split('`').step_by(2) {
            let targets = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
            links.extend(targets.map(|target| Link { line: index + 1, target }));
        }
    }
    links
}

fn resolves(from: &str, target: &str, paths: &[String], sources: &[Source]) -> bool {
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = if file.is_empty() { from.to_owned() } else { joined(from, file) };
    if heading.is_empty() {
        let folder = format!("{}/", path.trim_end_matches('/'));
        return paths.iter().any(|each| *each == path || each.starts_with(&folder));
    }
    let Some(document) = sources.iter().find(|source| source.path == path) else { return false };
    document.text.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == heading)
}

/// The path that `target` names in a document at `from`.
fn joined(from: &str, target: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The name by which a heading is linked to, as it is customary to derive it.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
    text.chars().filter(|each| each.is_alphanumeric() || matches!(each, '-' | '_')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let sources = [
            Source { path: "docs/a.md".into(), text: text.into() },
            Source { path: "docs/b.md".into(), text: "# A title: `code`\n".into() },
        ];
        let paths = ["README.md", "docs/a.md", "docs/b.md", "src/lib.rs"].map(String::from);
        check(&paths, &sources).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn links_that_lead_somewhere() {
        assert_eq!(lines("[x](b.md) [x](../README.md) [x](../src) [x](../src/) [x](https://example.org/y)"), []);
        assert_eq!(lines("# Own\n[x](#own) [x](b.md#a-title-code)"), []);
        assert_eq!(lines("```\n[x](none)\n```\n`[x](none)` [`x`](b.md)"), []);
    }

    #[test]
    fn links_that_lead_nowhere() {
        assert_eq!(lines("\n[x](c.md)"), [2]);
        assert_eq!(lines("[x](b.md#other) [x](#own)"), [1, 1]);
        assert_eq!(lines("[x](../docs/c.md)"), [1]);
    }
}
