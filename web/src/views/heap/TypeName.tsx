/** The name of a type, cut at its end where it is too long; the whole of it is said on hover. */
import { cx } from "@/ui/cx";

export function TypeName({ name, className }: { name: string; className?: string }) {
  return (
    <span className={cx("mono ellipsis", className)} title={name}>
      {name}
    </span>
  );
}
