//! Keeps the web server of wasm-bindgen's test runner from waiting for ever.
//!
//! Its thread pool (tiny_http's) counts a thread as idle until it has woken up. Of two connections that come at the same
//! moment, the second may be left to a thread that has the first one already; and as browsers keep connections open, it is
//! left there until yet another connection makes the pool start a thread. So others come.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result};

const INTERVAL: Duration = Duration::from_millis(500);

/// Connects to an address again and again, until it is dropped.
pub struct Knocking {
    pub address: SocketAddr,
    ended: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Knocking {
    /// At an address that is free now, for the server to listen on.
    pub fn at_a_free_address() -> Result<Knocking> {
        let free = TcpListener::bind("127.0.0.1:0").context("cannot listen on loopback")?;
        let address = free.local_addr().context("a listener has no address")?;
        let (ended, end) = channel();
        let thread = thread::spawn(move || {
            while end.recv_timeout(INTERVAL) == Err(RecvTimeoutError::Timeout) {
                // Nobody listens before the tests are compiled, and after they have ended.
                drop(TcpStream::connect(address));
            }
        });
        Ok(Knocking { address, ended: Some(ended), thread: Some(thread) })
    }
}

impl Drop for Knocking {
    fn drop(&mut self) {
        drop(self.ended.take());
        if let Some(thread) = self.thread.take() {
            // It cannot panic.
            let _ended = thread.join();
        }
    }
}
