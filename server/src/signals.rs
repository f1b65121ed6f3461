//! What ends the process: Ctrl-C, on Unix SIGTERM and SIGHUP, and the end of standard input where that is asked for.

use std::process::exit;

use crate::log;

/// The exit code of a process that a signal ended early, as shells have it for Ctrl-C.
const INTERRUPTED: i32 = 130;

/// Completes at the first signal or, `with_stdin`, at the end of standard input. The next signal ends the process at once:
/// everything that was answered is on disk. Not so SIGHUP, which comes several times when one terminal is closed.
///
/// Signals count from this call on, not from the first poll.
pub fn stop_signal(with_stdin: bool) -> impl Future<Output = ()> + Send + 'static {
    let mut signals = Signals::new();
    async move {
        tokio::select! {
            () = signals.next() => {}
            () = end_of_stdin(), if with_stdin => {}
        }
        tracing::info!("stopping");
        tokio::spawn(async move {
            signals.next_but_hangup().await;
            tracing::warn!("told to stop a second time, so requests under way are cut off");
            log::flush();
            exit(INTERRUPTED);
        });
    }
}

/// Completes when standard input has ended. It is read on a thread of its own, because tokio would wait for the read when the
/// process ends.
async fn end_of_stdin() {
    let (reading, ended) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(reading);
    });
    let _ = ended.await;
}

/// Runs `work`, which blocks. A signal ends the process at once, after `clean_up`.
pub fn until_signal<T>(work: impl FnOnce() -> T, clean_up: impl FnOnce() + Send + 'static) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    // Without the runtime, signals end the process without cleaning up.
    if let Ok(runtime) = &runtime {
        let _inside = runtime.enter();
        let mut signals = Signals::new();
        runtime.spawn(async move {
            signals.next().await;
            clean_up();
            exit(INTERRUPTED);
        });
    }
    work()
}

#[cfg(unix)]
struct Signals {
    hangup: Option<tokio::signal::unix::Signal>,
    others: Vec<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = is_hangup_heeded().then(|| signal(SignalKind::hangup()).ok()).flatten();
        let others = [SignalKind::interrupt(), SignalKind::terminate()];
        Signals { hangup, others: others.into_iter().filter_map(|kind| signal(kind).ok()).collect() }
    }

    async fn next(&mut self) {
        first_of(self.others.iter_mut().chain(&mut self.hangup)).await;
    }

    async fn next_but_hangup(&mut self) {
        first_of(self.others.iter_mut()).await;
    }
}

/// Completes when one of these signals comes.
#[cfg(unix)]
async fn first_of<'a>(signals: impl Iterator<Item = &'a mut tokio::signal::unix::Signal>) {
    let mut signals: Vec<_> = signals.collect();
    std::future::poll_fn(|context| {
        let mut received = signals.iter_mut().map(|signal| signal.poll_recv(context));
        match received.any(|signal| signal.is_ready()) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
}

/// Whether SIGHUP ends this process, as far as the system tells. With `nohup` it does not, and that must stay so.
#[cfg(unix)]
fn is_hangup_heeded() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // A bit for each signal, of which SIGHUP is the first.
    ignored.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok()).is_some_and(|bits| bits & 1 == 0)
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Self {
        Signals
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    async fn next_but_hangup(&mut self) {
        self.next().await;
    }
}
