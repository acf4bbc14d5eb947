/** The HTTP routes; what they answer is in api_types.ts. */
import type {
  ChangeInfo,
  FailureBody,
  PointInfo,
  SensorReadings,
  SiteInfo,
  TableInfo,
} from "./api_types";
import type { Failure } from "./protocol";

/** An answer that is not 200, with what the server said about it. */
export class RequestFailed extends Error {
  override name = "RequestFailed";
  constructor(
    readonly status: number,
    readonly failure: Failure,
  ) {
    super(`${failure.where}: ${failure.what}`);
  }
}

type Query = Record<string, string | number>;

function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams(
    Object.entries(query).map(([key, value]) => [key, String(value)]),
  ).toString();
  return search ? `${path}?${search}` : path;
}

async function ask(path: string, query?: Query, signal?: AbortSignal): Promise<Response> {
  const url = address(path, query);
  const answer = await fetch(url, { credentials: "same-origin", signal: signal ?? null });
  if (answer.ok) return answer;
  const body = (await answer.json().catch(() => null)) as FailureBody | null;
  throw new RequestFailed(
    answer.status,
    body?.error ?? { what: answer.statusText, where: path, why: `HTTP ${answer.status}`, mend: "" },
  );
}

async function json<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> {
  return (await ask(path, query, signal)).json() as Promise<T>;
}

export function fetchSite(): Promise<SiteInfo> {
  return json("/api/site");
}

export async function fetchHeights(
  surface: string,
  level: number,
  ty: number,
  tx: number,
  signal: AbortSignal,
): Promise<ArrayBuffer> {
  const path = `/api/terrain/${encodeURIComponent(surface)}/${level}/${ty}/${tx}`;
  return (await ask(path, undefined, signal)).arrayBuffer();
}

export function fetchPoint(query: Query, signal: AbortSignal): Promise<PointInfo> {
  return json("/api/point", query, signal);
}

export function fetchIndicators(run: string): Promise<TableInfo> {
  return json("/api/indicators", { run });
}

export function fetchChange(a: string, b: string, move: string): Promise<ChangeInfo> {
  return json("/api/change", { a, b, move });
}

export function fetchReadings(sensor: string, hours: number): Promise<SensorReadings> {
  return json(`/api/sensors/${encodeURIComponent(sensor)}/readings`, { hours });
}

/** What to tell people of anything that was thrown. */
export function failureOf(error: unknown, where: string): Failure {
  if (error instanceof RequestFailed) return error.failure;
  return { what: error instanceof Error ? error.message : String(error), where, why: "", mend: "" };
}
