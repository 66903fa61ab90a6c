#include "exporter/pipeline/log.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

TEST(Log, LogfmtQuotesWhatNeedsIt) {
  EXPECT_EQ(logfmt_fields("it failed", {{"reason", "timeout"}, {"error", "a \"b\" = c\\d\n\x1b[31m"}, {"empty", ""}}),
            R"(msg="it failed" reason=timeout error="a \"b\" = c\\d\n\x1b[31m" empty="")");
}

TEST(Log, JsonEscapesAndReplacesWhatIsNoUtf8) {
  EXPECT_EQ(json_fields("it", {{"key", "a\"b\n"}, {"bytes", "\xff"}}),
            "\"msg\":\"it\",\"key\":\"a\\\"b\\n\",\"bytes\":\"\xEF\xBF\xBD\"");
}

TEST(Log, UnknownLevelsAndFormatsAreRefused) {
  EXPECT_EQ(init_logging("loud", "logfmt").error().message,
            "unknown log level 'loud', it is one of debug, info, warn, error");
  EXPECT_EQ(init_logging("info", "xml").error().message, "unknown log format 'xml', it is one of logfmt, json");
}

}  // namespace
}  // namespace exporter
