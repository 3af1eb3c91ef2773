//! Values that are passed over or taken as they are.

use std::io::Read;

use super::error::ReadError;
use super::source::Source;

/// The longest description (`snapshot`) that is accepted; V8 writes about 2 kB.
const HEADER_BYTES: usize = 1 << 20;

/// Passes over one value of the outer object, whatever is in it.
pub(super) fn value(source: &mut Source<impl Read>) -> Result<(), ReadError> {
    walk(source, "a section that is not needed", |_| true)
}

/// The text of one value.
pub(super) fn take(source: &mut Source<impl Read>) -> Result<Vec<u8>, ReadError> {
    let mut text = Vec::new();
    walk(source, "snapshot", |byte| {
        text.push(byte);
        text.len() <= HEADER_BYTES
    })?;
    Ok(text)
}

/// Hands over every byte of one value; brackets are counted, strings respected.
fn walk(
    source: &mut Source<impl Read>,
    section: &'static str,
    mut each: impl FnMut(u8) -> bool,
) -> Result<(), ReadError> {
    source.peek_token(section)?;
    let mut depth = 0_u32;
    loop {
        let byte = source.byte(section)?;
        if !each(byte) {
            return Err(source.damaged(section, format!("it is longer than {HEADER_BYTES} bytes")));
        }
        match byte {
            b'"' => string(source, section, &mut each)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let closed = matches!(source.peek()?, Some(b',' | b'}' | b']') | None);
        if depth == 0 && closed {
            return Ok(());
        }
    }
}

fn string(
    source: &mut Source<impl Read>,
    section: &'static str,
    each: &mut impl FnMut(u8) -> bool,
) -> Result<(), ReadError> {
    loop {
        let byte = source.byte(section)?;
        each(byte);
        match byte {
            b'"' => return Ok(()),
            b'\\' => {
                let escaped = source.byte(section)?;
                each(escaped);
            }
            _ => {}
        }
    }
}
