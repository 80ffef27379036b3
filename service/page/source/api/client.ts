// Asks the API; with keys on, each request brings the key, which is kept here and nowhere else.

import type { Card, ModelList, PredictRequest, PredictResponse, Problem } from "./shapes";

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

const UNREACHABLE: Problem = {
  title: "The service can't be reached",
  status: 0,
  detail: "no answer came: it may have been stopped, or the network is down",
};

/** Asks people for a key, after the reason; undefined where they will not give one. */
export type AskForKey = (reason: string) => Promise<string | undefined>;

export class Client {
  private key: string | undefined;
  private asking: Promise<string | undefined> | undefined;

  constructor(private readonly askForKey: AskForKey) {}

  get hasKey(): boolean {
    return this.key !== undefined;
  }

  models(): Promise<ModelList> {
    return this.json("models");
  }

  card(name: string, version: number): Promise<Card> {
    return this.json(`models/${name}/versions/${version}`);
  }

  async picture(name: string, version: number, plot: string): Promise<Blob> {
    return (await this.ask(`models/${name}/versions/${version}/plots/${encodeURIComponent(plot)}`)).blob();
  }

  predict(request: PredictRequest): Promise<PredictResponse> {
    const headers = { "Content-Type": "application/json" };
    return this.json("predict", { method: "POST", headers, body: JSON.stringify(request) });
  }

  private async json<T>(path: string, init: RequestInit = {}): Promise<T> {
    return (await (await this.ask(path, init)).json()) as T;
  }

  /** Paths are relative, as a proxy may serve all of this below a path of its own. */
  private async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const used = this.key;
    const headers = new Headers(init.headers);
    headers.set("Accept", "application/json");
    if (used !== undefined) headers.set("Authorization", `Bearer ${used}`);
    let answer: Response;
    try {
      answer = await fetch(path, { ...init, headers, credentials: "omit" });
    } catch {
      throw new ProblemError(UNREACHABLE);
    }
    if (answer.ok) return answer;
    const problem = await problemOf(answer);
    // Several requests may be refused at once: people are asked once, and all of them are sent again.
    if (answer.status === 401 && (used !== this.key || (await this.newKey(problem.detail)))) return this.ask(path, init);
    throw new ProblemError(problem);
  }

  private async newKey(reason: string): Promise<boolean> {
    this.asking ??= this.askForKey(reason).finally(() => (this.asking = undefined));
    const key = await this.asking;
    if (key !== undefined) this.key = key;
    return key !== undefined;
  }
}

async function problemOf(answer: Response): Promise<Problem> {
  try {
    const problem = (await answer.json()) as Partial<Problem>;
    if (typeof problem.detail === "string") return { title: "Refused", status: answer.status, ...problem } as Problem;
  } catch {
    // A proxy's page: the status says all there is.
  }
  return { title: "Refused", status: answer.status, detail: `the answer had status ${answer.status}, without a reason` };
}
