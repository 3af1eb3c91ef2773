import { Empty } from "@/ui/States";

export default function LogsView() {
  return <Empty title="This build has no logs view" />;
}
