/** Paths as a tree of folders and files, folders first. Pure. */

export interface Folder {
  name: string;
  path: string;
  folders: Folder[];
  files: { name: string; path: string; lines: number }[];
}

export function buildFolders(files: readonly { path: string; lines: number }[]): Folder {
  const root: Folder = { name: "", path: "", folders: [], files: [] };
  for (const file of files) {
    const parts = file.path.split("/");
    const name = parts.pop() ?? file.path;
    let folder = root;
    for (const part of parts) {
      const path = folder.path === "" ? part : `${folder.path}/${part}`;
      let next = folder.folders.find((child) => child.name === part);
      if (!next) {
        next = { name: part, path, folders: [], files: [] };
        folder.folders.push(next);
      }
      folder = next;
    }
    folder.files.push({ name, path: file.path, lines: file.lines });
  }
  sort(root);
  return root;
}

/** Every folder on the way to a file, the outermost first. */
export function foldersOf(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

function sort(folder: Folder): void {
  folder.folders.sort((a, b) => a.name.localeCompare(b.name));
  folder.files.sort((a, b) => a.name.localeCompare(b.name));
  for (const child of folder.folders) sort(child);
}
