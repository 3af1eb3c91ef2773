/** The shared range: earlier, the range with its length, later, zoom out. The middle opens the picker. */
import { useState } from "react";
import { Button as AriaButton } from "react-aria-components/Button";
import { Dialog as AriaDialog, DialogTrigger } from "react-aria-components/Dialog";
import { Popover } from "react-aria-components/Popover";
import { clampRange, pan, parseTime, QUICK_RANGES, span } from "@/state/range";
import { useWorkspace } from "@/state/workspace";
import { Button } from "@/ui/Button";
import { TextField } from "@/ui/Field";
import { Icon } from "@/ui/Icon";
import { Tooltip } from "@/ui/Tooltip";
import { formatDate, formatLong, formatRange, formatTime, formatTimeShort } from "@/viz/format";
import styles from "./RangePicker.module.css";

export function RangePicker() {
  const { range, bounds, setRange, zoomOut } = useWorkspace();
  const [open, setOpen] = useState(false);
  const whole = range.start === bounds.start && range.end === bounds.end;
  return (
    <div className={styles.range} role="group" aria-label="Time range">
      <Step
        icon="left"
        label="Earlier"
        keys="code:KeyA"
        onPress={() => setRange(pan(range, -0.5, bounds))}
      />
      <DialogTrigger isOpen={open} onOpenChange={setOpen}>
        <AriaButton className={styles.value}>
          <Icon name="clock" size={14} />
          <b>{formatRange(range)}</b>
          <span className="t3">UTC, {formatLong(span(range))}</span>
          <Icon name="down" size={12} />
        </AriaButton>
        <Popover className={styles.popover} offset={6}>
          <AriaDialog className={styles.dialog} aria-label="Choose a time range">
            <Picker close={() => setOpen(false)} />
          </AriaDialog>
        </Popover>
      </DialogTrigger>
      <Step
        icon="right"
        label="Later"
        keys="code:KeyD"
        onPress={() => setRange(pan(range, 0.5, bounds))}
      />
      <Step
        icon="zoomOut"
        label={whole ? "The whole recording is shown" : "Zoom out"}
        keys="t z"
        onPress={zoomOut}
      />
    </div>
  );
}

interface StepProps {
  icon: "left" | "right" | "zoomOut";
  label: string;
  keys: string;
  onPress(): void;
}

function Step({ icon, label, keys, onPress }: StepProps) {
  return (
    <Tooltip text={label} keys={keys}>
      <AriaButton className={styles.step} aria-label={label} onPress={onPress}>
        <Icon name={icon} size={14} />
      </AriaButton>
    </Tooltip>
  );
}

function Picker({ close }: { close(): void }) {
  const { range, bounds, setRange } = useWorkspace();
  const precision = span(range) < 600_000 ? "seconds" : "minutes";
  const [from, setFrom] = useState(formatTime(range.start, precision));
  const [to, setTo] = useState(formatTime(range.end, precision));
  const [error, setError] = useState<{ from?: string; to?: string }>({});

  const apply = () => {
    const start = parseTime(from, range.start);
    const end = parseTime(to, range.end);
    if (start === null) return setError({ from: "Write a time as 13:05 or 13:05:30." });
    if (end === null) return setError({ to: "Write a time as 13:05 or 13:05:30." });
    if (end <= start) return setError({ to: `The end must be after ${formatTimeShort(start)}.` });
    if (start >= bounds.end || end <= bounds.start) {
      return setError({ from: `The recording is from ${formatRange(bounds)}.` });
    }
    setRange(
      clampRange({ start: Math.max(start, bounds.start), end: Math.min(end, bounds.end) }, bounds),
    );
    close();
  };

  return (
    <div className={styles.picker}>
      <div className={styles.quick}>
        {QUICK_RANGES.filter((quick) => quick.ms === null || quick.ms < span(bounds)).map(
          (quick) => (
            <button
              key={quick.label}
              type="button"
              onClick={() => {
                setRange(
                  quick.ms === null ? bounds : { start: bounds.end - quick.ms, end: bounds.end },
                );
                close();
              }}
            >
              {quick.label}
            </button>
          ),
        )}
      </div>
      <div className={styles.form}>
        <TextField
          label="From"
          value={from}
          onChange={setFrom}
          error={error.from}
          onSubmit={apply}
          autoFocus
        />
        <TextField label="To" value={to} onChange={setTo} error={error.to} onSubmit={apply} />
        <Button onPress={apply}>Show</Button>
        <p className="t3 small">
          {formatDate(bounds.start)}, UTC. The recording is from {formatRange(bounds)}. Drag over a
          chart to zoom.
        </p>
      </div>
    </div>
  );
}
