//! Which paths a submission may name.

use super::refused::Refused;
use crate::source::CHANGEABLE;

/// Accepts a path that stays inside the system's own folders, however it is written.
///
/// # Errors
///
/// [`Refused::OutOfBounds`] for every other one.
pub(super) fn check(path: &str) -> Result<(), Refused> {
    let plain = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && !part
                .chars()
                .any(|it| it.is_control() || it == '\\' || it == ':')
    };
    let inside = CHANGEABLE.iter().any(|folder| path.starts_with(folder));
    if inside && path.len() <= 300 && path.split('/').all(plain) {
        return Ok(());
    }
    Err(Refused::OutOfBounds {
        path: path.escape_debug().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_systems_own_folders_are_open() {
        for path in [
            "src/lib.rs",
            "migrations/0004_more.sql",
            "tests/api/main.rs",
        ] {
            check(path).unwrap();
        }
        for path in [
            "Cargo.toml",
            "build.rs",
            "vendor/sim/src/lib.rs",
            "src/../Cargo.toml",
            "src/./lib.rs",
            "src//lib.rs",
            "/etc/passwd",
            "src/a\\..\\b.rs",
            "src/a\0b.rs",
            "src",
            "",
        ] {
            assert!(check(path).is_err(), "{path}");
        }
    }
}
