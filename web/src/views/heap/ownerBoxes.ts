/** Where the groups of the dominator tree stand: root on top, width by what they keep. Pure. */
import type { HeapOwner } from "@/api/types";

export interface OwnerBox {
  /** Its place in the answer. */
  index: number;
  owner: HeapOwner;
  /** From 0, the root's own row not counted. */
  row: number;
  /** Shares of the whole width. */
  left: number;
  width: number;
  /** Index of the group above; −1 below the root. */
  above: number;
}

/** Boxes of an answer about owners, whose groups stand before those below them. */
export function boxesOf(owners: readonly HeapOwner[], bytes: number): OwnerBox[] {
  const boxes: OwnerBox[] = [];
  // The box above on each level, and how far the room below it is filled.
  const open: { index: number; next: number }[] = [{ index: -1, next: 0 }];
  owners.forEach((owner, index) => {
    open.length = owner.depth;
    const parent = open[owner.depth - 1];
    if (!parent) return;
    const width = bytes === 0 ? 0 : owner.retained_bytes / bytes;
    boxes.push({
      index,
      owner,
      row: owner.depth - 1,
      left: parent.next,
      width,
      above: parent.index,
    });
    open.push({ index, next: parent.next });
    parent.next += width;
  });
  return boxes;
}

/** The box that an arrow key leads to; null where there is none. */
export function neighbour(boxes: readonly OwnerBox[], from: number, key: string): OwnerBox | null {
  const box = boxes.find((one) => one.index === from);
  if (!box) return key.startsWith("Arrow") ? (boxes[0] ?? null) : null;
  const beside = boxes.filter((one) => one.above === box.above);
  const at = beside.indexOf(box);
  switch (key) {
    case "ArrowUp":
      return boxes.find((one) => one.index === box.above) ?? null;
    case "ArrowDown":
      return boxes.find((one) => one.above === box.index) ?? null;
    case "ArrowLeft":
      return beside[at - 1] ?? null;
    case "ArrowRight":
      return beside[at + 1] ?? null;
    default:
      return null;
  }
}
