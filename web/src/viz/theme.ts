/**
 * Tokens for canvases. A canvas cannot use custom properties, so it reads them from the element that
 * carries `data-theme` and draws again when that changes.
 */

export interface Palette {
  /** The value of a token such as `--s1`. */
  color(token: string): string;
  /** The token's colour with an opacity from 0 to 1. */
  alpha(token: string, opacity: number): string;
  /** A canvas font of the page's faces. */
  font(px: number, options?: { mono?: boolean; weight?: number }): string;
}

export const CANVAS_FONT_PX = 10.5;

let cached: Palette | null = null;
const listeners = new Set<() => void>();
let observing = false;

export function palette(): Palette {
  observe();
  cached ??= read();
  return cached;
}

/** Calls back when the theme, the contrast preference or the loaded faces change. */
export function onThemeChange(listener: () => void): () => void {
  observe();
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** `--ink-dark` or `--ink-light`, whichever contrasts more with a fill of `#rrggbb`. */
export function inkOn(fill: string, colors: Palette = palette()): string {
  const luminance = [1, 3, 5]
    .map((i) => Number.parseInt(fill.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * ([0.2126, 0.7152, 0.0722][i] ?? 0), 0);
  const darkWins = (luminance + 0.05) / 0.0551 > 1.05 / (luminance + 0.05);
  return colors.color(darkWins ? "--ink-dark" : "--ink-light");
}

function read(): Palette {
  const style = getComputedStyle(document.documentElement);
  const values = new Map<string, string>();
  const color = (token: string) => {
    let value = values.get(token);
    if (value === undefined) {
      value = style.getPropertyValue(token).trim();
      values.set(token, value);
    }
    return value;
  };
  return {
    color,
    alpha: (token, opacity) => withAlpha(color(token), opacity),
    font: (px, options = {}) =>
      `${options.weight ?? 400} ${px}px ${color(options.mono ? "--font-mono" : "--font-ui")}`,
  };
}

export function withAlpha(hex: string, opacity: number): string {
  if (!/^#[0-9a-f]{6}$/i.test(hex)) return hex;
  const part = (i: number) => Number.parseInt(hex.slice(i, i + 2), 16);
  return `rgb(${part(1)} ${part(3)} ${part(5)} / ${opacity})`;
}

function observe(): void {
  if (observing) return;
  observing = true;
  const changed = () => {
    cached = null;
    for (const listener of [...listeners]) listener();
  };
  new MutationObserver(changed).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ["data-theme"],
  });
  matchMedia("(prefers-contrast: more)").addEventListener("change", changed);
  void document.fonts?.ready.then(changed);
}
