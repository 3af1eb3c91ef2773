import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./tokens.css";
import "./base.css";
import { App } from "./app/App";
import { followSystem } from "./state/theme";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");
followSystem();
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
