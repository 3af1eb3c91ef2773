//! An array of natural numbers, the bulk of a file.

use std::io::Read;

use super::error::ReadError;
use super::source::Source;

/// Hands every number of an array to `each`, whose complaint becomes an error with its place.
pub(super) fn read(
    source: &mut Source<impl Read>,
    section: &'static str,
    mut each: impl FnMut(u64) -> Result<(), String>,
) -> Result<(), ReadError> {
    source.expect(b'[', section)?;
    let mut state = State::default();
    loop {
        let window = source.window()?;
        if window.is_empty() {
            return Err(source.truncated(section));
        }
        let length = window.len();
        let stop = state.scan(window, &mut each);
        match stop {
            Stop::WindowDone => source.consume(length),
            Stop::ArrayDone(read) => {
                source.consume(read);
                return Ok(());
            }
            Stop::Unexpected(at, found) => {
                source.consume(at);
                return Err(source.unexpected(section, found, "a number, ',' or ']'"));
            }
            Stop::Refused(at, what) => {
                source.consume(at);
                return Err(source.damaged(section, what));
            }
        }
    }
}

/// Where a number is cut by the end of a window.
#[derive(Default)]
struct State {
    value: u64,
    digits: u32,
    /// White space was seen behind the number.
    ended: bool,
    /// A number must follow, since there was a comma.
    after_comma: bool,
}

enum Stop {
    WindowDone,
    /// So many bytes of the window belong to the array.
    ArrayDone(usize),
    Unexpected(usize, u8),
    Refused(usize, String),
}

impl State {
    #[inline]
    fn scan(&mut self, window: &[u8], each: &mut impl FnMut(u64) -> Result<(), String>) -> Stop {
        for (at, byte) in window.iter().copied().enumerate() {
            let digit = byte.wrapping_sub(b'0');
            if digit < 10 {
                if self.ended {
                    return Stop::Unexpected(at, byte);
                }
                self.digits += 1;
                if self.digits > 19 {
                    return Stop::Refused(at, "a number has more than 19 digits".to_owned());
                }
                self.value = self.value * 10 + u64::from(digit);
                continue;
            }
            match byte {
                b',' if self.digits > 0 => {
                    if let Err(what) = each(self.value) {
                        return Stop::Refused(at, what);
                    }
                    *self = Self {
                        after_comma: true,
                        ..Self::default()
                    };
                }
                b']' if self.digits > 0 || !self.after_comma => {
                    if self.digits > 0
                        && let Err(what) = each(self.value)
                    {
                        return Stop::Refused(at, what);
                    }
                    return Stop::ArrayDone(at + 1);
                }
                b' ' | b'\n' | b'\r' | b'\t' => self.ended = self.digits > 0,
                _ => return Stop::Unexpected(at, byte),
            }
        }
        Stop::WindowDone
    }
}
