//! What is between a server and its database and can lead elsewhere, as a load balancer does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// A port of the loopback address that leads to another one.
pub struct Relay {
    pub port: u16,
    target: Arc<AtomicU16>,
}

impl Relay {
    pub async fn to(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, target) = (listener.local_addr().unwrap().port(), Arc::new(AtomicU16::new(target)));
        let current = Arc::clone(&target);
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let target = current.load(Ordering::Acquire);
                tokio::spawn(async move {
                    let mut to = TcpStream::connect(("127.0.0.1", target)).await?;
                    copy_bidirectional(&mut from, &mut to).await
                });
            }
        });
        Relay { port, target }
    }

    /// Leads new connections to this port. Those that are there stay.
    pub fn lead_to(&self, target: u16) {
        self.target.store(target, Ordering::Release);
    }
}
