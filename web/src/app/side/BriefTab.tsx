import type { Session } from "@/api/types";
import { Markdown } from "@/ui/Markdown";
import styles from "./side.module.css";

export function BriefTab({ session }: { session: Session }) {
  return (
    <div className={styles.section}>
      <Markdown text={session.brief_md} />
    </div>
  );
}
