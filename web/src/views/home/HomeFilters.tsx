import type { RefObject } from "react";
import type { Drill } from "@/api/types";
import { useParams } from "@/state/location";
import { SearchField } from "@/ui/Field";
import { Choice } from "@/ui/Menu";
import { Segmented } from "@/ui/Segmented";
import styles from "./HomeView.module.css";
import { homeParams } from "./params";

export interface HomeFiltersProps {
  drills: readonly Drill[];
  fieldRef: RefObject<HTMLInputElement | null>;
}

export function HomeFilters({ drills, fieldRef }: HomeFiltersProps) {
  const [filters, set] = useParams(homeParams);
  return (
    <div className={styles.filters} data-region="toolbar">
      <SearchField
        className={styles.field}
        label="Filter drills"
        placeholder="Filter drills"
        keys="/"
        value={filters.text}
        onChange={(text) => set({ text })}
        inputRef={fieldRef}
      />
      <Segmented
        tall
        label="Kind"
        value={filters.kind}
        onChange={(kind) => set({ kind })}
        options={[
          { value: "all", label: "All", count: drills.length },
          { value: "investigate", label: "Investigate" },
          { value: "fix", label: "Fix" },
          { value: "design", label: "Design" },
        ]}
      />
      <Choice
        label="Level"
        value={filters.level}
        onChange={(level) => set({ level })}
        shown={filters.level === "any" ? "level is any" : `level is ${filters.level}`}
        options={[
          { value: "any", label: "any" },
          { value: "junior", label: "junior" },
          { value: "mid", label: "mid" },
          { value: "senior", label: "senior" },
          { value: "staff", label: "staff" },
        ]}
      />
      <Choice
        label="Time"
        value={filters.most}
        onChange={(most) => set({ most })}
        shown={filters.most === "any" ? "any time" : `at most ${filters.most} min`}
        options={[
          { value: "any", label: "any" },
          { value: "10", label: "at most 10 min" },
          { value: "20", label: "at most 20 min" },
          { value: "30", label: "at most 30 min" },
        ]}
      />
      <span className="grow" />
      <span className="t3">Sort</span>
      <Choice
        label="Sort"
        value={filters.sort}
        onChange={(sort) => set({ sort })}
        shown={`by ${filters.sort === "minutes" ? "time" : filters.sort}`}
        options={[
          { value: "system", label: "by system" },
          { value: "minutes", label: "by time" },
          { value: "level", label: "by level" },
        ]}
      />
    </div>
  );
}
