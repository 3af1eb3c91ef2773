/** Metrics: the overview of a system's services, and the explorer for any PromQL. */
import { lazy, Suspense } from "react";
import { useParams } from "@/state/location";
import { Skeleton } from "@/ui/States";
import { ViewTabs } from "@/ui/Tabs";
import { LinkButton, Toolbar } from "@/ui/Toolbar";
import { Overview, ServiceChoice } from "./Overview";
import { metricsParams } from "./params";

const Explorer = lazy(() => import("./Explorer"));

export function MetricsView() {
  const [{ tab }, set] = useParams(metricsParams);
  return (
    <>
      <Toolbar label="Metrics">
        <ViewTabs
          label="Metrics views"
          value={tab}
          onChange={(next) => set({ tab: next }, "push")}
          tabs={[
            { value: "overview", label: "Overview" },
            { value: "explorer", label: "Explorer" },
          ]}
        />
        {tab === "overview" && <ServiceChoice />}
        <span className="grow" />
        <LinkButton />
      </Toolbar>
      {tab === "overview" ? (
        <Overview />
      ) : (
        <Suspense fallback={<Skeleton shape="rows" />}>
          <Explorer />
        </Suspense>
      )}
    </>
  );
}
