//! Classes with count, own size and what they keep.

use crate::analysis::Analysis;
use crate::kind::NodeType;

/// What the objects of one class are and keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassSummary {
    /// The class, as [`Analysis::class`] names it.
    pub class: String,
    /// How many objects there are.
    pub count: u64,
    /// Bytes of the objects themselves.
    pub self_bytes: u64,
    /// Bytes that would be freed with all of them. An object that another one of the same class
    /// dominates is not counted twice. Sizes of different classes overlap.
    ///
    /// A synthetic node without memory of its own is no object and counts for nothing here: else
    /// `(synthetic)` would keep the whole heap.
    pub retained_bytes: u64,
}

/// One pass over the nodes for counts, one over the dominator tree for what is retained.
pub(crate) fn summarize(analysis: &Analysis) -> Vec<ClassSummary> {
    let classes = analysis.classes();
    let mut rows: Vec<_> = (0..classes.count())
        .map(|class| ClassSummary {
            class: classes
                .name(u32::try_from(class).unwrap_or(u32::MAX))
                .to_owned(),
            count: 0,
            self_bytes: 0,
            retained_bytes: 0,
        })
        .collect();
    for node in 0..analysis.snapshot().node_count() {
        let row = &mut rows[classes.of_node(node) as usize];
        row.count += 1;
        row.self_bytes += analysis.node(node).self_bytes;
    }
    let class_of = |node| {
        let view = analysis.node(node);
        let is_object = view.kind != NodeType::Synthetic || view.self_bytes > 0;
        is_object.then(|| classes.of_node(node))
    };
    outermost(analysis, class_of, |node, class| {
        rows[class as usize].retained_bytes += analysis.retained_bytes(node);
    });
    rows.sort_by(|a, b| {
        let by_size = b.retained_bytes.cmp(&a.retained_bytes);
        by_size.then_with(|| a.class.cmp(&b.class))
    });
    rows
}

/// Hands over the nodes with a group that no other node of the same group dominates.
pub(crate) fn outermost(
    analysis: &Analysis,
    group_of: impl Fn(u32) -> Option<u32>,
    mut each: impl FnMut(u32, u32),
) {
    let mut open = Open::default();
    let mut stack = vec![Step::Enter(analysis.snapshot().root())];
    while let Some(step) = stack.pop() {
        match step {
            Step::Leave(group) => open.set(group, false),
            Step::Enter(node) => {
                let below = analysis.dominated(node);
                let group = group_of(node).filter(|group| !open.has(*group));
                if let Some(group) = group {
                    each(node, group);
                    if !below.is_empty() {
                        open.set(group, true);
                        stack.push(Step::Leave(group));
                    }
                }
                stack.extend(below.iter().copied().map(Step::Enter));
            }
        }
    }
}

enum Step {
    Enter(u32),
    Leave(u32),
}

/// The groups that an ancestor belongs to.
#[derive(Default)]
struct Open(Vec<bool>);

impl Open {
    fn has(&self, group: u32) -> bool {
        self.0.get(group as usize).copied().unwrap_or(false)
    }

    fn set(&mut self, group: u32, open: bool) {
        if self.0.len() <= group as usize {
            self.0.resize(group as usize + 1, false);
        }
        self.0[group as usize] = open;
    }
}
