//! Logs: JSON lines for machines or short lines for people. Only our own events are logged in detail: libraries log
//! headers and URLs at their lower levels. A panic is logged by its place, never by its message, which may hold text.

use std::io::Write;
use std::panic::PanicHookInfo;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Short lines.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Sets up the process's log on standard error and its panic hook. `verbose` 0 logs warnings, 1 information, more
/// debugging. A second call changes nothing.
pub fn start(format: Format, verbose: u8) {
    // A subscriber that is already there stays: tests and demonstrations bring their own.
    let _already = tracing::dispatcher::set_global_default(subscriber(format, verbose, std::io::stderr));
    std::panic::set_hook(Box::new(panicked));
}

/// A subscriber that writes to `writer`.
#[must_use]
pub fn subscriber<W>(format: Format, verbose: u8, writer: W) -> tracing::Dispatch
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let level = match verbose {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    let filter = EnvFilter::new(format!("off,guard={level}"));
    // A line that cannot be written is lost: saying so on standard error would panic where that is what failed.
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer).log_internal_errors(false);
    match format {
        Format::Text => tracing::Dispatch::new(builder.with_target(false).with_ansi(false).finish()),
        Format::Json => tracing::Dispatch::new(builder.json().flatten_event(true).finish()),
    }
}

/// Says where a panic was. Its message is left out: that of a failed slice, for one, quotes the text.
fn panicked(panic: &PanicHookInfo<'_>) {
    let place =
        panic.location().map_or_else(String::new, |place| format!("{}:{}", place.file(), place.line()));
    let thread = std::thread::current();
    let thread = thread.name().unwrap_or("unnamed");
    tracing::error!(place, thread, "guard made a mistake of its own; please report the place");
    if !tracing::event_enabled!(tracing::Level::ERROR) {
        // Nobody listens to the log: standard error is the last resort, and may be gone too.
        let _gone = writeln!(std::io::stderr(), "guard made a mistake of its own at {place} ({thread})");
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, subscriber};
    use std::io::Write;
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::fmt::MakeWriter;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Lines {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn our_events_are_json_lines_and_those_of_libraries_are_not_logged() {
        let lines = Lines::default();
        tracing::dispatcher::with_default(&subscriber(Format::Json, 1, lines.clone()), || {
            tracing::info!(target: "guard::proxy", tool = "openai-api", "a request was decided on");
            tracing::debug!(target: "guard::proxy", "too much detail");
            tracing::error!(target: "hyper::proto", "canary header");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let line: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
        assert_eq!((&line["level"], &line["tool"]), (&"INFO".into(), &"openai-api".into()));
        assert_eq!(line["message"], "a request was decided on");
    }
}
