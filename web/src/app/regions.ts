/** The parts of the page that F6 moves between, in reading order. They carry `data-region`. */

const ORDER = ["top", "strip", "rail", "toolbar", "content", "side"];

export function focusNextRegion(direction: 1 | -1): void {
  const regions = ORDER.map((name) =>
    document.querySelector<HTMLElement>(`[data-region="${name}"]`),
  ).filter((region) => region !== null && region.offsetParent !== null) as HTMLElement[];
  if (regions.length === 0) return;
  const active = document.activeElement;
  // The toolbar lies inside the content: the innermost region counts.
  const now = regions.reduce((found, region, i) => (region.contains(active) ? i : found), -1);
  const inToolbar = regions.findIndex((r) => r.dataset.region === "toolbar" && r.contains(active));
  const at = inToolbar >= 0 ? inToolbar : now;
  const next = regions[(at + direction + regions.length) % regions.length];
  if (next) focusInside(next);
}

/** Focuses the first control of a region, or the region itself. */
export function focusInside(region: HTMLElement): void {
  const first = region.querySelector<HTMLElement>(
    'a[href], button:not([disabled]), input, textarea, [tabindex="0"]',
  );
  if (!first) region.tabIndex = -1;
  (first ?? region).focus();
}
