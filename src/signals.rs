//! Signals that ask the program to stop, on Unix and on Windows. Not what is done about them.

use std::fmt;
use std::io;

use futures_util::Stream;

/// Who asks the program to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Ctrl-C from outside (SIGINT, Ctrl-Break).
    Interrupt,
    /// The system or an operator ends the program (SIGTERM, shutdown).
    Terminate,
    /// The terminal is gone (SIGHUP, a lost SSH line, a closed window).
    HangUp,
}

impl Signal {
    /// The exit code that tells a shell which signal it was.
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::HangUp => 129,
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Interrupt => "interrupted",
            Self::Terminate => "terminated",
            Self::HangUp => "the terminal is gone",
        })
    }
}

/// The signals from now on. Where one cannot be listened to, the error says why.
#[cfg(unix)]
pub fn listen() -> io::Result<impl Stream<Item = Signal> + Send + Unpin> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    Ok(Box::pin(futures_util::stream::poll_fn(move |context| {
        use std::task::Poll;
        for (listener, signal) in [
            (&mut terminate, Signal::Terminate),
            (&mut hang_up, Signal::HangUp),
            (&mut interrupt, Signal::Interrupt),
        ] {
            if let Poll::Ready(Some(())) = listener.poll_recv(context) {
                return Poll::Ready(Some(signal));
            }
        }
        Poll::Pending
    })))
}

/// The signals from now on. Where one cannot be listened to, the error says why.
#[cfg(windows)]
pub fn listen() -> io::Result<impl Stream<Item = Signal> + Send + Unpin> {
    use tokio::signal::windows;

    let mut interrupt = windows::ctrl_c()?;
    let mut break_key = windows::ctrl_break()?;
    let mut close = windows::ctrl_close()?;
    let mut log_off = windows::ctrl_logoff()?;
    let mut shutdown = windows::ctrl_shutdown()?;
    Ok(Box::pin(futures_util::stream::poll_fn(move |context| {
        use std::task::Poll;
        // Each of the five is a type of its own.
        if matches!(shutdown.poll_recv(context), Poll::Ready(Some(())))
            || matches!(log_off.poll_recv(context), Poll::Ready(Some(())))
        {
            return Poll::Ready(Some(Signal::Terminate));
        }
        if matches!(close.poll_recv(context), Poll::Ready(Some(()))) {
            return Poll::Ready(Some(Signal::HangUp));
        }
        if matches!(interrupt.poll_recv(context), Poll::Ready(Some(())))
            || matches!(break_key.poll_recv(context), Poll::Ready(Some(())))
        {
            return Poll::Ready(Some(Signal::Interrupt));
        }
        Poll::Pending
    })))
}

#[cfg(all(test, unix))]
mod tests {
    use futures_util::StreamExt as _;

    use super::*;

    #[tokio::test]
    async fn a_signal_sent_to_this_process_arrives() {
        let mut signals = listen().unwrap();
        let sent = std::process::Command::new("sh")
            .args(["-c", "kill -s HUP $PPID"])
            .status()
            .unwrap();
        assert!(sent.success());
        assert_eq!(signals.next().await, Some(Signal::HangUp));
    }
}
