// Runs a job over and over as it is asked for, one at a time: what came while it ran is done once, by what is then true.

export class Latest {
  private running = false;
  private again = false;

  /** `onBusy` is told when it begins to run, and when nothing is left to do. */
  constructor(
    private readonly job: () => Promise<void>,
    private readonly onBusy: (busy: boolean) => void,
  ) {}

  async ask(): Promise<void> {
    this.again = true;
    if (this.running) return;
    this.running = true;
    this.onBusy(true);
    try {
      while (this.again) {
        this.again = false;
        await this.job();
      }
    } finally {
      this.running = false;
      this.onBusy(false);
    }
  }
}
