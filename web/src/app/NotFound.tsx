import { Link } from "wouter";
import { Empty } from "@/ui/States";
import { PlainFrame } from "./PlainFrame";

export function NotFound() {
  return (
    <PlainFrame title="Firedrill" pageTitle="No such page">
      <Empty
        title="There is no page at this address"
        actions={<Link href="/">Go to the drills</Link>}
      >
        The link may be incomplete, or from a newer version.
      </Empty>
    </PlainFrame>
  );
}
