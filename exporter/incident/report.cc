#include "exporter/incident/report.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "exporter/incident/score.h"
#include "exporter/incident/sli.h"
#include "exporter/incident/time_text.h"

namespace exporter {
namespace {

using Json = nlohmann::ordered_json;

std::string number(double value) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.4g", value);
  return buffer.data();
}

std::string plural(std::int64_t count, std::string_view unit) {
  return std::to_string(count) + " " + std::string(unit) + (count == 1 ? "" : "s");
}

std::string duration(std::int64_t ms) {
  const std::int64_t seconds = std::max<std::int64_t>(ms, 0) / 1000;
  if (seconds < 120) return plural(seconds, "second");
  if (seconds < 7200) return plural(seconds / 60, "minute");
  return plural(seconds / 3600, "hour") + " " + plural(seconds / 60 % 60, "minute");
}

std::string with_unit(double value, const std::string& unit) {
  if (unit.empty()) return number(value);
  std::string words = unit;
  std::replace(words.begin(), words.end(), '_', ' ');
  return number(value) + (words == "ratio" ? "" : " " + words);
}

bool word_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// CommonMark and GitHub's tables: nothing in `text` is markup afterwards. Underscores inside words are plain already.
std::string markdown(std::string_view text) {
  constexpr std::string_view kSpecial = "\\`*[]<>|&~#!";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += ' ';
      continue;
    }
    const bool inner = c == '_' && i > 0 && i + 1 < text.size() && word_char(text[i - 1]) && word_char(text[i + 1]);
    if (kSpecial.find(c) != std::string_view::npos || (c == '_' && !inner)) out += '\\';
    out += c;
  }
  return out;
}

bool lower_breaks(const Incident& incident) {
  return incident.sli == sli_name(SliKind::availability) || incident.sli == sli_name(SliKind::throughput) ||
         incident.sli == sli_name(SliKind::quality);
}

// "95th percentile of time to first token".
std::string indicator(const Incident& incident) {
  std::string words = incident.sli;
  std::replace(words.begin(), words.end(), '_', ' ');
  if (words.empty() || incident.quantile <= 0) return words;
  const double percent = std::round(incident.quantile * 1e6) / 1e4;
  std::string ordinal = "th";
  const auto whole = static_cast<std::int64_t>(percent);
  if (percent == std::floor(percent) && whole / 10 != 1) {
    if (whole % 10 == 1) ordinal = "st";
    if (whole % 10 == 2) ordinal = "nd";
    if (whole % 10 == 3) ordinal = "rd";
  }
  return number(percent) + ordinal + " percentile of " + words;
}

std::vector<rca::ChangeEvent> changes_around(const Incident& incident, std::span<const rca::ChangeEvent> changes,
                                             const ReportOptions& options) {
  const std::int64_t first = incident.onset_ms - options.changes_before_ms;
  const std::int64_t last = incident.open() ? options.now_ms : incident.resolved_ms;
  std::vector<rca::ChangeEvent> found;
  for (const rca::ChangeEvent& change : changes) {
    if (change.time_ms >= first && change.time_ms <= last) found.push_back(change);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.time_ms < b.time_ms; });
  return found;
}

std::string describe(const rca::ChangeEvent& change) {
  std::string text = change.kind + " of " + change.entity;
  if (!change.from.empty()) text += " from " + change.from;
  if (!change.to.empty()) text += " to " + change.to;
  return text;
}

struct TimelineEntry {
  std::int64_t time_ms;
  std::string text;
};

const rca::Ranking* answer_ranking(const Incident& incident) {
  const auto it = std::find_if(incident.rankings.begin(), incident.rankings.end(),
                               [&](const rca::Ranking& ranking) { return ranking.method == incident.answer_method; });
  return it == incident.rankings.end() ? nullptr : &*it;
}

std::vector<TimelineEntry> timeline(const Incident& incident, std::span<const rca::ChangeEvent> changes,
                                    const ReportOptions& options) {
  std::vector<TimelineEntry> entries;
  for (const rca::ChangeEvent& change : changes_around(incident, changes, options)) {
    entries.push_back({change.time_ms, "Change: " + describe(change)});
  }
  entries.push_back({incident.onset_ms, "Onset (estimated)"});
  if (const rca::Ranking* ranking = answer_ranking(incident); ranking != nullptr) {
    const std::size_t count = std::min(ranking->signals.size(), options.top_k);
    for (std::size_t i = 0; i < count; ++i) {
      const rca::Candidate& candidate = ranking->signals[i];
      if (candidate.evidence.since_ms <= 0) continue;
      entries.push_back({candidate.evidence.since_ms, candidate.signal + " of " + candidate.entity + " deviates"});
    }
  }
  entries.push_back({incident.detected_ms, incident.source == IncidentSource::alertmanager
                                               ? "Detected: alert " + incident.alert + " fired"
                                               : "Detected: the objective was broken for long enough"});
  if (!incident.open()) entries.push_back({incident.resolved_ms, "Resolved"});
  std::stable_sort(entries.begin(), entries.end(),
                   [](const TimelineEntry& a, const TimelineEntry& b) { return a.time_ms < b.time_ms; });
  return entries;
}

Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json time_or_null(std::int64_t ms) {
  return ms > 0 ? Json(format_time(ms)) : Json(nullptr);
}

