import { describe, expect, it } from "vitest";
import {
  durationQuantile,
  failedShare,
  presentName,
  rateWindow,
  requestRate,
  selector,
  unitOf,
  unitOfValues,
} from "./promql";

const metric = (name: string) => ({ name, type: "gauge", unit: "", help: "", series: 1 });

describe("queries", () => {
  it("quote label values", () => {
    expect(selector({ http_route: 'a"b\\c' })).toBe('{http_route="a\\"b\\\\c"}');
    expect(selector({})).toBe("");
  });

  it("read as a person would write them", () => {
    expect(requestRate("service_name", {}, "1m")).toBe(
      "sum by (service_name) (rate(http_server_request_duration_seconds_count[1m]))",
    );
    expect(durationQuantile("p95", "http_route", { service_name: "api" }, "2m")).toBe(
      'histogram_quantile(0.95, sum by (http_route, le) (rate(http_server_request_duration_seconds_bucket{service_name="api"}[2m])))',
    );
    expect(failedShare("http_route", { service_name: "api" }, "1m")).toContain(
      '_count{service_name="api",http_response_status_code=~"5.."}[1m]',
    );
  });

  it("look back over at least four samples and one step", () => {
    expect(rateWindow(15_000)).toBe("1m");
    expect(rateWindow(300_000)).toBe("5m");
    expect(rateWindow(90_000)).toBe("90s");
  });
});

it("a metric is found under the suffix that its exporter gave it", () => {
  const names = [metric("system_cpu_utilization_ratio"), metric("db_client_connection_count")];
  expect(presentName(names, "system_cpu_utilization")).toBe("system_cpu_utilization_ratio");
  expect(presentName(names, "db_client_connection_count")).toBe("db_client_connection_count");
  expect(presentName(names, "db_client_connection_max")).toBeNull();
});

it.each([
  ["histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[1m])))", "seconds"],
  ["rate(x_seconds_count[1m])", "count"],
  ["process_memory_usage_bytes", "bytes"],
  ["system_cpu_utilization_ratio", "ratio"],
  ["100 * system_cpu_utilization_ratio", "percent"],
])("%s is in %s", (query, unit) => {
  expect(unitOf(query)).toBe(unit);
});

it("a ratio far beyond the whole is a count", () => {
  expect(unitOfValues("ratio", 0.97)).toBe("ratio");
  expect(unitOfValues("ratio", 200)).toBe("count");
  expect(unitOfValues("percent", 200)).toBe("percent");
});
