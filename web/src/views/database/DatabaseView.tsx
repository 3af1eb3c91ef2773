import { Empty } from "@/ui/States";

export default function DatabaseView() {
  return <Empty title="This build has no database view" />;
}