// Text from methods and old files may hold anything; JSON must be UTF-8.
std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json candidates_json(const std::vector<rca::Candidate>& candidates, std::size_t top_k) {
  Json list = Json::array();
  const std::vector<double> shares = score_shares(candidates, top_k);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const rca::Candidate& candidate = candidates[i];
    const rca::Evidence& evidence = candidate.evidence;
    list.push_back(Json{{"rank", i + 1},
                        {"entity", candidate.entity},
                        {"signal", candidate.signal},
                        {"score", finite(candidate.score)},
                        {"share", shares[i]},
                        {"evidence",
                         {{"before", finite(evidence.before)},
                          {"after", finite(evidence.after)},
                          {"scale", finite(evidence.scale)},
                          {"deviation", finite(evidence.deviation)},
                          {"since", time_or_null(evidence.since_ms)},
                          {"text", evidence.text}}}});
  }
  return list;
}

Json summary_json(const Incident& incident) {
  const rca::Candidate* answer = incident.answer();
  Json json{{"id", incident.id},
            {"slo", incident.slo},
            {"source", incident.source == IncidentSource::slo ? "slo" : "alertmanager"},
            {"state", incident.open() ? "open" : "resolved"},
            {"onset", time_or_null(incident.onset_ms)},
            {"detected", time_or_null(incident.detected_ms)},
            {"resolved", time_or_null(incident.resolved_ms)},
            {"sli", incident.sli},
            {"quantile", incident.quantile > 0 ? Json(incident.quantile) : Json(nullptr)},
            {"unit", incident.unit},
            {"scope", incident.scope},
            {"sli_value", finite(incident.sli_value)},
            {"threshold", finite(incident.threshold)},
            {"alert", incident.alert},
            {"summary", incident.summary},
            {"answer_method", incident.answer_method}};
  json["answer"] =
      answer == nullptr
          ? Json(nullptr)
          : Json{{"entity", answer->entity}, {"signal", answer->signal}, {"evidence", answer->evidence.text}};
  return json;
}

Json full_json(const Incident& incident, std::size_t top_k) {
  Json json = summary_json(incident);
  Json rankings = Json::array();
  for (const rca::Ranking& ranking : incident.rankings) {
    rankings.push_back(Json{{"method", ranking.method},
                            {"entities", candidates_json(ranking.entities, top_k)},
                            {"signals", candidates_json(ranking.signals, top_k)}});
  }
  json["rankings"] = std::move(rankings);
  return json;
}

std::string candidate_row(std::size_t rank, double share, const rca::Candidate& candidate) {
  const rca::Evidence& evidence = candidate.evidence;
  return "| " + std::to_string(rank) + " | " + markdown(candidate.entity) + " | " + markdown(candidate.signal) + " | " +
         number(share) + " | " + number(evidence.before) + " | " + number(evidence.after) + " | " +
         number(evidence.deviation) + " | " + (evidence.since_ms > 0 ? format_time(evidence.since_ms) : "") + " | " +
         markdown(evidence.text) + " |\n";
}

std::string ranking_markdown(const Incident& incident, const rca::Ranking& ranking, std::size_t top_k) {
  constexpr std::string_view kHead =
      "| rank | entity | signal | share of score | before | after | deviations | since | evidence |\n"
      "| ---: | --- | --- | ---: | ---: | ---: | ---: | --- | --- |\n";
  std::string out = "### " + markdown(ranking.method);
  if (ranking.method == incident.answer_method) out += " (names the answer)";
  out += "\n\n";
  if (ranking.entities.empty() && ranking.signals.empty()) return out + "No candidates.\n\n";
  for (const auto& [title, candidates] :
       {std::pair("Entities", &ranking.entities), std::pair("Signals", &ranking.signals)}) {
    out += std::string(title) + ":\n\n" + std::string(kHead);
    const std::vector<double> shares = score_shares(*candidates, top_k);
    for (std::size_t i = 0; i < shares.size(); ++i) out += candidate_row(i + 1, shares[i], (*candidates)[i]);
    out += "\n";
  }
  return out;
}

}  // namespace

