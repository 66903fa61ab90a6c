// The little of the HTTP API of Prometheus that the tests need.
export type Labels = Record<string, string>;

export interface Series {
  metric: Labels;
}

export interface Rule {
  name: string;
  query: string;
  type: 'alerting' | 'recording';
  health: string;
  lastError?: string;
  labels: Labels;
  annotations?: Labels;
}

export interface RuleGroup {
  name: string;
  file: string;
  rules: Rule[];
}

interface Answer<T> {
  status: string;
  error?: string;
  data: T;
}

export class Prometheus {
  constructor(private readonly url: string) {}

  private async get<T>(path: string, parameters: Record<string, string>): Promise<T> {
    const response = await fetch(`${this.url}${path}?${new URLSearchParams(parameters).toString()}`);
    const answer = (await response.json()) as Answer<T>;
    if (answer.status !== 'success') {
      throw new Error(`${path} ${JSON.stringify(parameters)}: ${answer.error ?? response.statusText}`);
    }
    return answer.data;
  }

  async query(expr: string): Promise<Series[]> {
    return (await this.get<{ result: Series[] }>('/api/v1/query', { query: expr })).result;
  }

  async queryRange(expr: string, seconds: number): Promise<Series[]> {
    const end = Date.now() / 1000;
    const parameters = { query: expr, start: String(end - seconds), end: String(end), step: '5' };
    return (await this.get<{ result: Series[] }>('/api/v1/query_range', parameters)).result;
  }

  async labelValues(label: string, match: string): Promise<string[]> {
    return this.get<string[]>(`/api/v1/label/${label}/values`, { 'match[]': match });
  }

  async rules(): Promise<RuleGroup[]> {
    return (await this.get<{ groups: RuleGroup[] }>('/api/v1/rules', {})).groups;
  }

  async targets(): Promise<string[]> {
    const active = (
      await this.get<{ activeTargets: { scrapeUrl: string; health: string; lastError: string }[] }>('/api/v1/targets', {
        state: 'active',
      })
    ).activeTargets;
    for (const target of active) {
      if (target.health !== 'up') throw new Error(`target ${target.scrapeUrl} is ${target.health}: ${target.lastError}`);
    }
    return active.map((target) => target.scrapeUrl);
  }
}

// Names of the series that the targets expose now: what somebody emits, whatever Prometheus still remembers.
export async function emittedNames(scrapeUrls: string[]): Promise<Set<string>> {
  // What Prometheus itself says of a scrape.
  const names = new Set<string>(['up', 'scrape_samples_scraped', 'scrape_duration_seconds']);
  for (const url of scrapeUrls) {
    const text = await (await fetch(url)).text();
    for (const line of text.split('\n')) {
      const name = /^([a-zA-Z_:][a-zA-Z0-9_:]*)[{ ]/.exec(line)?.[1];
      if (name !== undefined) names.add(name);
    }
  }
  return names;
}
