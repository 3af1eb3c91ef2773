/** The frame without a recording: home, preparing, pages that are not there. */
import { type ReactNode, useEffect, useRef } from "react";
import { Link } from "wouter";
import { toggleTheme } from "@/state/theme";
import { IconButton } from "@/ui/Button";
import { cx } from "@/ui/cx";
import { Icon, type IconName, Mark } from "@/ui/Icon";
import { Keys } from "@/ui/Kbd";
import styles from "./Frame.module.css";
import { helpOpen, paletteOpen } from "./overlays";
import { StatusBar } from "./StatusBar";

export interface RailItem {
  id: string;
  label: string;
  icon: IconName;
  href: string;
  current?: boolean;
}

export interface PlainFrameProps {
  /** Text in the top bar. */
  title: ReactNode;
  /** For the browser's tab. */
  pageTitle: string;
  facts?: ReactNode;
  rail?: readonly RailItem[];
  searchHint?: string;
  children: ReactNode;
  statusLeft?: readonly string[];
}

export function PlainFrame(props: PlainFrameProps) {
  usePageTitle(props.pageTitle);
  return (
    <div className={cx(styles.app, styles.plain)}>
      <SkipLink />
      <header className={styles.top} data-region="top">
        <Brand />
        <div className={styles.crumb}>
          <h1 className={styles.title} tabIndex={-1} data-page-title>
            {props.title}
          </h1>
          {props.facts}
        </div>
        <span className="grow" />
        <SearchButton text={props.searchHint ?? "Search or command"} wide />
        <PageButtons />
      </header>
      <nav className={styles.rail} aria-label="Sections" data-region="rail">
        {(
          props.rail ?? [{ id: "home", label: "Drills", icon: "drills", href: "/" } as RailItem]
        ).map((item) => (
          <RailLink key={item.id} {...item} />
        ))}
      </nav>
      <main className={styles.main} id="content" data-region="content" tabIndex={-1}>
        {props.children}
      </main>
      <StatusBar left={props.statusLeft ?? []} />
    </div>
  );
}

export function Brand() {
  return (
    <Link href="/" className={styles.brand} aria-label="Firedrill, to the drills">
      <Mark />
    </Link>
  );
}

export function SkipLink() {
  return (
    // biome-ignore lint/a11y/useValidAnchor: it leads to a place of this page
    <a
      className={styles.skip}
      href="#content"
      onClick={(event) => {
        event.preventDefault();
        document.getElementById("content")?.focus();
      }}
    >
      Skip to the content
    </a>
  );
}

export function SearchButton({ text, wide }: { text: string; wide?: boolean }) {
  return (
    <button
      type="button"
      className={cx(styles.find, wide && styles.findWide)}
      onClick={() => paletteOpen.set(true)}
      aria-keyshortcuts="Control+K Meta+K"
    >
      <Icon name="search" size={14} />
      <span className={cx("grow", styles.findText)}>{text}</span>
      <Keys keys="mod+k" />
    </button>
  );
}

export function PageButtons() {
  return (
    <>
      <IconButton
        icon="theme"
        label="Switch between dark and light"
        keys="c t"
        onPress={toggleTheme}
      />
      <IconButton
        icon="help"
        label="Keyboard shortcuts"
        keys="?"
        onPress={() => helpOpen.set(true)}
      />
    </>
  );
}

export function RailLink({ label, icon, href, current }: RailItem) {
  return (
    <Link
      href={href}
      className={cx(styles.railLink, current && styles.on)}
      aria-current={current ? "page" : undefined}
    >
      <Icon name={icon} size={18} />
      <span>{label}</span>
    </Link>
  );
}

/** The tab's title; on navigation the focus goes to the page's title. */
export function usePageTitle(title: string): void {
  const before = useRef<string | null>(null);
  useEffect(() => {
    document.title = title === "Firedrill" ? title : `${title} · Firedrill`;
    if (
      before.current !== null &&
      before.current !== title &&
      document.activeElement === document.body
    ) {
      document.querySelector<HTMLElement>("[data-page-title]")?.focus();
    }
    before.current = title;
  }, [title]);
}
