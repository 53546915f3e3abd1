//! The browser's files: inside the program when it is a release, from a folder in development.
//!
//! Script, wasm and styles are served below a folder whose name is the hash of their content (`/pkg-3f2a...`), so
//! they may be cached for ever; everything else is revalidated by its `ETag`.

use domain::text::hex;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY,
};
use ::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

/// What `cargo xtask build-web` made. A debug build reads it from the folder each time; it may be missing.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
#[allow_missing = true]
struct Embedded;

/// The files that make up the application in the browser.
const APPLICATION: [&str; 7] = [
    "pkg/usersync.js",
    "pkg/usersync.wasm",
    "pkg/usersync.css",
    "pkg/mapping.js",
    "pkg/mapping-line.js",
    WORKER,
    "pkg/mapping-worker.wasm",
];

/// A worker has the policy of its own answer, not of the page: it fetches from us and runs our wasm.
const WORKER: &str = "pkg/mapping-worker.js";
const WORKER_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/// Where the browser's files come from.
#[derive(Clone, Debug)]
pub struct Assets {
    dir: Option<Arc<Path>>,
    /// `pkg-` and the beginning of the application's hash.
    package: Arc<str>,
}

struct Asset {
    bytes: Bytes,
    hash: [u8; 32],
}

impl Assets {
    /// From `dir` if there is one, else from inside the program.
    pub fn new(dir: Option<PathBuf>) -> Self {
        let mut assets = Self {
            dir: dir.map(Into::into),
            package: "pkg".into(),
        };
        let mut hash = Sha256::new();
        for path in APPLICATION {
            if let Some(asset) = assets.read(path) {
                hash.update(asset.hash);
            } else {
                tracing::warn!(
                    path,
                    "a file of the application is missing: run `cargo xtask build-web`"
                );
            }
        }
        let hex = hex(&hash.finalize()[..8]);
        assets.package = format!("pkg-{hex}").into();
        assets
    }

    /// The folder the pages ask in; `LeptosOptions::site_pkg_dir`.
    pub fn package(&self) -> &str {
        &self.package
    }

    /// The answer, if there is such a file.
    pub fn serve<B>(&self, request: &Request<B>) -> Option<Response> {
        if request.method() != Method::GET && request.method() != Method::HEAD {
            return None;
        }
        let path = request.uri().path().trim_start_matches('/');
        let (path, hashed) = match path
            .strip_prefix(&*self.package)
            .and_then(|rest| rest.strip_prefix('/'))
        {
            Some(name) => (Cow::Owned(format!("pkg/{name}")), true),
            None => (Cow::Borrowed(path), false),
        };
        if path.is_empty() || path.ends_with(".br") {
            return None;
        }
        let plain = self.read(&path)?;
        let compressed = accepts_brotli(request.headers())
            .then(|| self.read(&format!("{path}.br")))
            .flatten();
        Some(answer(&path, plain, compressed, hashed, request.headers()))
    }

    fn read(&self, path: &str) -> Option<Asset> {
        match &self.dir {
            None => Embedded::get(path).map(Asset::from),
            Some(dir) => {
                // Only plain names: nothing that leads out of the folder.
                let plain = path
                    .split('/')
                    .all(|part| !part.is_empty() && !part.starts_with('.') && !part.contains('\\'));
                let bytes = std::fs::read(plain.then(|| dir.join(path))?).ok()?;
                Some(Asset {
                    hash: Sha256::digest(&bytes).into(),
                    bytes: bytes.into(),
                })
            }
        }
    }
}

impl From<EmbeddedFile> for Asset {
    fn from(file: EmbeddedFile) -> Self {
        let bytes = match file.data {
            Cow::Borrowed(bytes) => Bytes::from_static(bytes),
            Cow::Owned(bytes) => bytes.into(),
        };
        Self {
            bytes,
            hash: file.metadata.sha256_hash(),
        }
    }
}

fn answer(
    path: &str,
    plain: Asset,
    compressed: Option<Asset>,
    hashed: bool,
    headers: &HeaderMap,
) -> Response {
    let is_compressed = compressed.is_some();
    let hex = hex(&plain.hash[..16]);
    let etag = format!("\"{hex}{}\"", if is_compressed { "-br" } else { "" });
    let known = headers
        .get_all(IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim().trim_start_matches("W/") == etag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(compressed.unwrap_or(plain).bytes).into_response()
    };
    let cache = if hashed {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let out = response.headers_mut();
    out.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    out.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if path == WORKER {
        out.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(WORKER_POLICY));
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        out.insert(ETAG, etag);
    }
    if is_compressed && !known {
        out.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .split(',')
                .any(|coding| matches!(coding.trim(), "br" | "br;q=1.0"))
        })
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Assets) {
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(dir.path().join("pkg")).expect("made");
        for (name, text) in [
            ("pkg/usersync.js", "js"),
            ("pkg/usersync.js.br", "BR"),
            ("favicon.svg", "<svg/>"),
        ] {
            std::fs::write(dir.path().join(name), text).expect("written");
        }
        std::fs::write(dir.path().join(".hidden"), "x").expect("written");
        let assets = Assets::new(Some(dir.path().to_owned()));
        (dir, assets)
    }

    fn get(assets: &Assets, path: &str, headers: &[(&str, &str)]) -> Option<Response> {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        assets.serve(&request.body(()).expect("a request"))
    }

    #[test]
    fn hashed_names_are_cached_for_ever_and_others_revalidated() {
        let (_dir, assets) = folder();
        let hashed = format!("/{}/usersync.js", assets.package());
        let response = get(&assets, &hashed, &[("accept-encoding", "gzip, br")]).expect("there");
        assert!(
            response.headers()[CACHE_CONTROL]
                .to_str()
                .is_ok_and(|value| value.contains("immutable"))
        );
        assert_eq!(response.headers()[CONTENT_ENCODING], "br");
        assert_eq!(response.headers()[CONTENT_TYPE], "text/javascript; charset=utf-8");
        let icon = get(&assets, "/favicon.svg", &[]).expect("there");
        assert_eq!(icon.headers()[CACHE_CONTROL], "no-cache");
        let etag = icon.headers()[ETAG].to_str().expect("text").to_owned();
        let again = get(&assets, "/favicon.svg", &[("if-none-match", &etag)]).expect("there");
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn nothing_outside_the_folder_is_served() {
        let (_dir, assets) = folder();
        for path in [
            "/",
            "/pkg",
            "/../Cargo.toml",
            "/pkg/../favicon.svg",
            "/.hidden",
            "/pkg/usersync.js.br",
            "/pkg-0/usersync.js",
        ] {
            assert!(get(&assets, path, &[]).is_none(), "{path}");
        }
    }
}
