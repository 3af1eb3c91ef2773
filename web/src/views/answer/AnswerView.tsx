import { Empty } from "@/ui/States";

export default function AnswerView() {
  return <Empty title="This build has no answer view" />;
}
