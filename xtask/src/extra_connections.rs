//! Keeps connections to the web server of wasm-bindgen's test runner from waiting for ever.
//!
//! The server's thread pool (tiny_http's) counts a thread as idle until that thread has woken up. Of two connections that
//! arrive at the same moment, the second may be given to a thread that already has the first. Because browsers keep
//! connections open, the second then waits until a further connection makes the pool start a thread. So this opens
//! further connections.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};

const INTERVAL: Duration = Duration::from_millis(500);

/// Opens a connection to an address every half second, until this value is dropped.
pub struct ExtraConnections {
    pub address: SocketAddr,
    ended: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl ExtraConnections {
    /// Finds a loopback address that is free now, for the server to listen on, and starts to connect to it.
    pub fn at_a_free_address() -> Result<ExtraConnections> {
        let free = TcpListener::bind("127.0.0.1:0").context("cannot listen on loopback")?;
        let address = free.local_addr().context("a listener has no address")?;
        let (ended, end) = channel();
        let thread = thread::spawn(move || {
            while end.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                // An error is expected: nothing listens before the tests are compiled, or after they have ended.
                drop(TcpStream::connect(address));
            }
        });
        Ok(ExtraConnections { address, ended: Some(ended), thread: Some(thread) })
    }
}

impl Drop for ExtraConnections {
    fn drop(&mut self) {
        drop(self.ended.take());
        if let Some(thread) = self.thread.take() {
            // The thread cannot panic, so there is no error to handle.
            let _ended = thread.join();
        }
    }
}
