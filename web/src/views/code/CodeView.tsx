import { Empty } from "@/ui/States";

export default function CodeView() {
  return <Empty title="This build has no code view" />;
}
