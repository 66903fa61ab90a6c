// A diagnosis as JSON: in the store's documents and in reports. For this folder only.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "common/result.h"
#include "exporter/incident/incident.h"

namespace exporter {

using Json = nlohmann::ordered_json;

// Instants are RFC 3339 (null: none), numbers that are not finite null; the names are those of diagnosis_fields.h.
Json to_json(const rca::Diagnosis& diagnosis);
Json to_json(const Impact& impact);
Json to_json(const Recurrence& recurrence);
Json to_json(const ActionCheck& check);

// How the store's documents are laid out; a reader of a later version knows by it what it reads.
inline constexpr int kDocumentVersion = 1;
// Of one diagnosis in the store: what is less likely than these is left out.
inline constexpr std::size_t kMaxStoredEntities = 30;
inline constexpr std::size_t kMaxStoredClasses = 60;
inline constexpr std::size_t kMaxStoredEvidence = 12;  // of one entity or class

// Diagnosis (if there is one), impact, recurrence and checks of an incident; UTF-8.
std::string findings_document(const Incident& incident);
// Fills them in. Fields that the document lacks keep their defaults, those that it has too many are passed over.
// Errors: malformed (no JSON object); the incident stays as it was.
rca::Result<void> read_findings_document(const std::string& document, Incident& incident);

}  // namespace exporter
