// Finding and making elements, with their types.

export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`index.html has no ${kind.name} #${id}`);
  return found;
}

export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<Omit<HTMLElementTagNameMap[K], "style">> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function option(value: string, text = value): HTMLOptionElement {
  return make("option", { value, textContent: text });
}

/** A spot of a series' colour, for legends. */
export function swatch(color: string): HTMLSpanElement {
  const spot = make("span", { className: "swatch" });
  spot.style.background = color;
  spot.setAttribute("aria-hidden", "true");
  return spot;
}
