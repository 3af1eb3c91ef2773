/** Routes: home, a session, a recording without a session, and a page for what is none of them. */
import { QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { Redirect, Route, Switch } from "wouter";
import { createQueryClient } from "@/api/queries";
import { Toasts } from "@/ui/Toasts";
import { HomeView } from "@/views/home/HomeView";
import { ConnectionBanner } from "./ConnectionBanner";
import { Help } from "./Help";
import { Keyboard } from "./Keyboard";
import { NotFound } from "./NotFound";
import { Palette } from "./Palette";
import { RecordingWorkspace, SessionWorkspace } from "./Workspaces";

export function App() {
  const [client] = useState(createQueryClient);
  return (
    <QueryClientProvider client={client}>
      <Keyboard />
      <ConnectionBanner />
      <Switch>
        <Route path="/">
          <HomeView />
        </Route>
        <Route path="/sessions/:id/*?">{({ id }) => <SessionWorkspace id={id} key={id} />}</Route>
        <Route path="/recordings/:id/*?">
          {({ id }) => <RecordingWorkspace id={id} key={id} />}
        </Route>
        <Route path="/drills">
          <Redirect to="/" replace />
        </Route>
        <Route>
          <NotFound />
        </Route>
      </Switch>
      <Palette />
      <Help />
      <Toasts />
    </QueryClientProvider>
  );
}
