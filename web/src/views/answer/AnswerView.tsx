/** The answer: a form that saves itself, and after handing in the score with the explained solution. */
import { useQuery } from "@tanstack/react-query";
import { queries } from "@/api/queries";
import type { Session } from "@/api/types";
import { useWorkspace } from "@/state/workspace";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import { AnswerSheetForm } from "./AnswerSheetForm";
import { ResultPage } from "./ResultPage";

export default function AnswerView() {
  const { session } = useWorkspace();
  if (!session) return <Empty title="There is nothing to answer in a recording alone" />;
  if (session.state === "handed_in") return <ResultPage session={session} />;
  return <OpenAnswer session={session} />;
}

function OpenAnswer({ session }: { session: Session }) {
  const sessionId = session.id;
  const sheet = useQuery(queries.answer(sessionId));
  const notebook = useQuery(queries.notebook(sessionId));
  const error = sheet.error ?? notebook.error;
  if (error) return <ErrorState error={error} onRetry={() => void sheet.refetch()} />;
  if (!sheet.data || !notebook.data) return <Skeleton shape="text" rows={12} />;
  return (
    <AnswerSheetForm
      sessionId={sessionId}
      tooEarly={session.state === "playing" ? "The incident is still running" : null}
      sheet={sheet.data}
      entries={notebook.data}
    />
  );
}
