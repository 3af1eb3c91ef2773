//! `interviewer/fixes/` and `interviewer/band-aids/`: patches with the verdict that each must get.
//!
//! A patch file begins with lines such as `Verdict: not fixed`, then comes the diff. The corpus proves the checks:
//! a right repair that fails, or a plausible wrong one that passes, is a defect of `checks.toml`.

/// A patch with its pinned verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedPatch {
    /// The file's name without its ending.
    pub name: String,
    /// What kind of repair or band-aid it is, in a few words.
    pub kind: String,
    /// The verdict that it must get.
    pub verdict: PinnedVerdict,
    /// Ids of the checks that must fail; others may fail too.
    pub fails: Vec<String>,
    /// Why, one sentence.
    pub why: String,
    /// The whole file; what stands before the diff is no part of the patch and does no harm to it.
    pub text: String,
}

/// The verdict that a patch must get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinnedVerdict {
    /// It repairs the system.
    Fixed,
    /// It does not.
    NotFixed,
    /// It cannot be told.
    CouldNotBeJudged,
}

impl PinnedVerdict {
    /// Every verdict.
    pub const ALL: [Self; 3] = [Self::Fixed, Self::NotFixed, Self::CouldNotBeJudged];

    /// The words used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fixed => "fixed",
            Self::NotFixed => "not fixed",
            Self::CouldNotBeJudged => "could not be judged",
        }
    }
}

/// Reads a patch of the corpus; `is_check` knows the ids of the drill's checks.
///
/// # Errors
///
/// What is wrong with it, and what to do.
pub(crate) fn read(
    name: &str,
    text: &str,
    is_check: &dyn Fn(&str) -> bool,
) -> Result<PinnedPatch, (String, String)> {
    let head: Vec<&str> = text
        .lines()
        .take_while(|line| !line.starts_with("--- "))
        .collect();
    let field = |key: &str| -> Result<&str, (String, String)> {
        let value = head
            .iter()
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
        value
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .ok_or_else(|| {
                (
                    format!("there is no line `{key}: …` before the diff"),
                    "begin the file with Kind, Verdict, Fails (of a band-aid) and Why".to_owned(),
                )
            })
    };
    let word = field("Verdict")?;
    let verdict = PinnedVerdict::ALL
        .into_iter()
        .find(|it| it.as_str() == word);
    let verdict = verdict.ok_or_else(|| {
        let known: Vec<&str> = PinnedVerdict::ALL.iter().map(|it| it.as_str()).collect();
        (
            format!("there is no verdict `{word}`"),
            format!("use one of: {}", known.join(", ")),
        )
    })?;
    let fails: Vec<String> = match verdict {
        PinnedVerdict::NotFixed => field("Fails")?
            .split(',')
            .map(|id| id.trim().to_owned())
            .collect(),
        PinnedVerdict::Fixed | PinnedVerdict::CouldNotBeJudged => Vec::new(),
    };
    if let Some(unknown) = fails.iter().find(|id| !is_check(id)) {
        return Err((
            format!("`Fails` names `{unknown}`, which is no check"),
            "use the ids of interviewer/checks.toml".to_owned(),
        ));
    }
    Ok(PinnedPatch {
        name: name.to_owned(),
        kind: field("Kind")?.to_owned(),
        verdict,
        fails,
        why: field("Why")?.to_owned(),
        text: text.to_owned(),
    })
}
