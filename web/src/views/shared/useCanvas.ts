/** Mounts a drawing of `viz/` on a canvas: made once, told of every change, destroyed at the end. */
import { type RefObject, useEffect, useRef } from "react";

interface Drawing<O> {
  update(options: O): void;
  destroy(): void;
}

export function useCanvas<O, D extends Drawing<O>>(
  make: new (canvas: HTMLCanvasElement, options: O) => D,
  options: O,
): { canvas: RefObject<HTMLCanvasElement | null>; drawing: RefObject<D | null> } {
  const canvas = useRef<HTMLCanvasElement>(null);
  const drawing = useRef<D | null>(null);
  const latest = useRef(options);
  latest.current = options;
  useEffect(() => {
    if (!canvas.current) return;
    const made = new make(canvas.current, latest.current);
    drawing.current = made;
    return () => {
      drawing.current = null;
      made.destroy();
    };
  }, [make]);
  useEffect(() => {
    drawing.current?.update(options);
  });
  return { canvas, drawing };
}
