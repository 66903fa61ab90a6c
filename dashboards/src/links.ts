// Where the pages of docs/ are published. alerts/set-docs-url.sh writes your own address here and into the rules.
export const docsBaseUrl = 'https://rca-exporter.example/docs';

// The dashboard's variable; Grafana puts the cell's value in.
export const reportUrl = '${exporter_url}/api/v1/incidents/${__value.raw}/report';
