//! Listens, speaks TLS and HTTP, and hands requests to the world.

use super::{Call, Delivery, Quirks, Reply};
use crate::control::{self, Control};
use crate::world::World;
use crate::{Kind, SimulatorError};
use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use http::header::{HeaderName, HeaderValue};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// The largest body taken: a batch of 20 requests is far smaller.
const MAX_BODY: usize = 4 * 1024 * 1024;

/// A listener and the address it has.
#[derive(Debug)]
pub(crate) struct Bound {
    listener: TcpListener,
    pub(crate) address: SocketAddr,
}

/// Opens the two ports: the given one and the next, or any two.
pub(crate) async fn listen(bind: IpAddr, port: u16) -> Result<(Bound, Bound), SimulatorError> {
    let second = if port == 0 { 0 } else { port.saturating_add(1) };
    Ok((
        open(SocketAddr::new(bind, port)).await?,
        open(SocketAddr::new(bind, second)).await?,
    ))
}

async fn open(address: SocketAddr) -> Result<Bound, SimulatorError> {
    let failed = |source| SimulatorError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok(Bound { listener, address })
}

/// Serves until stopped; open connections end with it.
pub(crate) fn serve(
    bound: Bound,
    tls: Option<TlsAcceptor>,
    kind: Kind,
    world: Arc<World>,
    stop: CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                accepted = bound.listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        if let Err(error) = stream.set_nodelay(true) {
                            tracing::debug!(%error, "no TCP_NODELAY");
                        }
                        let (tls, world) = (tls.clone(), Arc::clone(&world));
                        connections.spawn(async move {
                            match tls {
                                None => connection(stream, kind, world).await,
                                Some(tls) => match tls.accept(stream).await {
                                    Ok(stream) => connection(stream, kind, world).await,
                                    Err(error) => tracing::debug!(%error, "TLS handshake failed"),
                                },
                            }
                        });
                    }
                    Err(error) => tracing::warn!(%error, "a connection could not be accepted"),
                },
            }
        }
        connections.shutdown().await;
    })
}

async fn connection<S>(stream: S, kind: Kind, world: Arc<World>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request: http::Request<Incoming>| {
        let world = Arc::clone(&world);
        async move { Ok::<_, Infallible>(answer(request, kind, &world).await) }
    });
    let served = Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        // Also the normal end of a connection cut on purpose.
        tracing::debug!(error, "a connection ended early");
    }
}

async fn answer(request: http::Request<Incoming>, kind: Kind, world: &Arc<World>) -> http::Response<Body> {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(Body::new(body), MAX_BODY).await else {
        return http::Response::builder()
            .status(413)
            .body(Body::empty())
            .unwrap_or_default();
    };
    let call = Call {
        kind,
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
        quirks: Quirks::default(),
    };
    if call.path == "/control" || call.path.starts_with("/control/") {
        return response(control::handle(&Control::new(Arc::clone(world)), &call));
    }
    response(world.answer(call).await)
}

fn response(reply: Reply) -> http::Response<Body> {
    let length = reply.body.len();
    let half = reply.body.len() / 2;
    let body = match reply.delivery {
        Delivery::Whole => Body::from(reply.body),
        Delivery::Truncated => Body::from(reply.body[..half].to_vec()),
        Delivery::Cut => {
            let first = Bytes::copy_from_slice(&reply.body[..half]);
            let broken = std::io::Error::new(std::io::ErrorKind::ConnectionReset, "cut on purpose");
            // A pause lets the first half leave before the connection breaks.
            let pause = stream::once(async {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                Err(broken)
            });
            Body::from_stream(futures::StreamExt::chain(
                stream::iter([Ok::<_, std::io::Error>(first)]),
                pause,
            ))
        }
    };
    let mut response = http::Response::new(body);
    *response.status_mut() = reply.status;
    for (name, value) in reply.headers {
        match HeaderValue::from_str(&value) {
            Ok(value) => {
                response
                    .headers_mut()
                    .append(HeaderName::from_static(name), value);
            }
            Err(error) => tracing::error!(%error, name, "a header could not be sent"),
        }
    }
    if reply.delivery == Delivery::Cut {
        response
            .headers_mut()
            .insert(http::header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}
