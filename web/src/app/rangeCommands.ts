/** Keys of the shared range: W/S zoom and A/D pan by physical key, `t z` out, `t a` all. */

import { pan, span, zoom } from "@/state/range";
import { useCommands } from "@/state/useCommand";
import { useWorkspace } from "@/state/workspace";
import { crosshair } from "@/viz/crosshair";

const ZOOM = 0.7;
const PAN = 0.25;

export function useRangeCommands(): void {
  const { range, bounds, setRange, zoomOut } = useWorkspace();
  const anchor = () => {
    const time = crosshair.get()?.timeMs;
    return time !== undefined && time >= range.start && time <= range.end
      ? (time - range.start) / span(range)
      : 0.5;
  };
  useCommands([
    {
      id: "range.in",
      title: "Zoom in",
      group: "Time range",
      keys: ["code:KeyW"],
      run: () => setRange(zoom(range, ZOOM, anchor(), bounds), "replace"),
    },
    {
      id: "range.closer-out",
      title: "Zoom out a little",
      group: "Time range",
      keys: ["code:KeyS"],
      run: () => setRange(zoom(range, 1 / ZOOM, anchor(), bounds), "replace"),
    },
    {
      id: "range.earlier",
      title: "Move earlier",
      group: "Time range",
      keys: ["code:KeyA"],
      run: () => setRange(pan(range, -PAN, bounds), "replace"),
    },
    {
      id: "range.later",
      title: "Move later",
      group: "Time range",
      keys: ["code:KeyD"],
      run: () => setRange(pan(range, PAN, bounds), "replace"),
    },
    {
      id: "range.back",
      title: "Zoom out to the range before",
      group: "Time range",
      keys: ["t z"],
      run: zoomOut,
    },
    {
      id: "range.all",
      title: "Show the whole recording",
      group: "Time range",
      keys: ["t a"],
      run: () => setRange(bounds),
    },
  ]);
}
