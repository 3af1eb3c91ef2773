//! Numbers with units.

/// A number and, when written, its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// The number as written.
    pub number: f64,
    /// The number when it is a whole one that fits.
    pub integer: Option<i64>,
    /// The unit.
    pub unit: Option<Unit>,
}

/// A unit and its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Of time or of bytes.
    pub kind: UnitKind,
    /// Nanoseconds, or bytes, in one.
    pub size: i64,
}

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// Time, in nanoseconds.
    Time,
    /// Bytes.
    Bytes,
}

const UNITS: [(&str, UnitKind, i64); 16] = [
    ("ns", UnitKind::Time, 1),
    ("us", UnitKind::Time, 1_000),
    ("µs", UnitKind::Time, 1_000),
    ("μs", UnitKind::Time, 1_000),
    ("ms", UnitKind::Time, 1_000_000),
    ("s", UnitKind::Time, 1_000_000_000),
    ("m", UnitKind::Time, 60_000_000_000),
    ("h", UnitKind::Time, 3_600_000_000_000),
    ("d", UnitKind::Time, 86_400_000_000_000),
    ("B", UnitKind::Bytes, 1),
    ("KB", UnitKind::Bytes, 1_000),
    ("MB", UnitKind::Bytes, 1_000_000),
    ("GB", UnitKind::Bytes, 1_000_000_000),
    ("KiB", UnitKind::Bytes, 1 << 10),
    ("MiB", UnitKind::Bytes, 1 << 20),
    ("GiB", UnitKind::Bytes, 1 << 30),
];

impl Quantity {
    /// Reads a number with an optional unit; `None` when it is something else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.char_indices().take_while(|(index, c)| {
            let sign =
                matches!(c, '+' | '-') && (*index == 0 || text[..*index].ends_with(['e', 'E']));
            let exponent = matches!(c, 'e' | 'E')
                && text[index + 1..]
                    .trim_start_matches(['+', '-'])
                    .starts_with(|c: char| c.is_ascii_digit());
            c.is_ascii_digit() || *c == '.' || sign || exponent
        });
        let end = digits.map(|(index, c)| index + c.len_utf8()).last()?;
        let (number, unit) = text.split_at(end);
        let parsed: f64 = number
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())?;
        let unit = match unit {
            "" => None,
            _ => UNITS
                .iter()
                .find(|(name, ..)| *name == unit)
                .map(|(_, kind, size)| Unit {
                    kind: *kind,
                    size: *size,
                }),
        };
        if unit.is_none() && end < text.len() {
            return None;
        }
        Some(Self {
            number: parsed,
            integer: number.parse().ok(),
            unit,
        })
    }

    /// The number in the smallest unit (nanoseconds, bytes), or as it is when there is no unit.
    #[must_use]
    pub fn in_base_units(&self) -> f64 {
        self.number * self.unit.map_or(1.0, |unit| unit.size as f64)
    }

    /// Nanoseconds, when this is a time or a bare zero.
    #[must_use]
    pub fn nanoseconds(&self) -> Option<f64> {
        match self.unit {
            Some(Unit {
                kind: UnitKind::Time,
                ..
            }) => Some(self.in_base_units()),
            None if self.number == 0.0 => Some(0.0),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Quantity;

    fn check(text: &str, expect: Option<f64>) {
        assert_eq!(
            Quantity::parse(text).map(|quantity| quantity.in_base_units()),
            expect,
            "{text}"
        );
    }

    #[test]
    fn numbers_and_units() {
        check("500ms", Some(5e8));
        check("1.5s", Some(1.5e9));
        check("2e3", Some(2000.0));
        check("-3", Some(-3.0));
        check("4KiB", Some(4096.0));
        check("10us", Some(10_000.0));
        check("7 apples", None);
        check("12abc", None);
        check("1-2", None);
        check("ms", None);
        check("", None);
        check(".", None);
        check("5e", None);
        check("inf", None);
    }
}
