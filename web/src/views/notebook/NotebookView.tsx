import { Empty } from "@/ui/States";

export default function NotebookView() {
  return <Empty title="This build has no notebook view" />;
}
