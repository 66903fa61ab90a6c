// Configurations that are wrong: each mistake has its line, its key and its sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "exporter/config/config.h"

namespace exporter {
namespace {

// The messages for `text`, which stands under a line with a right source.
std::string mistakes(const std::string& text) {
  const ConfigResult result =
      parse_config("sources: [{url: 'http://h/read'}]\n" + text, "rca.yml",
                   {.known_methods = {"baro", "nsigma", "peer_deviation"}, .known_exporters = {"vllm", "dcgm"}});
  EXPECT_EQ(result.config.has_value(), result.diagnostics.empty());
  return to_string(result.diagnostics);
}

// The same for the inside of one source.
std::string source_mistakes(const std::string& text) {
  const ConfigResult result = parse_config("sources: [{" + text + "}]\n", "/nowhere/rca.yml");
  EXPECT_EQ(result.config.has_value(), result.diagnostics.empty());
  return to_string(result.diagnostics);
}

struct Case {
  const char* text;
  const char* message;
};
void PrintTo(const Case& mistake, std::ostream* out) {
  *out << mistake.text;
}

class Mistakes : public testing::TestWithParam<Case> {};
TEST_P(Mistakes, AreNamed) {
  EXPECT_EQ(mistakes(GetParam().text), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Config, Mistakes,
    testing::Values(
        Case{"evaluation: {intervall: 5s}", "rca.yml:2: evaluation.intervall: unknown key, did you mean \"interval\"?"},
        Case{"sloss: []", "rca.yml:2: sloss: unknown key, did you mean \"slos\"?"},
        Case{R"("sl\0s": [])", "rca.yml:2: sl s: unknown key, did you mean \"slos\"?"},
        Case{"web: {x: 1}", "rca.yml:2: web.x: unknown key; known are enable_write, enable_lifecycle"},
        Case{"web: {}\nweb: {}", "rca.yml:3: web: the key appears twice, first in line 2"},
        Case{"evaluation: 5", "rca.yml:2: evaluation: must be a map, not \"5\""},
        Case{"evaluation: [5]", "rca.yml:2: evaluation: must be a map, not a list"},
        Case{"evaluation: {interval: 5x}",
             "rca.yml:2: evaluation.interval: must be a duration such as 5s or 1h30m, not \"5x\""},
        Case{"evaluation: {interval: [5s]}",
             "rca.yml:2: evaluation.interval: must be a duration such as 5s or 1h30m, not a list"},
        Case{"evaluation: {interval: 1ms}",
             "rca.yml:2: evaluation.interval: must be a duration from 1s to 1d, not \"1ms\""},
        Case{"evaluation: {seed: -1}", "rca.yml:2: evaluation.seed: must be a whole number at least 0, not \"-1\""},
        Case{"evaluation: {max_signals: 1.5}",
             "rca.yml:2: evaluation.max_signals: must be a whole number from 1 to 10000000, not \"1.5\""},
        Case{"evaluation: {promql_semantics: open}",
             "rca.yml:2: evaluation.promql_semantics: must be one of auto, closed, left_open, not \"open\""},
        Case{"evaluation:\n  normal_window: 2h",
             "rca.yml:3: evaluation: window must be at least normal_window + anomalous_window = 2h10m, not 1h"},
        Case{"evaluation:\n  window: 10m",
             "rca.yml:3: evaluation.window: must be at least normal_window + anomalous_window = 40m, not 10m"},
        Case{"evaluation: {rate_range: 4s}", "rca.yml:2: evaluation.rate_range: must be at least step = 5s, not 4s"},
        Case{"evaluation: {step: 100ms, window: 1d}",
             "rca.yml:2: evaluation.step: must be at least window / 100000 rows"},
        Case{"methods: [bario]", "rca.yml:2: methods[0]: unknown method, did you mean \"baro\"?"},
        Case{"methods: [baro, baro]", "rca.yml:2: methods[1]: the method \"baro\" appears twice"},
        Case{"methods: []", "rca.yml:2: methods: must not be empty"},
        Case{"methods: baro", "rca.yml:2: methods: must be a list, not \"baro\""},
        Case{"catalog: {exporters: [vlm]}",
             "rca.yml:2: catalog.exporters[0]: there is no built-in catalogue of this name, did you mean \"vllm\"?"},
        Case{"catalog: {files: [/nonexistent/x.yml]}",
             "rca.yml:2: catalog.files[0]: the file /nonexistent/x.yml cannot be opened: No such file or directory"},
        Case{"catalog: {builtin: false}", "rca.yml:2: catalog: builtin is false and there are no files"},
        Case{"catalog: {match: '__name__=\"x\"'}",
             "rca.yml:2: catalog.match: bad condition \"__name__=\\\"x\\\"\": a condition on the metric name is not "
             "allowed here"},
        Case{"catalog: {match: '{}'}", "rca.yml:2: catalog.match: bad condition \"{}\": there is no condition"},
        Case{"entities: [{regex: '(a', replacement: x}]",
             "rca.yml:2: entities[0].regex: bad regex \"(a\": missing ): (a"},
        Case{"entities: [{regex: '(a)', replacement: $2}]",
             "rca.yml:2: entities[0].replacement: the regex has no group \"2\"; ${1}x is group 1 followed by x"},
        Case{"entities: [{regex: a}]", "rca.yml:2: entities[0]: the key \"replacement\" is missing"},
        Case{"peer_groups: [{name: a, entities: '['}]",
             "rca.yml:2: peer_groups[0].entities: bad regex \"[\": missing ]: ["},
        Case{"peer_groups: [{name: a, entities: b}, {name: a, entities: c}]",
             "rca.yml:2: peer_groups[1].name: the peer group \"a\" appears twice"},
        Case{"graph: {calls: [{source: a, target: a}]}", "rca.yml:2: graph.calls[0]: an entity does not call itself"},
        Case{"graph: {calls: [{source: a}]}", "rca.yml:2: graph.calls[0]: the key \"target\" is missing"},
        Case{"slos: [{sli: throughput, threshold: 1}]", "rca.yml:2: slos[0]: the key \"name\" is missing"},
        Case{"slos: [{name: 'a/b', sli: throughput, threshold: 1}]",
             "rca.yml:2: slos[0].name: must be made of at most 63 letters, digits, \"_\", \"-\" and \".\", since it is "
             "part of URLs"},
        Case{"slos: [{name: a, sli: ttft, threshold: 1}]",
             "rca.yml:2: slos[0].sli: must be one of time_to_first_token, inter_token_latency, end_to_end_latency, "
             "error_ratio, availability, throughput, quality, quality_defect, not \"ttft\""},
        Case{"slos: [{name: a, sli: throughput, threshold: 0}]",
             "rca.yml:2: slos[0].threshold: must be greater than 0"},
        Case{"slos: [{name: a, sli: throughput, threshold: fast}]",
             "rca.yml:2: slos[0].threshold: must be a number at least 0, not \"fast\""},
        Case{"slos: [{name: a, sli: availability, threshold: 99}]",
             "rca.yml:2: slos[0].threshold: must be a number from 0 to 1, not \"99\""},
        Case{"slos: [{name: a, sli: throughput, threshold: 1, quantile: 0.5}]",
             "rca.yml:2: slos[0].quantile: only the latencies have a quantile"},
        Case{"slos: [{name: a, sli: end_to_end_latency, threshold: 1, quantile: 1}]",
             "rca.yml:2: slos[0].quantile: must be between 0 and 1, both excluded"},
        Case{"slos: [{name: a, sli: end_to_end_latency, threshold: 1, min_request_rate: 1}]",
             "rca.yml:2: slos[0].min_request_rate: only throughput has a min_request_rate"},
        Case{"slos: [{name: a, sli: throughput, threshold: 1}, {name: a, sli: throughput, threshold: 2}]",
             "rca.yml:2: slos[1]: the SLO \"a\" appears twice"},
        Case{"incidents: {resolve_ratio: 2}",
             "rca.yml:2: incidents.resolve_ratio: must be a number from 0.01 to 1, not \"2\""},
        Case{"incidents: {top_k: 0}", "rca.yml:2: incidents.top_k: must be a whole number from 1 to 1000, not \"0\""},
        Case{"web: {enable_write: yes}", "rca.yml:2: web.enable_write: must be true or false, not \"yes\""},
        Case{"store: {path: [a]}", "rca.yml:2: store.path: must be a text, not a list"}));

class SourceMistakes : public testing::TestWithParam<Case> {};
TEST_P(SourceMistakes, AreNamed) {
  EXPECT_EQ(source_mistakes(GetParam().text), std::string("/nowhere/rca.yml:1: ") + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Config, SourceMistakes,
    testing::Values(
        Case{"name: a", "sources[0]: the key \"url\" is missing"},
        Case{"url: 'http://h/', nonsense: 1",
             "sources[0].nonsense: unknown key; known are url, name, dialect, streamed, headers, "
             "basic_auth, bearer_token_file, tls_config, timeout, connect_timeout, retries, concurrency, "
             "queries_per_request, limits"},
        Case{"url: 'ftp://h/read'", "sources[0].url: the URL must start with http:// or https://"},
        Case{"url: 'http://h:99999/'",
             "sources[0].url: not a URL: \"http://h:99999/\" (Port number was not a decimal "
             "number between 0 and 65535)"},
        Case{"url: 'http://u:p@h/'", "sources[0].url: must not hold credentials; use basic_auth"},
        Case{"url: 'http://h/#x'", "sources[0].url: must not have a fragment (#…)"},
        Case{"url: 'http://h/', dialect: prom",
             "sources[0].dialect: must be one of prometheus, influxdb, deepflow, not \"prom\""},
        Case{"url: 'http://h/', dialect: influxdb, streamed: true",
             "sources[0].streamed: this dialect has no streamed answers; leave the key out"},
        Case{"url: 'http://h/', headers: {'a b': c}", "sources[0].headers.a b: not the name of an HTTP header"},
        Case{"url: 'http://h/', headers: {a: \"b\\r\\nc: d\"}",
             "sources[0].headers.a: the value holds a control character"},
        Case{"url: 'http://h/', headers: {Authorization: x}",
             "sources[0].headers.Authorization: this header is set by the client; use basic_auth or bearer_token_file"},
        Case{"url: 'http://h/', headers: {Content-Type: x}",
             "sources[0].headers.Content-Type: this header is set by the client"},
        Case{"url: 'http://h/', basic_auth: {password: x}", "sources[0].basic_auth: the key \"username\" is missing"},
        Case{"url: 'http://h/', basic_auth: {username: x}",
             "sources[0].basic_auth: password or password_file is missing"},
        Case{"url: 'http://h/', basic_auth: {username: 'x:y', password: z}",
             "sources[0].basic_auth.username: must not hold a colon"},
        Case{"url: 'http://h/', basic_auth: {username: x, password_file: pw}",
             "sources[0].basic_auth.password_file: the file /nowhere/pw cannot be opened: No such file or directory"},
        Case{"url: 'http://h/', bearer_token_file: /etc/hostname, basic_auth: {username: x, password: y}",
             "sources[0].bearer_token_file: basic_auth is given too; only one of them may be"},
        Case{"url: 'http://h/', tls_config: {cert_file: /etc/hostname}",
             "sources[0].tls_config: cert_file and key_file belong together; only one of them is given"},
        Case{"url: 'http://h/', tls_config: {ca_file: ca.pem}",
             "sources[0].tls_config.ca_file: the file /nowhere/ca.pem cannot be opened: No such file or directory"},
        Case{"url: 'http://h/', retries: {min_backoff: 6s}",
             "sources[0].retries: min_backoff must not be over max_backoff"},
        Case{"url: 'http://h/', retries: {max_attempts: 0}",
             "sources[0].retries.max_attempts: must be a whole number from 1 to 100, not \"0\""},
        Case{"url: 'http://h/', concurrency: many",
             "sources[0].concurrency: must be a whole number from 1 to 256, not \"many\""},
        Case{"url: 'http://h/', limits: {bytes: 5 MB}",
             "sources[0].limits.bytes: must be a size such as 1048576 or 64MB, not \"5 MB\""},
        Case{"url: 'http://h/', limits: {frame_bytes: 2GB}",
             "sources[0].limits.frame_bytes: must be a size of 1024 to 1073741824 bytes, not \"2GB\""},
        Case{"url: 'http://h/'}, {url: 'http://h/x'",
             "sources[1]: the source name \"h\" appears twice; give each a name"}));

TEST(ConfigMistakes, AllAreFoundAtOnceInFileOrder) {
  EXPECT_EQ(mistakes("slos: [{name: a, sli: throughput, threshold: -1}]\n"
                     "evaluation:\n"
                     "  step: fast\n"
                     "  interval: 0s\n"
                     "nonsense: 1\n"),
            "rca.yml:2: slos[0].threshold: must be a number at least 0, not \"-1\"\n"
            "rca.yml:4: evaluation.step: must be a duration such as 5s or 1h30m, not \"fast\"\n"
            "rca.yml:5: evaluation.interval: must be a duration from 1s to 1d, not \"0s\"\n"
            "rca.yml:6: nonsense: unknown key; known are evaluation, methods, sources, catalog, entities, peer_groups, "
            "graph, slos, audit, incidents, drift, spc, store, web");
}

TEST(ConfigMistakes, SourcesAreNeeded) {
  EXPECT_EQ(to_string(parse_config("", "rca.yml").diagnostics), "rca.yml: the key \"sources\" is missing");
  EXPECT_EQ(to_string(parse_config("sources: []", "rca.yml").diagnostics),
            "rca.yml:1: sources: must list at least one source");
  EXPECT_EQ(to_string(parse_config("just text", "rca.yml").diagnostics), "rca.yml:1: must be a map, not \"just text\"");
}

TEST(ConfigMistakes, AFileThatIsNotThereIsOne) {
  const ConfigResult result = load_config("/nonexistent/rca.yml");
  EXPECT_FALSE(result.config.has_value());
  EXPECT_EQ(to_string(result.diagnostics), "/nonexistent/rca.yml: cannot be opened: No such file or directory");
}

TEST(ConfigMistakes, MethodsPassWhereTheCallerKnowsNone) {
  EXPECT_EQ(to_string(parse_config("sources: [{url: 'http://h/'}]\nmethods: [x]", "rca.yml").diagnostics), "");
}

}  // namespace
}  // namespace exporter
