/** Says that the server is gone, what is safe, and when the next try is. */
import { useEffect, useState } from "react";
import { connection, probe } from "@/api/connection";
import { useStore } from "@/state/useStore";
import { Button } from "@/ui/Button";
import { Banner } from "@/ui/States";
import styles from "./ConnectionBanner.module.css";

export function ConnectionBanner() {
  const { gone, nextTryAt } = useStore(connection);
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!gone) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [gone]);
  if (!gone) return null;
  const seconds = Math.max(0, Math.ceil((nextTryAt - now) / 1000));
  return (
    <div className={styles.place}>
      <Banner
        tone="error"
        title="The server does not answer"
        action={
          <Button small onPress={() => void probe()}>
            Try now
          </Button>
        }
      >
        <span aria-hidden="true">
          What you wrote is kept in this tab.{" "}
          {seconds > 0 ? `Next try in ${seconds} s.` : "Trying now."}
        </span>
      </Banner>
    </div>
  );
}
