/** The 40 px row on top of a tool: view tabs, then query or filters, then options, then link and pin. */
import type { ReactNode } from "react";
import { showToast } from "@/state/toasts";
import { formatInstant } from "@/state/url";
import { useWorkspace } from "@/state/workspace";
import { IconButton } from "./Button";
import styles from "./Toolbar.module.css";

export function Toolbar({ children, label = "Tool" }: { children: ReactNode; label?: string }) {
  return (
    <div className={styles.toolbar} role="group" aria-label={label} data-region="toolbar">
      {children}
    </div>
  );
}

/** A thin line between groups of a toolbar. */
export function ToolbarLine() {
  return <span className={styles.line} aria-hidden="true" />;
}

/** Copies the address with the range written out, so that it shows the same to a colleague. */
export function LinkButton() {
  const { range } = useWorkspace();
  return (
    <IconButton
      icon="link"
      label="Copy link"
      onPress={async () => {
        const url = new URL(window.location.href);
        url.searchParams.set("from", formatInstant(range.start));
        url.searchParams.set("to", formatInstant(range.end));
        await copyText(url.href, "Link copied, range made absolute");
      }}
    />
  );
}

/** Copies and says so; says also when the browser does not let it. */
export async function copyText(text: string, done = "Copied"): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    showToast({ icon: "copy", text: done });
  } catch {
    showToast({
      tone: "error",
      text: "The browser does not allow copying here. Select the text and copy it by hand.",
    });
  }
}
