// Says in words what is wrong, at the field where it is wrong.

import { ProblemError } from "../api/client";
import { InputError } from "../data/window";
import { byId } from "../dom";

// Where the API's fields stand on the page: the place of the message, and the input that it is about.
const PLACES: Record<string, [message: string, inputs: string[]]> = {
  model: ["model-error", ["model", "version"]],
  window: ["window-error", ["numbers"]],
  future: ["window-error", []],
  past: ["window-error", []],
  static: ["window-error", []],
  timestamps: ["times-error", ["end"]],
  end: ["times-error", ["end"]],
  times: ["times-error", ["end"]],
  freq: ["times-error", ["freq"]],
  horizon: ["horizon-error", ["horizon", "horizon-number"]],
  levels: ["levels-error", []],
};

export function clearMessages(): void {
  for (const [message, inputs] of Object.values(PLACES)) {
    byId(message, HTMLElement).textContent = "";
    for (const input of inputs) byId(input, HTMLElement).removeAttribute("aria-invalid");
  }
  byId("problem", HTMLElement).textContent = "";
}

/** Show what went wrong; what is no error of people or of the service is a defect of this page, and thrown on. */
export function showError(error: unknown): void {
  if (error instanceof InputError) {
    say(error.field, error.message);
  } else if (error instanceof ProblemError) {
    const { title, detail, errors = [], status } = error.problem;
    const placed = errors.filter(({ location, message }) => say(location.split(/[.[]/)[0] ?? "", `${location}: ${message}`));
    if (placed.length > 0 && placed.length === errors.length) return;
    if (status === 404 && say("model", detail)) return;
    byId("problem", HTMLElement).textContent = `${title}: ${detail}`;
  } else {
    throw error;
  }
}

/** Tells whether there is such a field. */
function say(field: string, text: string): boolean {
  const place = PLACES[field];
  if (place === undefined) return false;
  const [message, inputs] = place;
  const shown = byId(message, HTMLElement);
  // A location that is only the field's name says nothing more.
  const words = text.replace(new RegExp(`^${field}: `), "");
  shown.textContent = shown.textContent ? `${shown.textContent}; ${words}` : words;
  for (const input of inputs) byId(input, HTMLElement).setAttribute("aria-invalid", "true");
  return true;
}
