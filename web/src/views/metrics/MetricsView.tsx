export function MetricsView() {
  return <p>Metrics</p>;
}
