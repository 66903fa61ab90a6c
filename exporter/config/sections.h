// The sections of the configuration file, one reader each. Internal to exporter/config.
#pragma once

#include "exporter/config/config.h"
#include "exporter/config/yaml_reader.h"

namespace exporter {

// Names that become label values and parts of URLs: letters, digits, "_", "-", ".", at most 63.
bool is_plain_name(std::string_view name);

// Each reads its value into `config` and reports what is wrong.
void read_evaluation(const YamlValue& value, Config& config);
void read_sources(const YamlValue& value, Config& config);
void read_slos(const YamlValue& value, Config& config);
void read_drift(const YamlValue& value, const ConfigChecks& checks, Config& config);
void read_spc(const YamlValue& value, Config& config);

}  // namespace exporter
