/** The page's icons: 16-unit strokes in the text's colour. Decorative; name the control, not the icon. */

import { cx } from "./cx";
import styles from "./Icon.module.css";

const f = (d: string) => <path className={styles.filled} d={d} />;

const PATHS = {
  metrics: <path d="M2 2v12h12M4.5 10.5 7 7.5l2.5 2L13.5 4" />,
  traces: <path d="M2 3.5h7M4.5 8h6M8 12.5h6" />,
  logs: <path d="M2.5 3.5h11M2.5 6.5h7M2.5 9.5h11M2.5 12.5h5" />,
  database: (
    <>
      <ellipse cx="8" cy="3.6" rx="5.2" ry="2" />
      <path d="M2.8 3.6v8.8c0 1.1 2.3 2 5.2 2s5.2-.9 5.2-2V3.6M2.8 8c0 1.1 2.3 2 5.2 2s5.2-.9 5.2-2" />
    </>
  ),
  services: (
    <>
      <circle cx="3.5" cy="8" r="1.8" />
      <circle cx="12.5" cy="3.5" r="1.8" />
      <circle cx="12.5" cy="12.5" r="1.8" />
      <path d="M5.2 7.2 10.8 4.3M5.2 8.8l5.6 2.9" />
    </>
  ),
  outside: <path d="M6.5 3h-4v10.5H13V9.5M9.5 2.5h4v4M13.5 2.5 7.5 8.5" />,
  cache: <path d="M9.2 2 3.8 9h3.6L6.8 14l5.4-7H8.6z" />,
  heap: (
    <>
      <rect x="2" y="2" width="7" height="7" rx="1" />
      <rect x="11" y="2" width="3" height="3" rx=".6" />
      <rect x="11" y="7" width="3" height="7" rx=".6" />
      <rect x="2" y="11" width="7" height="3" rx=".6" />
    </>
  ),
  queue: <path d="M2 5h12v6H2zM5 5v6M8 5v6M11 5v6" />,
  code: <path d="m5.5 4-4 4 4 4M10.5 4l4 4-4 4" />,
  answer: <path d="M3.5 14V2.5h8l-1.6 3 1.6 3h-8" />,
  home: <path d="M2.5 7 8 2.5 13.5 7v6.5h-4V10h-3v3.5h-4z" />,
  drills: (
    <>
      <rect x="2" y="2.5" width="12" height="3" rx=".8" />
      <rect x="2" y="7" width="12" height="3" rx=".8" />
      <rect x="2" y="11.5" width="12" height="2" rx=".8" />
    </>
  ),
  recordings: (
    <path d="M2 4.5c0-.6.4-1 1-1h3l1.5 1.7H13c.6 0 1 .4 1 1V12c0 .6-.4 1-1 1H3c-.6 0-1-.4-1-1z" />
  ),
  watch: (
    <>
      <circle cx="8" cy="8" r="1.6" />
      <path d="M4.8 4.8a4.5 4.5 0 0 0 0 6.4M11.2 4.8a4.5 4.5 0 0 1 0 6.4M2.6 2.6a7.6 7.6 0 0 0 0 10.8M13.4 2.6a7.6 7.6 0 0 1 0 10.8" />
    </>
  ),
  notebook: <path d="M4 2.5h8.5v11H4zM4 5H2.5M4 8H2.5M4 11H2.5M6.5 5.5h3.5M6.5 8h3.5" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.2" />
      <path d="m10.2 10.2 3.6 3.6" />
    </>
  ),
  zoomOut: (
    <>
      <circle cx="7" cy="7" r="4.2" />
      <path d="m10.2 10.2 3.6 3.6M5 7h4" />
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="5.8" />
      <path d="M8 4.6V8l2.3 1.6" />
    </>
  ),
  theme: (
    <>
      <circle cx="8" cy="8" r="5.6" />
      {f("M8 2.400a5.600 5.600 0 0 1 0 11.200z")}
    </>
  ),
  help: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M6.3 6.4c0-1 .8-1.6 1.8-1.6s1.7.6 1.7 1.5c0 1.3-1.7 1.3-1.7 2.5" />
      <circle className={styles.filled} cx="8.050" cy="11" r=".8" />
    </>
  ),
  pin: <path d="M6 2.5h4l-.5 4 2.3 2.5H4.2l2.3-2.5zM8 9v5" />,
  table: (
    <>
      <rect x="2" y="2.5" width="12" height="11" rx="1.2" />
      <path d="M2 6h12M2 9.8h12M6.5 6v7.5" />
    </>
  ),
  chart: <path d="M2 2v12h12M4.5 10.5 7 7.5l2.5 2L13.5 4" />,
  open: <path d="M9.5 2.5h4v4M6.5 13.5h-4v-4M13.5 2.5 9 7M2.5 13.5 7 9" />,
  link: (
    <path d="M6.8 9.2a2.8 2.8 0 0 0 4 0l2.2-2.2a2.8 2.8 0 0 0-4-4l-.9.9M9.2 6.8a2.8 2.8 0 0 0-4 0L3 9a2.8 2.8 0 0 0 4 4l.9-.9" />
  ),
  panel: (
    <>
      <rect x="2" y="2.5" width="12" height="11" rx="1.5" />
      <path d="M10 2.5v11" />
    </>
  ),
  brief: <path d="M3.5 2.5h6l3 3v8h-9zM9.5 2.5v3h3M5.8 8.5h4.4M5.8 11h4.4" />,
  hint: (
    <path d="M5.8 11.2c0-1.4-2-2.3-2-4.9a4.2 4.2 0 0 1 8.4 0c0 2.6-2 3.5-2 4.9zM6.2 13.8h3.6" />
  ),
  note: <path d="M2.5 3.5h11v7.5H8l-3 2.5V11H2.5z" />,
  minus: <path d="M3.5 8h9" />,
  plus: <path d="M8 3v10M3 8h10" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  check: <path d="m3.2 8.4 3.2 3.2 6.4-7" />,
  checkCircle: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="m5.3 8.2 1.9 1.9 3.5-3.9" />
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.2" />
      <path d="M10.5 5.5V3.2c0-.4-.3-.7-.7-.7H3.2c-.4 0-.7.3-.7.7v6.6c0 .4.3.7.7.7h2.3" />
    </>
  ),
  left: <path d="M9.8 3.5 5.5 8l4.3 4.5" />,
  right: <path d="M6.2 3.5 10.5 8l-4.3 4.5" />,
  down: <path d="M3.5 6.2 8 10.5l4.5-4.3" />,
  up: <path d="M3.5 9.8 8 5.5l4.5 4.3" />,
  trash: <path d="M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9M6.8 7v4M9.2 7v4" />,
  edit: <path d="M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3zM9 4.7 11.3 7" />,
  errorSign: <path d="M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM6 6l4 4M10 6l-4 4" />,
  warnSign: (
    <>
      <path d="M8 2.3 14.4 13.4H1.6zM8 6.5v3.2" />
      <circle className={styles.filled} cx="8" cy="11.5" r=".8" />
    </>
  ),
  infoSign: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 7.3v3.6" />
      <circle className={styles.filled} cx="8" cy="5" r=".8" />
    </>
  ),
  diamond: f("M8 3.500 12.500 8 8 12.500 3.500 8z"),
  play: f("M5 3.500 12 8l-7 4.500z"),
  more: (
    <>
      <circle className={styles.filled} cx="3.5" cy="8" r="1.2" />
      <circle className={styles.filled} cx="8" cy="8" r="1.2" />
      <circle className={styles.filled} cx="12.5" cy="8" r="1.2" />
    </>
  ),
  filter: <path d="M2.5 3.5h11L9.5 8.5v4l-3 1.5V8.5z" />,
  key: <path d="M2.5 4.5h11v7h-11zM5 7h.5M7.8 7h.5M10.5 7h.5M5.5 9.5h5" />,
  session: (
    <>
      <circle cx="6" cy="5.2" r="2.4" />
      <path d="M1.8 13.5c0-2.4 1.9-4 4.2-4s4.2 1.6 4.2 4M10.5 3.1a2.3 2.3 0 0 1 0 4.2M11.8 9.9c1.4.5 2.4 1.8 2.4 3.6" />
    </>
  ),
} as const;

export type IconName = keyof typeof PATHS;

export function isIcon(name: string): name is IconName {
  return name in PATHS;
}

export function Icon({ name, size = 16 }: { name: IconName; size?: 12 | 14 | 16 | 18 }) {
  return (
    <svg
      className={cx(styles.icon)}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
      focusable="false"
    >
      {PATHS[name]}
    </svg>
  );
}

/** The mark of Firedrill. */
export function Mark() {
  return (
    <svg width="22" height="22" viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path
        d="M12 2.5c.6 3.4 5.8 6 5.8 11.2A5.8 5.8 0 0 1 12 19.6a5.8 5.8 0 0 1-5.8-5.9c0-2 .9-3.4 1.9-4.6.4 1.5 1.2 2.2 2 2.4C9.7 8.3 10.4 5 12 2.5z"
        fill="currentColor"
      />
      <path d="M4 22h16" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