std::string problem_statement(const Incident& incident, std::int64_t now_ms) {
  const std::string scope = incident.scope.empty() ? "the whole service" : incident.scope;
  std::string text;
  if (incident.sli.empty()) {
    text = "Alert " + incident.alert + " fired";
    if (!incident.summary.empty()) text += " (" + incident.summary + ")";
  } else {
    text = "The " + indicator(incident) + " of " + scope;
    if (std::isnan(incident.sli_value)) {
      text += " has an objective of " + with_unit(incident.threshold, incident.unit) + " and no value yet";
    } else {
      text += " went as far as " + with_unit(incident.sli_value, incident.unit) + " while the objective is at " +
              (lower_breaks(incident) ? "least " : "most ") + with_unit(incident.threshold, incident.unit);
    }
    if (!incident.alert.empty()) text += "; alert " + incident.alert + " opened the incident";
  }
  text += ", since " + format_time(incident.onset_ms);
  if (incident.open()) {
    text += "; it is still open after " + duration(now_ms - incident.onset_ms);
  } else {
    text +=
        " until " + format_time(incident.resolved_ms) + " (" + duration(incident.resolved_ms - incident.onset_ms) + ")";
  }
  return text + ".";
}

std::string report_markdown(const Incident& incident, std::span<const rca::ChangeEvent> changes,
                            const ReportOptions& options) {
  std::string out = "# Incident " + markdown(incident.id) + "\n\n## Problem statement\n\n" +
                    markdown(problem_statement(incident, options.now_ms)) + "\n\n";
  out += "## Root cause\n\n";
  if (const rca::Candidate* answer = incident.answer(); answer != nullptr) {
    out += "**" + markdown(answer->entity) + "**, by its " + markdown(answer->signal) + " (method " +
           markdown(incident.answer_method) + ")";
    out += answer->evidence.text.empty() ? ".\n\n" : ": " + markdown(answer->evidence.text) + "\n\n";
  } else {
    out += "Not known yet.\n\n";
  }
  out += "## Timeline (UTC)\n\n| time | event |\n| --- | --- |\n";
  for (const TimelineEntry& entry : timeline(incident, changes, options)) {
    out += "| " + format_time(entry.time_ms) + " | " + markdown(entry.text) + " |\n";
  }
  out += "\n## Ranking\n\n";
  if (incident.rankings.empty()) out += "No method has run yet.\n\n";
  for (const rca::Ranking& ranking : incident.rankings) out += ranking_markdown(incident, ranking, options.top_k);
  out += "## Changes\n\n";
  const std::vector<rca::ChangeEvent> around = changes_around(incident, changes, options);
  if (around.empty()) return out + "None was reported around the incident.\n";
  out += "| time | kind | entity | from | to |\n| --- | --- | --- | --- | --- |\n";
  for (const rca::ChangeEvent& change : around) {
    out += "| " + format_time(change.time_ms) + " | " + markdown(change.kind) + " | " + markdown(change.entity) +
           " | " + markdown(change.from) + " | " + markdown(change.to) + " |\n";
  }
  return out;
}

std::string report_json(const Incident& incident, std::span<const rca::ChangeEvent> changes,
                        const ReportOptions& options) {
  Json json{{"problem_statement", problem_statement(incident, options.now_ms)},
            {"incident", full_json(incident, options.top_k)}};
  Json entries = Json::array();
  for (const TimelineEntry& entry : timeline(incident, changes, options)) {
    entries.push_back(Json{{"time", format_time(entry.time_ms)}, {"event", entry.text}});
  }
  json["timeline"] = std::move(entries);
  Json events = Json::array();
  for (const rca::ChangeEvent& change : changes_around(incident, changes, options)) {
    events.push_back(Json{{"time", format_time(change.time_ms)},
                          {"kind", change.kind},
                          {"entity", change.entity},
                          {"from", change.from},
                          {"to", change.to}});
  }
  json["changes"] = std::move(events);
  return dump(json);
}

std::string incident_json(const Incident& incident, std::size_t top_k) {
  return dump(full_json(incident, top_k));
}

std::string incidents_json(std::span<const Incident> incidents) {
  Json list = Json::array();
  for (const Incident& incident : incidents) list.push_back(summary_json(incident));
  return dump(Json{{"incidents", std::move(list)}});
}

}  // namespace exporter
