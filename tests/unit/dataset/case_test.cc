#include "exporter/dataset/case.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "exporter/dataset/walk.h"
#include "tests/support/temp_dir.h"

namespace exporter::dataset {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Files = std::map<std::string, std::string, std::less<>>;

// Ten rows at 5 s from 1000 s, the fault at 1030 s.
Files small_case() {
  Files files;
  std::string data = "time,web_latency-90,web_latency-50,web_cpu,cart_cpu,cart_pod_name,cart-db_cpu\n";
  for (int i = 0; i < 10; ++i) {
    data += std::to_string(1000 + 5 * i) + "," + std::to_string(i) + ",1,2," + (i < 6 ? "1" : "9") + ",cart-x7,3\n";
  }
  files["data.csv"] = data;
  files["inject_time.txt"] = "1030\n";
  files["mpg.csv"] = ",source,destination\n0,web,cart\n1,cart,cart-db\n2,cart,10.0.0.1:10250\n";
  return files;
}

rca::Result<Case> parse(const Files& files, const std::string& folder = "cart_cpu", const Limits& limits = {}) {
  return parse_case(
      "c", folder,
      [&](std::string_view name) -> rca::Result<std::optional<std::string>> {
        const auto it = files.find(name);
        return it == files.end() ? std::optional<std::string>() : it->second;
      },
      limits);
}

std::string message(const rca::Result<Case>& one) {
  return one.ok() ? "no error" : one.error().message;
}

std::vector<std::string> names(const rca::Frame& frame) {
  std::vector<std::string> out;
  for (const rca::Signal& signal : frame.signals) out.push_back(signal.entity + " " + signal.role);
  return out;
}

TEST(Case, GivesAViewWithoutTheTruth) {
  const auto one = parse(small_case());
  ASSERT_TRUE(one.ok()) << message(one);
  const rca::IncidentView view = one->data.view();
  EXPECT_THAT(names(view.frame), ElementsAre("web latency", "web cpu", "cart cpu", "cart-db cpu"));
  EXPECT_EQ(view.frame.grid, (rca::TimeGrid{1'000'000, 5000, 10}));
  EXPECT_EQ(view.onset_row, 6);
  EXPECT_EQ(view.onset_time_ms(), 1'030'000);
  EXPECT_EQ(view.frame.values(5, 2), 1);
  EXPECT_EQ(view.frame.values(6, 2), 9);
  EXPECT_EQ(view.entry, "web");
  EXPECT_EQ(view.sli_column, 0);
  EXPECT_EQ(view.sli_nature, rca::SliNature::latency);
  ASSERT_NE(view.graph, nullptr);
  EXPECT_EQ(view.graph->placed_on(*view.graph->find("cart")).size(), 1U);
  EXPECT_EQ(view.counts, nullptr);
  EXPECT_EQ(view.call_latencies, nullptr);
  EXPECT_THAT(one->truth.services, ElementsAre("cart"));
  EXPECT_EQ(one->truth.fault, "cpu");
}

TEST(Case, TheSliNeverComesFromTheCulprit) {
  // The same bytes with another culprit give the same view.
  const auto other = parse(small_case(), "web_mem");
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(other->data.sli_column, 0);
  Files files = small_case();
  files["mpg.csv"] = "source,destination\ncart,web\n";  // the entry has no latency and no errors
  const auto none = parse(files, "web_latency");
  ASSERT_TRUE(none.ok()) << message(none);
  EXPECT_EQ(none->data.entry, "cart");
  EXPECT_FALSE(none->data.sli_column.has_value());
  files.erase("mpg.csv");  // no graph: no entry, no SLI
  const auto blind = parse(files, "web_latency");
  ASSERT_TRUE(blind.ok());
  EXPECT_EQ(blind->data.view().graph, nullptr);
  EXPECT_FALSE(blind->data.sli_column.has_value());
}

TEST(Case, ReadsTheTruthFile) {
  Files files = small_case();
  files["truth.json"] =
      R"({"service":"cart","services":["cart","web"],"metric":"web_latency-90","fault":"x","sli":"web_latency-90"})";
  const auto one = parse(files, "cart_delay");
  ASSERT_TRUE(one.ok()) << message(one);
  EXPECT_THAT(one->truth.services, ElementsAre("cart", "web"));
  EXPECT_EQ(one->truth.fault, "delay");
  EXPECT_EQ(one->true_signal, "web_latency");
  EXPECT_EQ(one->data.sli_column, 0);
  files["truth.json"] = "{\n\"service\":\n}";
  EXPECT_EQ(message(parse(files)), "c/truth.json:3: is not JSON");
  files["truth.json"] = R"({"service":7})";
  EXPECT_EQ(message(parse(files)), "c/truth.json: 'service' is not a text");
  files["truth.json"] = R"({"service":"cart","size":9e9999})";
  EXPECT_EQ(message(parse(files)), "c/truth.json: holds a number that is too large");
  files["truth.json"] = R"({"service":"cart","services":"cart"})";
  EXPECT_EQ(message(parse(files)), "c/truth.json: 'services' is not a list of texts");
  files["truth.json"] = R"({"service":"cart","services":["cart",3]})";
  EXPECT_EQ(message(parse(files)), "c/truth.json: 'services' is not a list of texts");
  files["truth.json"] = "[]";
  EXPECT_EQ(message(parse(files)), "c/truth.json: is not a JSON object");
  files.erase("truth.json");
  EXPECT_THAT(message(parse(files, "somewhere")), HasSubstr("the service at fault is not known"));
}

TEST(Case, NamesMistakesWithFileAndLine) {
  const std::vector<std::tuple<std::string, std::string, std::string>> mistakes = {
      {"data.csv", "time,a_x\n1000,1\n1040,oops\n", "c/data.csv:3: column 'a_x' holds 'oops', which is not a number"},
      {"data.csv", "time,a_pod_name\n1000,x\n", "c/data.csv:1: no column is a signal"},
      {"data.csv", "time,a,a_value\n1000,1,1\n1040,2,2\n",
       "c/data.csv:1: column 'a_value' is the signal of another column as well"},
      {"inject_time.txt", "", "c/inject_time.txt: is empty"},
      {"inject_time.txt", "noon\n",
       "c/inject_time.txt:1: the time 'noon' is neither a number of seconds since 1970 nor a date"},
      {"inject_time.txt", "1000\n", "c/inject_time.txt:1: the time '1000' has no rows before it"},
      {"inject_time.txt", "1046\n", "c/inject_time.txt:1: the time '1046' has no rows after it"},
      {"mpg.csv", "from,to\n", "c/mpg.csv:1: no columns are called 'source' and 'destination'"},
      {"mpg.csv", "source,destination\nweb,\n", "c/mpg.csv:2: an edge without an end"},
      {"latency_merged_90.csv", "time,web\n1000,1\n",
       "c/latency_merged_90.csv:1: column 'web' is not <caller>_<callee>"},
      {"traces.csv", "traceID,spanID\n", "c/traces.csv:1: no column is called 'serviceName'"},
      {"traces.csv", "traceID,spanID,serviceName,startTime,duration\nt,s,web,1,-5\n",
       "c/traces.csv:2: duration '-5' is not a number of microseconds"},
      {"logs.csv", "container_name,message,timestamp\nweb,\"a\nb\",x\n",
       "c/logs.csv:2: timestamp 'x' is not a number of nanoseconds"},
      {"logts.csv", "time,web\n1000,many\n", "c/logts.csv:2: column 'web' holds 'many', which is not a number"},
  };
  for (const auto& [file, text, expected] : mistakes) {
    Files files = small_case();
    files[file] = text;
    EXPECT_EQ(message(parse(files)), expected);
  }
  Files files = small_case();
  files.erase("inject_time.txt");
  EXPECT_EQ(message(parse(files)), "c/inject_time.txt: is not there");
  files.erase("data.csv");
  EXPECT_EQ(message(parse(files)), "c/data.csv: is not there");
}

TEST(Case, ReadsEventsAndCounts) {
  Files files = small_case();
  files.erase("mpg.csv");
  files["traces.csv"] =
      "traceID,spanID,parentSpanID,serviceName,methodName,operationName,startTime,duration,statusCode\n"
      "t1,s1,root,web,GET /,op,1030000000,7000,200\n"
      "t1,s2,s1,cart,,add,1030000100,5000,503\n";
  files["logs.csv"] = "time,container_name,message,timestamp\n2026,cart,\"error: \"\"full\"\"\",1030000000000\n";
  files["logts.csv"] = "time,web,cart\n1000,1,0\n1005,2,0\n1025,0,4\n";
  files["tracets_err.csv"] = "time,cart_add\n1000,0\n1005,1\n";
  files["latency_merged_90.csv"] = "time,web_cart\n1000,10\n1005,20\n";
  const auto one = parse(files);
  ASSERT_TRUE(one.ok()) << message(one);
  const rca::IncidentView view = one->data.view();
  ASSERT_EQ(view.spans.size(), 2U);
  EXPECT_EQ(view.spans[0].parent_id, "");
  EXPECT_EQ(view.spans[0].operation, "GET /");
  EXPECT_FALSE(view.spans[0].error);
  EXPECT_EQ(view.spans[1].parent_id, "s1");
  EXPECT_EQ(view.spans[1].operation, "add");
  EXPECT_TRUE(view.spans[1].error);
  ASSERT_EQ(view.logs.size(), 1U);
  EXPECT_EQ(view.logs[0].message, "error: \"full\"");
  EXPECT_EQ(view.logs[0].time_ms, 1'030'000);
  ASSERT_NE(view.counts, nullptr);
  EXPECT_EQ(view.counts->logs.grid.rows, 6);
  EXPECT_EQ(view.counts->logs.values(3, 0), 0);  // no line at all in that interval
  EXPECT_EQ(view.counts->logs.values(5, 1), 4);
  EXPECT_EQ(view.counts->logs.signals[1].role, "log_lines");
  EXPECT_EQ(view.counts->span_errors.signals[0].entity, "cart");
  EXPECT_EQ(view.counts->span_errors.signals[0].role, "add");
  ASSERT_NE(view.call_latencies, nullptr);
  EXPECT_EQ(view.call_latencies->edges[0].callee, "cart");
  EXPECT_EQ(view.call_latencies->seconds(1, 0), 20);
  EXPECT_TRUE(std::isnan(view.call_latencies->seconds(9, 0)));
  ASSERT_NE(view.graph, nullptr);  // from the edges
  EXPECT_EQ(view.entry, "web");
}

TEST(Case, BuildsTheGraphFromWhatThereIs) {
  Files files = small_case();
  files.erase("mpg.csv");
  files["data.csv"] = "time,web_latency,cart_latency-from-web,cart_cpu\n1000,1,1,1\n1040,2,2,2\n";
  const auto roles = parse(files);
  ASSERT_TRUE(roles.ok()) << message(roles);
  EXPECT_EQ(roles->data.entry, "web");
  EXPECT_EQ(roles->data.sli_column, 0);
  files["traces.csv"] =
      "traceID,spanID,parentSpanID,serviceName,startTime,duration\nt,2,1,web,5,1\nt,1,,cart,4,9\nu,1,,db,4,9\n";
  const auto spans = parse(files);
  ASSERT_TRUE(spans.ok()) << message(spans);
  EXPECT_EQ(spans->data.entry, "cart");
  EXPECT_FALSE(spans->data.graph->find("db").has_value());
}

TEST(Case, ManyNodesKeepTheirPlacements) {
  Files files = small_case();
  files["mpg.csv"] = "source,destination\n";
  for (int i = 0; i < 100; ++i) {
    files["mpg.csv"] += "pod" + std::to_string(i) + ",node" + std::to_string(i) + ":10250\n";
  }
  const auto one = parse(files);
  ASSERT_TRUE(one.ok()) << message(one);
  const rca::EntityGraph& graph = *one->data.graph;
  for (int i = 0; i < 100; ++i) {
    const auto& nodes = graph.placed_on(graph.find("pod" + std::to_string(i)).value());
    ASSERT_EQ(nodes.size(), 1U) << i;
    EXPECT_EQ(graph.name(nodes[0]), "node" + std::to_string(i) + ":10250");
  }
}

TEST(Case, ReplicasArePeers) {
  Files files = small_case();
  files["data.csv"] =
      "time,ray-0_cpu,ray-1_cpu,ray-2_cpu,db-1_cpu,db-2_cpu,web_cpu\n1000,1,1,1,1,1,1\n1040,1,1,1,1,1,1\n";
  const auto one = parse(files);
  ASSERT_TRUE(one.ok()) << message(one);
  EXPECT_EQ(one->data.frame.signals[0].peer_group, "ray");
  EXPECT_EQ(one->data.frame.signals[2].peer_group, "ray");
  EXPECT_EQ(one->data.frame.signals[3].peer_group, "");  // two are not enough to say that they are alike
  EXPECT_EQ(one->data.frame.signals[5].peer_group, "");
}

TEST(Case, TakesTenThousandColumns) {
  std::string header = "time";
  std::string row;
  for (int i = 0; i < 10'000; ++i) {
    header += ",s" + std::to_string(i) + "_cpu";
    row += ",1";
  }
  Files files = small_case();
  files.erase("mpg.csv");
  files["data.csv"] = header + "\n1000" + row + "\n1040" + row + "\n";
  const auto one = parse(files, "s17_cpu");
  ASSERT_TRUE(one.ok()) << message(one);
  EXPECT_EQ(one->data.frame.values.cols(), 10'000);
}

TEST(Case, KeepsItsLimits) {
  Limits limits;
  limits.edges = 2;
  EXPECT_EQ(message(parse(small_case(), "cart_cpu", limits)), "c/mpg.csv:4: more than 2 edges");
  limits = {};
  limits.events = 1;
  Files files = small_case();
  files["logs.csv"] = "container_name,message,time\na,b,1\na,b,2\n";
  EXPECT_EQ(message(parse(files, "cart_cpu", limits)), "c/logs.csv:3: more than 1 rows");
}

TEST(Walk, FindsCasesAtAnyDepth) {
  const test_support::TempDir dir;
  for (const std::string path : {"deep/er/shop/cart_cpu/1", "deep/er/shop/cart_cpu/2", "shop2/web_mem/1"}) {
    std::filesystem::create_directories(dir.path() / path);
    const auto files = small_case();
    for (const auto& [name, text] : files) (void)dir.write(path + "/" + name, text);
  }
  std::filesystem::rename(dir.path() / "shop2/web_mem/1/data.csv", dir.path() / "shop2/web_mem/1/simple_metrics.csv");
  const auto found = find_cases({dir.path(), dir.path() / "shop2"});
  ASSERT_TRUE(found.ok()) << found.error().message;
  ASSERT_EQ(found->size(), 3U);
  EXPECT_EQ((*found)[0].dataset, "shop");
  EXPECT_EQ((*found)[0].id, "cart_cpu/1");
  EXPECT_EQ((*found)[2].dataset, "shop2");
  const auto one = read_case((*found)[2].path);
  ASSERT_TRUE(one.ok()) << message(one);
  EXPECT_THAT(one->truth.services, ElementsAre("web"));
  EXPECT_EQ(one->truth.fault, "mem");
}

TEST(Walk, SaysWhenThereIsNothing) {
  const test_support::TempDir dir;
  EXPECT_THAT(find_cases({dir.path()}).error().message, HasSubstr("no data.csv"));
  EXPECT_THAT(find_cases({dir.path() / "nowhere"}).error().message, HasSubstr("nowhere: is not a directory"));
}

TEST(Walk, RefusesWhatIsNotAFile) {
  const test_support::TempDir dir;
  std::filesystem::create_directories(dir.path() / "shop/cart_cpu/1/mpg.csv");
  for (const auto& [name, text] : small_case()) {
    if (name != "mpg.csv") (void)dir.write("shop/cart_cpu/1/" + name, text);
  }
  EXPECT_THAT(message(read_case(dir.path() / "shop/cart_cpu/1")), HasSubstr("mpg.csv: is not a readable file"));
  std::filesystem::remove(dir.path() / "shop/cart_cpu/1/mpg.csv");
  Limits limits;
  limits.file_bytes = 10;
  EXPECT_THAT(message(read_case(dir.path() / "shop/cart_cpu/1", limits)), HasSubstr("the limit is 10"));
}

}  // namespace
}  // namespace exporter::dataset
