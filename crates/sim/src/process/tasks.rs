//! The tasks of a process, to be aborted together. Start at [`Tasks`].

use crate::task::AbortHandle;

/// Slots of running tasks. The order of slots, and with it the order of aborts, follows from the order of
/// starts and ends alone.
#[derive(Default)]
pub(crate) struct Tasks {
    slots: Vec<Slot>,
    free: Vec<usize>,
}

enum Slot {
    Free,
    /// The task was announced; its handle has not come yet.
    Reserved,
    Running(AbortHandle),
}

impl Tasks {
    /// Announces a task.
    pub(crate) fn reserve(&mut self) -> usize {
        match self.free.pop() {
            Some(slot) => {
                self.slots[slot] = Slot::Reserved;
                slot
            }
            None => {
                self.slots.push(Slot::Reserved);
                self.slots.len() - 1
            }
        }
    }

    /// Keeps the handle, unless the task has ended already, as it may on another thread.
    pub(crate) fn started(&mut self, slot: usize, handle: AbortHandle) {
        if let Some(slot @ Slot::Reserved) = self.slots.get_mut(slot) {
            *slot = Slot::Running(handle);
        }
    }

    /// Forgets a task that ended.
    pub(crate) fn ended(&mut self, slot: usize) {
        if let Some(known) = self.slots.get_mut(slot) {
            *known = Slot::Free;
            self.free.push(slot);
        }
    }

    /// Hands over all running tasks and starts anew.
    pub(crate) fn take(&mut self) -> Vec<AbortHandle> {
        self.free.clear();
        let running = |slot| match slot {
            Slot::Running(handle) => Some(handle),
            Slot::Free | Slot::Reserved => None,
        };
        self.slots.drain(..).filter_map(running).collect()
    }
}
