// Runs before the first paint, so that the page never flashes in the wrong theme. Kept external for a strict CSP.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem("firedrill.theme");
  } catch {
    // Storage can be switched off; the system's preference then decides.
  }
  const light =
    choice === "light" ||
    (choice !== "dark" && matchMedia("(prefers-color-scheme: light)").matches);
  document.documentElement.dataset.theme = light ? "light" : "dark";
})();
