/** The pile of short messages, bottom left, read out politely. */
import { dismissToast, toasts } from "@/state/toasts";
import { useStore } from "@/state/useStore";
import { cx } from "./cx";
import { Icon, isIcon } from "./Icon";
import styles from "./Toasts.module.css";

export function Toasts() {
  const all = useStore(toasts);
  return (
    <div className={styles.pile} role="status" aria-live="polite">
      {all.map((toast) => (
        <div key={toast.id} className={cx(styles.toast, toast.tone === "error" && styles.error)}>
          {toast.tone === "error" ? (
            <Icon name="errorSign" size={14} />
          ) : (
            toast.icon && isIcon(toast.icon) && <Icon name={toast.icon} size={14} />
          )}
          <span>{toast.text}</span>
          {toast.action && (
            <button
              type="button"
              className={styles.action}
              onClick={() => {
                toast.action?.run();
                dismissToast(toast.id);
              }}
            >
              {toast.action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
