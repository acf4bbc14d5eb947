/**
 * The WebSocket: says hello, resumes or says that it could not, comes back after a loss.
 *
 * It is live only while the server is heard: pings come every 10 s of silence, so silence
 * of 25 s is stale, and of 40 s a loss, whatever the socket believes.
 */
import {
  type ClientMessage,
  PROTOCOL,
  parseMessage,
  type ServerMessage,
  type View,
} from "./protocol";
import type { Connection } from "./store";

export const STALE_AFTER_MS = 25_000;
export const LOST_AFTER_MS = 40_000;
const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 10_000;

/** Wait before the n-th try: doubling, with a quarter of chance so that pages spread. */
export function waitBefore(attempt: number, chance: number): number {
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempt, 10));
  return wait * (0.75 + 0.5 * chance);
}

/** What the stream needs of a socket; tests bring their own. */
export interface Socket {
  binaryType: string;
  readyState: number;
  send(data: string): void;
  close(code?: number): void;
  onopen: ((event: Event) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
}

export interface Heard {
  message(message: ServerMessage): void;
  frame(bytes: ArrayBuffer): void;
  connection(state: Connection): void;
  /** The stream begins anew: nothing that was held may be used as the base of a delta. */
  anew(): void;
  refused(error: unknown): void;
}

export class Stream {
  private socket: Socket | null = null;
  private views: View[] = [];
  private level = 0;
  private step = 0;
  private resume: { epoch: string; offset: number } | undefined;
  private welcomed = false;
  private attempt = 0;
  private heardAt = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;
  private closed = false;

  constructor(
    private readonly open: () => Socket,
    private readonly heard: Heard,
    private readonly now: () => number = () => performance.now(),
  ) {}

  start(): void {
    this.watch = setInterval(() => this.look(), 1000);
    this.connect();
  }

  dispose(): void {
    this.closed = true;
    clearTimeout(this.retry);
    clearInterval(this.watch);
    this.socket?.close();
  }

  /** Ask for other views; they are asked for again after each reconnect. */
  subscribe(views: View[], level: number, step: number): void {
    this.views = views;
    this.level = level;
    this.step = step;
    if (this.welcomed) this.ask();
  }

  cursor(step: number): void {
    this.step = step;
    if (this.welcomed) this.send({ type: "cursor", step });
  }

  /** Start the views over with keyframes: what was held cannot be trusted. */
  restart(): void {
    if (!this.welcomed) return;
    this.heard.anew();
    this.send({ type: "subscribe", views: [], level: this.level });
    this.ask();
  }

  private connect(): void {
    this.welcomed = false;
    const socket = this.open();
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    this.heardAt = this.now();
    socket.onopen = () => {
      if (this.socket !== socket) return;
      this.send({ type: "hello", protocol: PROTOCOL, ...(this.resume && { resume: this.resume }) });
    };
    socket.onmessage = (event) => {
      if (this.socket === socket) this.receive(event.data as string | ArrayBuffer);
    };
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  }

  private receive(data: string | ArrayBuffer): void {
    this.heardAt = this.now();
    if (typeof data !== "string") {
      this.heard.frame(data);
      return;
    }
    let message: ServerMessage;
    try {
      message = parseMessage(data);
    } catch (error) {
      this.heard.refused(error);
      return;
    }
    if ("offset" in message && this.resume) this.resume.offset = message.offset;
    if (message.type === "welcome") this.begin(message.epoch, message.offset);
    if (message.type === "ping") this.send({ type: "pong" });
    this.heard.message(message);
    if (this.welcomed) this.heard.connection("live");
  }

  private begin(epoch: string, offset: number): void {
    this.resume = { epoch, offset };
    this.welcomed = true;
    this.attempt = 0;
    this.heard.anew(); // frames are cheap to send again; stale deltas are not worth the risk
    this.ask();
  }

  private ask(): void {
    this.send({ type: "subscribe", views: this.views, level: this.level });
    this.send({ type: "cursor", step: this.step });
  }

  private send(message: ClientMessage): void {
    if (this.socket?.readyState === 1) this.socket.send(JSON.stringify(message));
  }

  private look(): void {
    const silent = this.now() - this.heardAt;
    if (!this.welcomed) {
      if (this.socket && silent > LOST_AFTER_MS) this.lost();
      return;
    }
    if (silent > LOST_AFTER_MS) this.lost();
    else if (silent > STALE_AFTER_MS) this.heard.connection("stale");
  }

  private lost(): void {
    const old = this.socket;
    this.socket = null;
    this.welcomed = false;
    if (old) old.onclose = null;
    old?.close();
    if (this.closed) return;
    this.heard.connection("reconnecting");
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), waitBefore(this.attempt++, Math.random()));
  }
}
