// The forecast's request as a command and as a program, for the clipboard.

import type { PredictRequest } from "../api/shapes";
import { byId } from "../dom";

const JSON_TYPE = "Content-Type: application/json";

/** Where POST /predict is, seen from outside. */
function address(): string {
  return new URL("predict", document.baseURI).href;
}

export function asCurl(request: PredictRequest, withKey: boolean): string {
  const body = JSON.stringify(request).replaceAll("'", "'\\''");
  const key = withKey ? ' -H "Authorization: Bearer $ROLLCAST_KEY"' : "";
  return `curl '${address()}' -H '${JSON_TYPE}'${key} \\\n  -d '${body}'\n`;
}

export function asPython(request: PredictRequest, withKey: boolean): string {
  const headers = ['"Content-Type": "application/json"'];
  if (withKey) headers.push('"Authorization": f"Bearer {os.environ[\'ROLLCAST_KEY\']}"');
  return [
    "import json",
    ...(withKey ? ["import os"] : []),
    "from urllib.request import Request, urlopen",
    "",
    `body = ${pythonLiteral(request)}`,
    `request = Request(${JSON.stringify(address())}, json.dumps(body).encode(), {${headers.join(", ")}})`,
    "with urlopen(request) as answer:",
    '    print(json.load(answer)["predictions"])',
    "",
  ].join("\n");
}

function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  if (typeof value === "object") {
    const items = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${pythonLiteral(item)}`);
    return `{${items.join(", ")}}`;
  }
  return JSON.stringify(value);
}

/** Into the clipboard; where the browser has none for this page (plain http), into a field to copy from. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = byId("copy-text", HTMLTextAreaElement);
    field.value = text;
    byId("copy-dialog", HTMLDialogElement).showModal();
    field.select();
    return false;
  }
}
