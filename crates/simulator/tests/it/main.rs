//! Tests of the running simulator over HTTP.
