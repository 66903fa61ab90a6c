// Any bytes as a catalogue file: either a Catalog that makes a Resolver, or diagnostics; never a crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "exporter/signals/catalog.h"
#include "exporter/signals/resolver.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const exporter::CatalogResult result = exporter::parse_catalog(std::string(data, data + size), "my_app.yml");
  if (result.catalog.has_value() != result.diagnostics.empty()) std::abort();
  if (!result.catalog) return 0;
  // What the reader lets pass must work to the end.
  const auto resolver = exporter::Resolver::create(*result.catalog, exporter::Config{});
  if (!resolver.ok()) std::abort();
  for (const auto dialect : {remote_read::Dialect::prometheus, remote_read::Dialect::deepflow}) {
    for (const exporter::Selector& selector : resolver->selectors(dialect)) {
      if (!remote_read::parse_selector(remote_read::to_string(selector.matchers)).ok()) std::abort();
    }
  }
  for (const exporter::SignalSpec& spec : result.catalog->signals) {
    if (spec.entity_labels.empty() || spec.metrics.empty()) std::abort();
    rca::Labels labels{{"__name__", spec.metrics.front()}};
    rca::set_label(labels, spec.entity_labels.front(), "e");
    (void)resolver->resolve(labels);
  }
  return 0;
}
