// The build writes stable, unhashed names straight into the folder that the server embeds, so that a
// rebuild touches the same few files and two builds of one tree are equal byte for byte.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const source = fileURLToPath(new URL("./src", import.meta.url));

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": source } },
  build: {
    outDir: "../crates/server/dist",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        entryFileNames: "assets/[name].js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: "assets/[name][extname]",
        // Libraries stand apart from the page's own code: a change of a view leaves their files alone.
        codeSplitting: {
          groups: [
            {
              name: "editor",
              test: /node_modules[\\/]@?(codemirror|lezer|prometheus-io|style-mod|crelt|w3c-keyname|marijn|lru-cache)/,
            },
            // Only the services tool needs it.
            { name: "graph", test: /node_modules[\\/]@dagrejs/ },
            { name: "vendor", test: /node_modules/ },
            { name: "shared", test: /src[\\/](ui|viz|state|api|views[\\/]shared)[\\/](?!editor)/ },
          ],
        },
      },
    },
  },
  css: { modules: { generateScopedName: "[name]_[local]" } },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: process.env.FIREDRILL_URL ?? "http://127.0.0.1:7070" } },
  },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
