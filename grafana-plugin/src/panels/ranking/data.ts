// What the ranking panel draws, from the model.
import { isoTime, type ExportTable } from '../../components/export';
import { CONSENSUS, signalKey, type Incident, type RankedEntity, type RcaModel, type SignalSeries } from '../../data';

export interface RankingRow extends RankedEntity {
  /** The anomaly score of the evidence signal over the time range; undefined where it was not asked for. */
  evidence?: SignalSeries;
}

export interface Ranking {
  rows: RankingRow[];
  /** Entities beyond the limit. */
  more: number;
  /** Whether the scores are probabilities (the consensus) or shares of a method's scores. */
  calibrated: boolean;
  /** Probability that none of the entities is the cause; undefined when nothing says so. */
  unexplained?: number;
  /** Methods that there are rankings of, for the message when the wanted one is not among them. */
  methods: string[];
}

export function rankingOf(model: RcaModel, incident: Incident, method: string, limit: number): Ranking {
  const entities = incident.rankings.get(method) ?? [];
  const bound = Number.isFinite(limit) ? Math.max(1, Math.floor(limit)) : 1;
  return {
    rows: entities.slice(0, bound).map((one) => ({ ...one, evidence: model.anomalies.get(signalKey(one.entity, one.signal)) })),
    more: Math.max(0, entities.length - bound),
    calibrated: method === CONSENSUS,
    unexplained: incident.unexplained,
    methods: [...incident.rankings.keys()],
  };
}

export function exportOf(incident: Incident, method: string, rows: readonly RankingRow[]): ExportTable {
  return {
    name: `root-cause-ranking-${incident.id}`,
    columns: ['incident', 'slo', 'onset', 'method', 'rank', 'entity', 'score', 'fault_class', 'fault_class_probability', 'role', 'signal'],
    rows: rows.map((row) => [
      incident.id,
      incident.slo,
      isoTime(incident.onset),
      method,
      row.rank,
      row.entity,
      row.score,
      row.faultClass?.faultClass ?? null,
      row.faultClass?.probability ?? null,
      row.role ?? null,
      row.signal,
    ]),
  };
}
