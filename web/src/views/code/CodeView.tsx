/** The system's source as the candidate may see it: a tree, a search over all files, and one file open. */
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { api } from "@/api/endpoints";
import { queries } from "@/api/queries";
import { useGoTo, useParams, usePlace } from "@/state/location";
import { usePin } from "@/state/pin";
import { useStatus } from "@/state/status";
import { integer, text } from "@/state/url";
import { useCommand } from "@/state/useCommand";
import { useWorkspace } from "@/state/workspace";
import { Button, IconButton } from "@/ui/Button";
import { SearchField } from "@/ui/Field";
import { Empty, ErrorState, Skeleton } from "@/ui/States";
import { LinkButton, Toolbar } from "@/ui/Toolbar";
import { useAddLocation } from "@/views/shared/useAddLocation";
import { formatCount } from "@/viz/format";
import styles from "./CodeView.module.css";
import { enclosingFunction } from "./enclosing";
import { FileTree } from "./FileTree";
import { SearchResults } from "./SearchResults";

const CodeViewer = lazy(() => import("./CodeViewer"));

const spec = { line: integer(), q: text() };

export default function CodeView() {
  const { session } = useWorkspace();
  const system = session?.drill.system.id;
  if (!system) {
    return (
      <Empty title="This recording has no source code">
        Source is shown for the systems that Firedrill runs. Open the drill's own session.
      </Empty>
    );
  }
  return <SystemCode system={system} />;
}

function SystemCode({ system }: { system: string }) {
  const place = usePlace();
  const path = (place?.rest ?? "").split("/").map(decodeURIComponent).join("/");
  const [{ line, q }, setParams] = useParams(spec);
  const goTo = useGoTo();
  const [draft, setDraft] = useState(q);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setDraft(q), [q]);
  useCommand({
    id: "code.search",
    title: "Search the source",
    group: "In this tool",
    keys: ["/"],
    run: () => input.current?.focus(),
  });
  const files = useQuery(queries.sourceFiles(system));
  const open = (file: string, at?: number) =>
    goTo("code", {
      rest: file,
      params: { ...(q ? { q } : {}), ...(at ? { line: String(at) } : {}) },
    });
  const all = files.data?.files ?? [];
  useStatus(
    files.data
      ? [
          `${formatCount(all.length)} files, ${formatCount(all.reduce((sum, f) => sum + f.lines, 0))} lines`,
        ]
      : [],
  );
  if (files.error) {
    return <ErrorState error={files.error} onRetry={() => void files.refetch()} />;
  }

  return (
    <>
      <Toolbar label="Code">
        <SearchField
          label="Search the source"
          value={draft}
          onChange={setDraft}
          onSubmit={() => setParams({ q: draft.trim() }, "push")}
          placeholder="Search all files, Enter"
          keys="/"
          mono
          inputRef={input}
          className={styles.search}
        />
        {q && (
          <Button small kind="ghost" icon="close" onPress={() => setParams({ q: "" })}>
            Back to the files
          </Button>
        )}
        <span className="grow" />
        <LinkButton />
      </Toolbar>
      <div className={styles.layout}>
        <div className={styles.side}>
          {q ? (
            <SearchResults system={system} query={q} current={path} line={line} onOpen={open} />
          ) : files.data ? (
            <FileTree files={all} current={path} onOpen={open} />
          ) : (
            <Skeleton shape="rows" rows={14} />
          )}
        </div>
        {path === "" ? (
          <Empty title="Open a file">
            Choose one on the left, or search for a name that you saw in a span or a log line.
          </Empty>
        ) : (
          <OpenFile
            key={path}
            system={system}
            path={path}
            line={line}
            onLine={(at) => setParams({ line: at })}
          />
        )}
      </div>
    </>
  );
}

interface OpenFileProps {
  system: string;
  path: string;
  line: number | null;
  onLine(line: number): void;
}

function OpenFile({ system, path, line, onLine }: OpenFileProps) {
  const pin = usePin();
  const addLocation = useAddLocation();
  const file = useQuery({
    queryKey: ["source-file", system, path],
    queryFn: ({ signal }) => api.code.file(system, path, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (file.error) return <ErrorState error={file.error} onRetry={() => void file.refetch()} />;
  if (!file.data) return <Skeleton shape="rows" rows={20} />;
  const place = line === null ? path : `${path}:${line}`;
  return (
    <section className={styles.file} aria-label={path}>
      <header className={styles.head}>
        <h2 className={styles.path}>{place}</h2>
        <span className="t3">{formatCount(file.data.lines)} lines</span>
        <span className="grow" />
        {addLocation && (
          <Button
            small
            icon="answer"
            onPress={() =>
              addLocation({
                path,
                line,
                function: line === null ? null : enclosingFunction(file.data.text, line),
              })
            }
            disabledReason={line === null ? "Press a line number first" : null}
          >
            Add to the answer
          </Button>
        )}
        {pin && (
          <IconButton
            icon="pin"
            label="Pin to notebook"
            onPress={() => pin({ text: place, query: place })}
          />
        )}
      </header>
      <Suspense fallback={<Skeleton shape="rows" rows={20} />}>
        <CodeViewer
          text={file.data.text}
          language={file.data.language}
          line={line}
          label={path}
          onLine={onLine}
        />
      </Suspense>
    </section>
  );
}
