//! The API from outside: a real server on a free port, asked over HTTP. One program, since linking the server
//! takes longer than all its tests.

#![cfg(unix)]

mod guard;
mod heap;
mod openapi;
mod otlp;
mod services;
mod sessions;
mod support;
mod tools;
