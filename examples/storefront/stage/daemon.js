/*
 * A program that runs until it is stopped, with its output in a log file.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync, closeSync, readFileSync } from "node:fs";

const PATIENCE = 60_000;
const PAUSE = 50;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/* Until condition() is neither null nor undefined nor false; returns what it is. */
export async function waitFor(what, condition) {
  const end = Date.now() + PATIENCE;

  for (;;) {
    const found = await condition();
    if (found !== undefined && found !== null && found !== false) {
      return found;
    }
    if (Date.now() > end) {
      throw new Error(`waited in vain for ${what}`);
    }
    await sleep(PAUSE);
  }
}

export class Daemon {
  /*
   * log: a file; signal: what ends it; env: to add.  It runs in a session of its
   * own: a Ctrl-C is for us, and we stop all in order.  Should we die, whatever of,
   * the kernel sends it the signal.
   */
  constructor(command, args, { cwd, log, signal = "SIGTERM", env = {} }) {
    const fd = openSync(log, "a");
    const whenWeDie = ["--pdeathsig", signal.replace(/^SIG/, ""), "--"];

    this.name = command;
    this.log = log;
    this.signal = signal;
    this.process = spawn("setpriv", [...whenWeDie, command, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", fd, fd],
      detached: true,
    });
    closeSync(fd);
    this.ended = once(this.process, "exit").then(
      () => true,
      /* could not even be started: an "error" came instead */
      (error) => error,
    );
    this.hasEnded = false;
    this.ended.then(() => {
      this.hasEnded = true;
    });
  }

  logText() {
    return readFileSync(this.log, "utf8");
  }

  /* Until ready() returns something; fails when the program ends before. */
  ready(ready) {
    return waitFor(this.name, async () => {
      if (this.hasEnded) {
        throw new Error(`${this.name} ended: ${this.logText().slice(-2000)}`);
      }
      return ready();
    });
  }

  async stop() {
    const patience = setTimeout(() => this.process.kill("SIGKILL"), 20_000);

    this.process.kill(this.signal);
    await this.ended;
    clearTimeout(patience);
  }
}
