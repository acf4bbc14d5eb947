import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ServerMessage } from "../src/protocol";
import type { Connection } from "../src/store";
import { LOST_AFTER_MS, type Socket, STALE_AFTER_MS, Stream, waitBefore } from "../src/stream";

class FakeSocket implements Socket {
  binaryType = "";
  readyState = 1;
  sent: { type: string; [key: string]: unknown }[] = [];
  onopen: Socket["onopen"] = null;
  onclose: Socket["onclose"] = null;
  onmessage: Socket["onmessage"] = null;
  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }
  close(): void {
    this.readyState = 3;
    this.onclose?.({} as CloseEvent);
  }
  hear(message: Record<string, unknown> | ArrayBuffer): void {
    const data = message instanceof ArrayBuffer ? message : JSON.stringify(message);
    this.onmessage?.({ data } as MessageEvent);
  }
}

const welcome = { type: "welcome", protocol: 1, epoch: "a", offset: 7, resumed: false, why: "" };
let sockets: FakeSocket[];
let states: Connection[];
let messages: ServerMessage[];
let begun: number;
let stream: Stream;
const last = () => sockets.at(-1) as FakeSocket;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  states = [];
  messages = [];
  begun = 0;
  const open = () => {
    sockets.push(new FakeSocket());
    return last();
  };
  const heard = {
    message: (message: ServerMessage) => messages.push(message),
    frame: () => undefined,
    connection: (state: Connection) => states.push(state),
    anew: () => begun++,
    refused: () => undefined,
  };
  stream = new Stream(open, heard, () => Date.now());
  stream.start();
  last().onopen?.({} as Event);
});

afterEach(() => {
  stream.dispose();
  vi.useRealTimers();
});

describe("the stream", () => {
  test("says hello, and asks for its views once it is welcome", () => {
    stream.subscribe([{ run: "plan", layer: "soil" }], 0, 3);
    expect(last().sent.map((m) => m.type)).toEqual(["hello"]);

    last().hear(welcome);

    expect(last().sent.map((m) => m.type)).toEqual(["hello", "subscribe", "cursor"]);
    expect(last().sent[2]).toEqual({ type: "cursor", step: 3 });
    expect(states.at(-1)).toBe("live");
  });

  test("is not live before the server said welcome", () => {
    expect(states).not.toContain("live");
  });

  test("answers pings", () => {
    last().hear(welcome);
    last().hear({ type: "ping", offset: 7 });

    expect(last().sent.at(-1)).toEqual({ type: "pong" });
  });

  test("comes back after a loss, resumes where it was, and begins its frames anew", () => {
    last().hear(welcome);
    last().hear({ type: "ping", offset: 12 });
    last().close();
    expect(states.at(-1)).toBe("reconnecting");

    vi.advanceTimersByTime(1000);
    expect(sockets).toHaveLength(2);
    last().onopen?.({} as Event);

    expect(last().sent[0]).toMatchObject({ type: "hello", resume: { epoch: "a", offset: 12 } });
    last().hear({ ...welcome, epoch: "b" });
    expect(begun).toBe(2);
    expect(states.at(-1)).toBe("live");
  });

  test("silence is first stale, then a loss, whatever the socket believes", () => {
    last().hear(welcome);

    vi.advanceTimersByTime(STALE_AFTER_MS + 1500);
    expect(states.at(-1)).toBe("stale");
    vi.advanceTimersByTime(LOST_AFTER_MS - STALE_AFTER_MS);
    expect(states.at(-1)).toBe("reconnecting");
  });

  test("keeps trying, ever more slowly, but never slower than 12.5 s", () => {
    const waits = [0, 1, 2, 8, 50].map((attempt) => waitBefore(attempt, 0.5));

    expect(waits).toEqual([400, 800, 1600, 10_000, 10_000]);
    expect(waitBefore(50, 1)).toBe(12_500);
  });

  test("asks for keyframes by leaving its views and asking for them again", () => {
    stream.subscribe([{ run: "plan", layer: "soil" }], 0, 3);
    last().hear(welcome);
    stream.restart();

    const asked = last().sent.filter((m) => m.type === "subscribe");
    expect(asked.map((m) => (m.views as unknown[]).length)).toEqual([1, 0, 1]);
  });
});
