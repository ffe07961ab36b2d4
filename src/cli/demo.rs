//! `guard demo`: shows the main job to someone who has never seen it, offline and with nothing set up.

mod charters;

use super::output::Escaped;
use super::setup::Setup;
use super::{Exit, Global, Output};
use crate::charter::{Charter, titles};
use crate::demo::{self, Shown};
use crate::finding::Confidence;
use crate::scan::{Hint, Scratch};
use anstyle::{AnsiColor, Style};
use clap::Args;
use std::collections::BTreeMap;
use std::io;

/// Columns of the text beside its heading.
const WIDTH: usize = 92;

/// Arguments of `guard demo`.
#[derive(Debug, Args)]
pub struct Arguments {}

pub(super) fn run(_: &Arguments, global: &Global, output: &mut Output) -> io::Result<Exit> {
    let Some(setup) = Setup::load(global, output)? else { return Ok(Exit::Failed) };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let shown = match runtime.block_on(demo::run(setup.charter.clone(), setup.catalogue.clone())) {
        Ok(shown) => shown,
        Err(fault) => {
            output.fault(&fault, None)?;
            return Ok(Exit::Failed);
        }
    };
    introduction(&setup.charter, output)?;
    for (index, shown) in shown.iter().enumerate() {
        one(index + 1, shown, &setup, output)?;
    }
    charters::table(jiff::Zoned::now().date(), output)?;
    conclusion(&shown, output)?;
    Ok(Exit::Clean)
}

fn introduction(charter: &Charter, output: &mut Output) -> io::Result<()> {
    writeln!(
        output.out,
        "guard demo: a client, the proxy, and a stand-in AI service, all on this machine, over real TLS.\n\
         Charter: {} ({}). Everything below is made up.\n",
        charter.title(),
        charter.id()
    )
}

fn one(number: usize, shown: &Shown, setup: &Setup, output: &mut Output) -> io::Result<()> {
    let bold = Style::new().bold();
    let streamed = if shown.prompt.streamed { ", answered as a stream" } else { "" };
    writeln!(output.out, "{bold}{number}. {}{streamed}{bold:#}", shown.prompt.title)?;
    row(output, "prompt", shown.prompt.text, Style::new())?;
    row(output, "found", &found(shown, setup, output), Style::new())?;
    let color = match shown.decision.as_str() {
        "allow" => AnsiColor::Green,
        "block" | "confirm" => AnsiColor::Red,
        _ => AnsiColor::Yellow,
    };
    let article =
        if shown.articles.is_empty() { String::new() } else { format!(", under {}", shown.articles) };
    row(
        output,
        "decided",
        &format!("{}{article}", shown.decision),
        Style::new().fg_color(Some(color.into())),
    )?;
    let reached = shown.reached.as_deref().unwrap_or("nothing");
    row(output, "reached it", reached, Style::new())?;
    row(output, "client reads", &format!("{} (status {})", shown.answer, shown.status), Style::new())?;
    row(output, "time", &time(shown), Style::new())?;
    writeln!(output.out)
}

/// What the guard cost: a refusal is compared with nothing, since the service never answered.
fn time(shown: &Shown) -> String {
    if shown.reached.is_none() {
        return format!("refused after {} µs", shown.guarded.as_micros());
    }
    format!("{} µs added to {} µs", shown.added().as_micros(), shown.direct.as_micros())
}

/// What the same scanner says of the prompt, by kind.
fn found(shown: &Shown, setup: &Setup, output: &Output) -> String {
    let mut findings = Vec::new();
    setup.scanner.scan(
        shown.prompt.text.as_bytes(),
        &Hint::default(),
        &mut Scratch::default(),
        &mut findings,
    );
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.confidence >= Confidence::Medium) {
        let title = titles::title(finding, output.language);
        *kinds.entry(format!("{title} [{}]", finding.detector)).or_default() += 1;
    }
    if kinds.is_empty() {
        return String::from("nothing");
    }
    let kinds: Vec<String> = kinds
        .into_iter()
        .map(|(kind, count)| if count > 1 { format!("{count} × {kind}") } else { kind })
        .collect();
    kinds.join(", ")
}

/// A heading and its text, wrapped.
fn row(output: &mut Output, heading: &str, text: &str, style: Style) -> io::Result<()> {
    let mut heading = heading;
    for line in wrapped(text) {
        writeln!(output.out, "   {heading:<13}{style}{}{style:#}", Escaped(&line))?;
        heading = "";
    }
    Ok(())
}

fn wrapped(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n').filter(|paragraph| !paragraph.is_empty()) {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

fn conclusion(shown: &[Shown], output: &mut Output) -> io::Result<()> {
    let stopped = shown.iter().filter(|shown| shown.reached.is_none()).count();
    let changed =
        shown.iter().filter(|shown| shown.reached.as_deref().is_some_and(|text| text != shown.prompt.text));
    writeln!(
        output.out,
        "{} prompts: {stopped} stopped, {} redacted on the way and put back in the answer, the rest passed as it was.\n\
         Next: `guard scan FILE`, `guard proxy`, `guard charter list`; `guard demo --charter liege` shows another charter.",
        shown.len(),
        changed.count()
    )
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, wrapped};

    #[test]
    fn long_text_is_wrapped_between_words() {
        let text = "mot ".repeat(60);
        let lines = wrapped(text.trim_end());
        assert!(lines.len() > 1 && lines.iter().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(lines.join(" "), text.trim_end());
        assert_eq!(wrapped("a\n\nb"), ["a", "b"]);
    }
}
