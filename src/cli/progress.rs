//! What a long run is at, while it is: one line on the terminal, gone before anything is printed.

use crate::meter::{Meter, State};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// A run that is shorter shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
const BETWEEN: Duration = Duration::from_millis(100);

/// Shows a meter until it is dropped.
pub(super) struct Progress {
    /// Dropped, it ends the thread.
    until: Option<Sender<()>>,
    shown: Option<JoinHandle<()>>,
}

impl Progress {
    /// Only where stderr is a terminal.
    pub(super) fn show(meter: &Meter) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self { until: None, shown: None };
        }
        let (until, ended) = channel();
        let meter = meter.clone();
        Self { until: Some(until), shown: Some(std::thread::spawn(move || draw(&meter, &ended))) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.until.take();
        if let Some(shown) = self.shown.take() {
            let _ = shown.join();
        }
    }
}

fn draw(meter: &Meter, ended: &Receiver<()>) {
    if ended.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    loop {
        let width = terminal_size::terminal_size_of(std::io::stderr()).map_or(WIDE, |(width, _)| usize::from(width.0));
        put(&bar, &meter.state(), width);
        if ended.recv_timeout(BETWEEN) != Err(RecvTimeoutError::Timeout) {
            return bar.finish_and_clear();
        }
    }
}

/// Columns from which on there is room for the bar, and for the numbers.
const WIDE: usize = 60;
const NARROW: usize = 40;

/// Shows a state on one line: how far, where there is an end to be seen.
fn put(bar: &ProgressBar, state: &State, width: usize) {
    let template = match width {
        _ if state.done >= state.total => "{spinner} {wide_msg}",
        WIDE.. => "{spinner} {bar:20} {bytes} of {total_bytes} {wide_msg}",
        NARROW.. => "{spinner} {bytes} of {total_bytes} {wide_msg}",
        _ => "{spinner} {wide_msg}",
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_length(state.total);
    bar.set_position(state.done);
    bar.set_message(state.what.clone());
    bar.tick();
}

#[cfg(test)]
mod tests {
    use super::*;
    use indicatif::{InMemoryTerm, TermLike};

    fn shown(state: &State, width: u16) -> String {
        let term = InMemoryTerm::new(4, width);
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::term_like(Box::new(term.clone())));
        put(&bar, state, usize::from(width));
        let contents = term.contents();
        drop(term.flush());
        contents
    }

    #[test]
    fn a_line_says_what_is_done_and_how_far() {
        let what = "reading large.sqlite".to_owned();
        let half = shown(&State { what: what.clone(), done: 300 << 20, total: 600 << 20 }, 100);
        assert!(half.contains("reading large.sqlite") && half.contains("300.00 MiB of 600.00 MiB"), "{half}");
        let whole = shown(&State { what: "judging decode".to_owned(), done: 600, total: 600 }, 100);
        assert!(whole.contains("judging decode") && !whole.contains("MiB") && !whole.contains(" of "), "{whole}");
    }

    #[test]
    fn it_stays_one_line_on_any_terminal() {
        let state = State { what: "reading ".repeat(40), done: 300 << 20, total: 600 << 20 };
        for width in [5, 10, 20, 39, 40, 41, 59, 60, 61, 80, 200] {
            let line = shown(&state, width);
            assert!(!line.contains('\n') && line.chars().count() <= usize::from(width), "{width}: {line}");
        }
    }
}
