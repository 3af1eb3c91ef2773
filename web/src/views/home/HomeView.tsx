import { PlainFrame } from "@/app/PlainFrame";

export function HomeView() {
  return (
    <PlainFrame title="Firedrill" pageTitle="Drills">
      <h2>Drills</h2>
    </PlainFrame>
  );
}
