#include "exporter/web/http.h"

#include <gtest/gtest.h>

namespace exporter {
namespace {

TEST(AcceptsGzip, FollowsTheHeader) {
  for (const char* yes :
       {"gzip", "GZIP", "x-gzip", "deflate, gzip", "gzip;q=1.0", "gzip ; q=0.5, identity", "*", "br,*;q=0.1"}) {
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  }
  for (const char* no :
       {"", "identity", "deflate", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "gzippy", ",;,"}) {
    EXPECT_FALSE(accepts_gzip(no)) << no;
  }
}

TEST(QueryValue, DecodesTheFirstOfItsName) {
  EXPECT_EQ(query_value("format=json", "format"), "json");
  EXPECT_EQ(query_value("a=1&format=x%20y+z&format=2", "format"), "x y z");
  EXPECT_EQ(query_value("for%6dat=%4a", "format"), "J");
  EXPECT_EQ(query_value("format", "format"), "");
  EXPECT_EQ(query_value("formats=1", "format"), "");
  EXPECT_EQ(query_value("format=%", "format"), "%");
  EXPECT_EQ(query_value("format=%4", "format"), "%4");
  EXPECT_EQ(query_value("format=%zz", "format"), "%zz");
  EXPECT_EQ(query_value("", "format"), "");
}

TEST(DecodePath, DecodesPercentAndNothingElse) {
  EXPECT_EQ(decode_path("/api/v1/incidents/a%2Db+c%20d"), "/api/v1/incidents/a-b+c d");
  EXPECT_EQ(decode_path("/%00metrics"), std::string("/\0metrics", 9));
  EXPECT_EQ(decode_path("/%2"), "/%2");
}

TEST(EscapeHtml, LeavesNoMarkup) {
  EXPECT_EQ(escape_html("<a href=\"x\" title='y'>&</a>"),
            "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;");
}

TEST(JsonError, IsJsonWhateverTheSentence) {
  EXPECT_EQ(json_error(400, "a \"b\"\n\xff").body, "{\"error\":\"a \\\"b\\\"\\n\xef\xbf\xbd\"}\n");
}

}  // namespace
}  // namespace exporter
