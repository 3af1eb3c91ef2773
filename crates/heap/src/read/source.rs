//! Bytes of a reader, a buffer at a time, with their place in the file.

use std::io::{ErrorKind, Read};

use super::error::ReadError;

const BUFFER_BYTES: usize = 1 << 18;
/// The longest key of the outer object that is accepted.
const KEY_BYTES: usize = 256;

/// A buffered reader that can say where it is.
pub(super) struct Source<R> {
    reader: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    /// The offset in the file of the buffer's first byte.
    base: u64,
}

impl<R: Read> Source<R> {
    pub(super) fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            base: 0,
        }
    }

    /// The offset in the file of the next byte.
    pub(super) fn offset(&self) -> u64 {
        self.base + self.start as u64
    }

    /// What is in the buffer; empty only at the end of the file.
    pub(super) fn window(&mut self) -> Result<&[u8], ReadError> {
        if self.start == self.end {
            self.base += self.end as u64;
            self.start = 0;
            self.end = 0;
            self.end = self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    /// Passes over bytes of the last window.
    pub(super) fn consume(&mut self, bytes: usize) {
        self.start += bytes;
    }

    pub(super) fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        Ok(self.window()?.first().copied())
    }

    /// The next byte, or that the file ends inside `section`.
    pub(super) fn byte(&mut self, section: &'static str) -> Result<u8, ReadError> {
        let Some(byte) = self.peek()? else {
            return Err(self.truncated(section));
        };
        self.consume(1);
        Ok(byte)
    }

    /// The next byte that is no white space, not consumed.
    pub(super) fn peek_token(&mut self, section: &'static str) -> Result<u8, ReadError> {
        self.skip_space()?;
        let token = self.peek()?;
        token.ok_or_else(|| self.truncated(section))
    }

    /// Consumes white space and one certain byte.
    pub(super) fn expect(&mut self, wanted: u8, section: &'static str) -> Result<(), ReadError> {
        let found = self.peek_token(section)?;
        if found != wanted {
            return Err(self.unexpected(section, found, &format!("'{}'", wanted as char)));
        }
        self.consume(1);
        Ok(())
    }

    /// A key of the outer object with its colon.
    pub(super) fn key(&mut self) -> Result<String, ReadError> {
        self.expect(b'"', "file")?;
        let mut key = Vec::new();
        loop {
            match self.byte("file")? {
                b'"' => break,
                byte if key.len() < KEY_BYTES => key.push(byte),
                _ => return Err(self.damaged("file", "a key has no end".to_owned())),
            }
        }
        self.expect(b':', "file")?;
        Ok(String::from_utf8_lossy(&key).into_owned())
    }

    /// After a value of the outer object: whether another key follows.
    pub(super) fn another_key(&mut self) -> Result<bool, ReadError> {
        let found = self.peek_token("file")?;
        match found {
            b',' | b'}' => self.consume(1),
            _ => return Err(self.unexpected("file", found, "',' or '}'")),
        }
        Ok(found == b',')
    }

    /// After the outer object: nothing.
    pub(super) fn finish(&mut self) -> Result<(), ReadError> {
        self.skip_space()?;
        match self.peek()? {
            None => Ok(()),
            Some(found) => Err(self.unexpected("file", found, "the end of the file")),
        }
    }

    /// The first bytes, behind a byte order mark and white space.
    pub(super) fn start_of_text(&mut self) -> Result<Vec<u8>, ReadError> {
        if self.window()?.starts_with(b"\xef\xbb\xbf") {
            self.consume(3);
        }
        self.skip_space()?;
        let window = self.window()?;
        Ok(window[..window.len().min(32)].to_vec())
    }

    pub(super) fn truncated(&self, section: &'static str) -> ReadError {
        ReadError::Truncated {
            offset: self.offset(),
            section,
        }
    }

    pub(super) fn damaged(&self, section: &'static str, what: String) -> ReadError {
        ReadError::Damaged {
            offset: self.offset(),
            section,
            what,
        }
    }

    pub(super) fn unexpected(&self, section: &'static str, found: u8, wanted: &str) -> ReadError {
        let found = found.escape_ascii();
        self.damaged(section, format!("'{found}' where {wanted} should be"))
    }

    fn skip_space(&mut self) -> Result<(), ReadError> {
        loop {
            let window = self.window()?;
            let space = window
                .iter()
                .take_while(|byte| byte.is_ascii_whitespace())
                .count();
            let more = space == window.len() && space > 0;
            self.consume(space);
            if !more {
                return Ok(());
            }
        }
    }

    fn fill(&mut self) -> Result<usize, ReadError> {
        loop {
            match self.reader.read(&mut self.buffer) {
                Ok(read) => return Ok(read),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(source) => {
                    return Err(ReadError::Io {
                        offset: self.base,
                        source,
                    });
                }
            }
        }
    }
}
