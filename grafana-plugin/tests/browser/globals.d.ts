interface Window {
  /** Of the page: draws another view; the text is that of an address's parameters. */
  showView(search: string): void;
}
