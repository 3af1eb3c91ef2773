import type { Session } from "@/api/types";
import { PlainFrame } from "@/app/PlainFrame";

export function PreparingView({ session }: { session: Session }) {
  return (
    <PlainFrame title={session.drill.title} pageTitle={session.drill.title}>
      Preparing
    </PlainFrame>
  );
}
