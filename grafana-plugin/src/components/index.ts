export { DataLink, linksOf } from './DataLink';
export { download, isoTime, toCsv, toJson, type Cell, type ExportTable } from './export';
export { ExportButton } from './ExportButton';
export { Facts, type Fact } from './Facts';
export {
  durationText,
  ENTITY_PROBABILITY,
  entityChance,
  FAULT_PROBABILITY,
  faultChance,
  likelihoodText,
  nameText,
  probabilityText,
  roleText,
  shareText,
  shortTimeText,
  timeText,
  words,
} from './format';
export { IncidentHeader } from './IncidentHeader';
export { addIncidentOptions } from './options';
export { PanelShell, StatusMessage } from './PanelShell';
export { RoleBadge } from './RoleBadge';
export { defaultIncidentOptions, modelOf, statusOf, wantedIncident, type IncidentOptions, type ShellStatus, type Status } from './status';
