import { Component, type ReactNode } from "react";
import { ErrorState } from "@/ui/States";

/** Keeps a view's failure inside its place: the frame, the notebook and the answer stay usable. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <ErrorState error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}
