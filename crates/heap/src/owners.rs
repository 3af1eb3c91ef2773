//! Who keeps how much: the dominator tree, with objects of one class below the same owners as one group.
//!
//! The dominator tree of a real heap is as wide as the heap: forty thousand entries of a map are forty
//! thousand branches. Seen by class, level by level, it is a dozen lines that tell where the memory is:
//! `Bus` › `Map` › `Handler × 39,000` › `Journal × 19,500`.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::analysis::Analysis;
use crate::kind::NodeType;

/// What [`Analysis::owners`] shows of the tree.
#[derive(Clone, Copy, Debug)]
pub struct OwnerLimits {
    /// Groups that keep less are left out.
    pub min_bytes: u64,
    /// Levels below the root.
    pub max_depth: u32,
}

/// The dominator tree by class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owners {
    /// Every group before those below it, and of the groups below one the largest first.
    pub groups: Vec<Owner>,
    /// Groups that keep less than asked for, or lie deeper, each without what is below it.
    pub left_out: u64,
}

/// Objects of one class that the objects of the group above immediately dominate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Levels below the root, from 1.
    pub depth: u32,
    /// Their class; for a group without memory of its own its name.
    pub class: String,
    /// How the one object above refers to the one object here; nothing where there are several.
    pub edge: Option<String>,
    /// How many.
    pub objects: u64,
    /// Bytes of the objects themselves.
    pub self_bytes: u64,
    /// Bytes that they keep; groups side by side never overlap.
    pub retained_bytes: u64,
    /// Id of the one that keeps most.
    pub largest_id: u32,
}

impl Analysis {
    /// The dominator tree below the root, by class.
    #[must_use]
    pub fn owners(&self, limits: OwnerLimits) -> Owners {
        let mut owners = Owners {
            groups: Vec::new(),
            left_out: 0,
        };
        // Groups that wait to be shown with their level and the number of objects above, the next one last.
        let mut waiting = below(self, &[self.snapshot().root()], 1);
        while let Some(group) = waiting.pop() {
            if group.retained_bytes < limits.min_bytes || group.depth > limits.max_depth {
                owners.left_out += 1;
                continue;
            }
            owners.groups.push(group.owner(self));
            waiting.extend(below(self, &group.members, group.depth + 1));
        }
        owners
    }
}

struct Group {
    depth: u32,
    above: usize,
    members: Vec<u32>,
    retained_bytes: u64,
}

impl Group {
    fn owner(&self, analysis: &Analysis) -> Owner {
        let members = self.members.iter().copied();
        // Of equals the first of the file.
        let largest = members.clone();
        let largest = largest.min_by_key(|node| (Reverse(analysis.retained_bytes(*node)), *node));
        let largest = largest.unwrap_or(analysis.snapshot().root());
        let node = analysis.node(largest);
        let is_one = self.above == 1 && self.members.len() == 1;
        Owner {
            depth: self.depth,
            class: if node.kind == NodeType::Synthetic && self.members.len() == 1 {
                node.name.to_owned()
            } else {
                analysis.class(largest).to_owned()
            },
            edge: is_one.then(|| reference(analysis, largest)).flatten(),
            objects: self.members.len() as u64,
            self_bytes: members.map(|node| analysis.node(node).self_bytes).sum(),
            retained_bytes: self.retained_bytes,
            largest_id: node.id,
        }
    }
}

/// What some nodes immediately dominate, by class, the largest last.
fn below(analysis: &Analysis, nodes: &[u32], depth: u32) -> Vec<Group> {
    let mut by_class: BTreeMap<&str, Group> = BTreeMap::new();
    for node in nodes {
        for child in analysis.dominated(*node) {
            let class = analysis.class(*child);
            let group = by_class.entry(class).or_insert_with(|| Group {
                depth,
                above: nodes.len(),
                members: Vec::new(),
                retained_bytes: 0,
            });
            group.members.push(*child);
            group.retained_bytes += analysis.retained_bytes(*child);
        }
    }
    let mut groups: Vec<_> = by_class.into_values().rev().collect();
    groups.sort_by_key(|group| group.retained_bytes);
    groups
}

/// How a node's dominator refers to it, if it does so itself.
fn reference(analysis: &Analysis, node: u32) -> Option<String> {
    let dominator = analysis.dominator(node);
    let mut retainers = analysis.retainers(node);
    let direct = retainers.find(|each| each.retains && each.node == dominator)?;
    Some(direct.edge.name.to_string())
}
