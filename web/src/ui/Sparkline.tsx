import { useEffect, useRef } from "react";
import { Sparkline as Drawing, type SparklineOptions } from "@/viz/Sparkline";

/** A small shape of a series. Decorative: say in words what it shows, with `label` if nothing beside it does. */
export function Sparkline({ label, ...options }: SparklineOptions & { label?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const first = useRef(options);
  useEffect(() => {
    if (!canvas.current) return;
    const made = new Drawing(canvas.current, first.current);
    drawing.current = made;
    return () => made.destroy();
  }, []);
  useEffect(() => {
    drawing.current?.update(options);
  });
  return label ? (
    <canvas ref={canvas} role="img" aria-label={label} />
  ) : (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus
    <canvas ref={canvas} aria-hidden="true" />
  );
}
