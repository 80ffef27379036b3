// Runs a job over and over as it is asked for, one at a time: what came while it ran is done once, by what is then true.

export class Latest {
  private running = false;
  private again = false;

  constructor(private readonly job: () => Promise<void>) {}

  async ask(): Promise<void> {
    this.again = true;
    if (this.running) return;
    this.running = true;
    try {
      while (this.again) {
        this.again = false;
        await this.job();
      }
    } finally {
      this.running = false;
    }
  }
}
