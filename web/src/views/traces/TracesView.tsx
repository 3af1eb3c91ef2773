import { Empty } from "@/ui/States";

export default function TracesView() {
  return <Empty title="This build has no traces view" />;
}
