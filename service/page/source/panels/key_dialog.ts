// Asks people for an API key; it is handed on and the field emptied.

import { byId } from "../dom";

export function askForKey(reason: string): Promise<string | undefined> {
  const dialog = byId("key-dialog", HTMLDialogElement);
  const field = byId("key", HTMLInputElement);
  // How programs send a key is not for people who type it.
  byId("key-reason", HTMLElement).textContent = reason.split(": send an API key")[0] ?? "";
  field.value = "";
  const done = new AbortController();
  return new Promise((resolve) => {
    const end = (key: string | undefined): void => {
      done.abort();
      field.value = "";
      dialog.close();
      resolve(key);
    };
    const options = { signal: done.signal };
    dialog.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        const key = field.value.trim();
        if (key !== "") end(key);
      },
      options,
    );
    dialog.addEventListener("cancel", () => end(undefined), options);
    byId("key-cancel", HTMLButtonElement).addEventListener("click", () => end(undefined), options);
    dialog.showModal();
    field.focus();
  });
}
