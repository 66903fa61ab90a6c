export { buildModel } from './build';
export { readSeries, type Origin, type Series } from './frames';
export { byUrgency, chooseIncident } from './incidents';
export * from './model';
export { addNotice, type Notice, type NoticeKind } from './notices';
export * from './queries';
export { SERIES, isSeriesName, type SeriesName } from './series';
