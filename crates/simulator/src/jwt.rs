//! Reads and verifies JWTs that clients sign.
