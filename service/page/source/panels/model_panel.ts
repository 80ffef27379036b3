// Choosing a model and its version, and which others to compare it with.

import type { ModelSummary } from "../api/shapes";
import { byId, make, option, swatch } from "../dom";
import { otherColor } from "../chart/colors";

/** One version, by its number or by an alias. */
export interface Reference {
  /** What stands behind the @: a version or an alias. */
  text: string;
  version: number;
}

export class ModelPanel {
  private readonly model = byId("model", HTMLSelectElement);
  private readonly version = byId("version", HTMLSelectElement);
  private readonly compare = byId("compare", HTMLElement);
  private models: ModelSummary[] = [];

  constructor(
    private readonly onChoose: () => void,
    private readonly onCompare: () => void,
  ) {
    this.model.addEventListener("change", () => {
      this.listVersions();
      this.onChoose();
    });
    this.version.addEventListener("change", () => {
      this.listOthers();
      this.onChoose();
    });
  }

  /** List the models; tells whether there is one to begin with. */
  list(models: ModelSummary[], hint: string | undefined): boolean {
    this.models = models.filter((model) => model.versions.length > 0);
    this.model.replaceChildren(...this.models.map((model) => option(model.name)));
    byId("model-hint", HTMLElement).textContent = hint ?? "";
    if (this.models.length === 0) return false;
    this.listVersions();
    return true;
  }

  get name(): string {
    return this.model.value;
  }

  get chosen(): Reference | undefined {
    return this.references().find(({ text }) => text === this.version.value);
  }

  /** The references to compare with, each as the API takes it. */
  get others(): string[] {
    return this.ticked().map((box) => `${this.name}@${box.value}`);
  }

  private ticked(): HTMLInputElement[] {
    return [...this.compare.querySelectorAll("input")].filter((box) => box.checked);
  }

  private get summary(): ModelSummary | undefined {
    return this.models.find((model) => model.name === this.model.value);
  }

  private references(): Reference[] {
    const summary = this.summary;
    if (summary === undefined) return [];
    const versions = [...summary.versions].reverse().map((version) => ({ text: String(version), version }));
    const aliases = Object.entries(summary.aliases).map(([text, version]) => ({ text, version }));
    return [...versions, ...aliases];
  }

  private listVersions(): void {
    const summary = this.summary;
    const entries = this.references().map((reference) => option(reference.text, told(reference, summary)));
    this.version.replaceChildren(...entries);
    if (summary?.default !== undefined) this.version.value = String(summary.default);
    this.listOthers();
  }

  private listOthers(): void {
    const others = this.references().filter(({ text }) => text !== this.version.value);
    byId("compare-field", HTMLElement).hidden = others.length === 0;
    this.compare.replaceChildren(
      ...others.map((reference) => {
        const box = make("input", { type: "checkbox", value: reference.text });
        const spot = make("span");
        box.addEventListener("change", () => {
          for (const label of this.compare.querySelectorAll("label span")) label.replaceChildren();
          for (const [index, each] of this.ticked().entries()) {
            each.parentElement?.querySelector("span")?.replaceChildren(swatch(otherColor(index)));
          }
          this.onCompare();
        });
        return make("label", {}, box, told(reference, undefined), spot);
      }),
    );
  }
}

function told({ text, version }: Reference, summary: ModelSummary | undefined): string {
  if (text !== String(version)) return `${text} (version ${version})`;
  return `version ${text}${summary?.default === version ? ", the one that serves" : ""}`;
}
