import { dateTimeFormat, formattedValueToString, getValueFormat, systemDateFormats } from '@grafana/data';
import type { TimeZone } from '@grafana/schema';

import { UNKNOWN, type Role } from '../data';

/** 0.934 → "93 %". What is possible is never shown as 0 %, and what is not certain never as 100 %. */
export function probabilityText(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) {
    return '–';
  }
  if (value > 0 && value < 0.005) {
    return '< 1 %';
  }
  if (value < 1 && value >= 0.995) {
    return '> 99 %';
  }
  return `${Math.round(value * 100)} %`;
}

/**
 * The diagnosis gives two probabilities that differ, so wherever one stands its label says which: that the entity is the
 * root cause, whatever its fault (`rca_root_cause_score` of the consensus), and that it is the root cause with the fault
 * named beside it (`rca_fault_class_probability`).
 */
export const ENTITY_PROBABILITY = 'Probability of the entity';
export const FAULT_PROBABILITY = 'Probability of entity and fault';

export const entityChance = (probability: number | undefined): string => `entity ${probabilityText(probability)}`;
export const faultChance = (probability: number | undefined): string => `entity and fault ${probabilityText(probability)}`;

/** Of a change: that it brought the incident about. */
export const likelihoodText = (likelihood: number): string => `likelihood ${probabilityText(likelihood)}`;

/** A share that may exceed 1, such as a consumed error budget. */
export function shareText(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) {
    return '–';
  }
  return Math.abs(value) < 0.1 ? `${(value * 100).toPrecision(2)} %` : `${Math.round(value * 100)} %`;
}

/** `compute_saturation` → "compute saturation". */
export const words = (name: string): string => name.replaceAll('_', ' ');

/** A fault class or an entity in a sentence. */
export const nameText = (name: string | undefined): string => (!name || name === UNKNOWN ? 'unknown' : words(name));

const ROLE_TEXT: Record<Role, string> = {
  root_cause: 'root cause',
  contributing_factor: 'contributing factor',
  symptom: 'symptom',
};

export const roleText = (role: Role): string => ROLE_TEXT[role];

export const timeText = (time: number | undefined, timeZone?: TimeZone): string =>
  time === undefined || !Number.isFinite(time) ? '–' : dateTimeFormat(time, { timeZone });

/** A time of the day of `now` without its date. */
export function shortTimeText(time: number | undefined, now: number | undefined, timeZone?: TimeZone): string {
  if (time === undefined || now === undefined || !Number.isFinite(time)) {
    return timeText(time, timeZone);
  }
  const day = (at: number): string => dateTimeFormat(at, { timeZone, format: 'YYYY-MM-DD' });
  return day(time) === day(now) ? dateTimeFormat(time, { timeZone, format: systemDateFormats.interval.second }) : timeText(time, timeZone);
}

/** Milliseconds → "4 min"; negative ones, which only clocks that differ give, are 0. */
export function durationText(milliseconds: number | undefined): string {
  if (milliseconds === undefined || !Number.isFinite(milliseconds)) {
    return '–';
  }
  return formattedValueToString(getValueFormat('s')(Math.max(0, milliseconds) / 1000, 1));
}
