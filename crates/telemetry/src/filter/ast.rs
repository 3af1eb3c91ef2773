//! The tree that a query is parsed into.

/// A filter and, after a `|`, what to compute of the rows it selects.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Which rows.
    pub filter: Filter,
    /// What to compute; `None` when the rows themselves are wanted.
    pub pipe: Option<Pipe>,
}

/// Which rows are wanted.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Filter {
    /// Every row.
    #[default]
    All,
    /// Rows that pass all of these.
    And(Vec<Self>),
    /// Rows that pass one of these.
    Or(Vec<Self>),
    /// Rows that do not pass.
    Not(Box<Self>),
    /// Free text, whatever its case: in the body of a log record; in the name, the status message or any
    /// text attribute of a span.
    Text(String),
    /// A test of one key.
    Field {
        /// Name of the key.
        key: String,
        /// What its value must be.
        test: Test,
    },
}

/// What the value of a key must be. A row without the key passes no test.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// There is a value.
    Exists,
    /// Equal, whatever the type: `500` equals the text `500` and the number 500.
    Equals(Literal),
    /// Matches from end to end, where `*` stands for any text.
    Glob(String),
    /// Matches this regular expression somewhere.
    Regex(String),
    /// Is a number and compares so.
    Compare(Comparison, Literal),
    /// Passes one of these.
    AnyOf(Vec<Self>),
}

/// A value as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The text, without quotes.
    pub text: String,
    /// Whether it stood in quotes.
    pub quoted: bool,
}

/// How two numbers compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparison {
    /// The sign.
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// What to compute of the selected rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipe {
    /// What to compute; at least one.
    pub figures: Vec<Figure>,
    /// For each combination of values of these; at most [`Pipe::MAX_GROUPS`].
    pub by: Vec<Group>,
    /// And for each step of time of this many nanoseconds.
    pub every: Option<i64>,
    /// Only this many groups, the greatest by the first figure (`top`).
    pub top: Option<usize>,
}

impl Pipe {
    /// Most keys after `by`.
    pub const MAX_GROUPS: usize = 3;
}

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// What is computed.
    pub kind: FigureKind,
    /// Of which key; `None` for `count()`.
    pub key: Option<String>,
}

/// Kinds of figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FigureKind {
    /// Number of rows.
    Count,
    /// Sum of the values.
    Sum,
    /// Mean of the values.
    Avg,
    /// Smallest value.
    Min,
    /// Greatest value.
    Max,
    /// The value below which this part (0 to 1) of the values lies.
    Percentile(f64),
}

/// What rows are grouped by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Group {
    /// Values of a key.
    Key(String),
    /// Duration, in buckets of a quarter octave.
    Duration,
}
