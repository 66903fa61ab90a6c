// Where the pages of docs/ are published. alerts/set-docs-url.sh writes your own address here and into the rules.
export const docsBaseUrl = 'https://rca-exporter.example/docs';

// The dashboard's variable; Grafana puts the cell's value in.
export const reportUrl = '${exporter_url}/api/v1/incidents/${__value.raw}/report';

// To another of our dashboards, with the same data source and times. `variables`: what else goes along, as in a URL.
export const boardUrl = (uid: string, variables = ''): string =>
  `/d/${uid}?\${datasource:queryparam}&\${__url_time_range}${variables && `&${variables}`}`;

// The cell holds the id of an incident.
export const incidentUrl = boardUrl('rca-incident', 'var-incident=${__value.raw}');

// The cell holds the name of an SLO.
export const budgetUrl = boardUrl('llm-slo', 'var-slo=${__value.raw}');
