//! A Spin-compatible host on wasmtime.
