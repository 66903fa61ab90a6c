#include "exporter/web/auth.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace exporter {
namespace {

using Verdict = Authenticator::Verdict;

// bcrypt of "secret" and "other", of the lowest cost so that the tests are quick.
constexpr const char* kSecret = "$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
constexpr const char* kOther = "$2b$04$zyxwvutsrqponmlkjihgfeoEG75ieRiMxivbt62jo80oWmRUDHZ.e";

std::string base64(const std::string& text) {
  constexpr const char* kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8 | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k > text.size() ? '=' : kDigits[bits >> (18 - 6 * k) & 63];
    }
  }
  return out;
}

std::string basic(const std::string& user, const std::string& password) {
  return "Basic " + base64(user + ":" + password);
}

TEST(Authenticator, WithoutUsersEverybodyMay) {
  Authenticator auth(WebConfig{});
  EXPECT_FALSE(auth.enabled());
  EXPECT_EQ(auth.check(""), Verdict::granted);
  EXPECT_EQ(auth.check("rubbish"), Verdict::granted);
}

TEST(Authenticator, TakesTheRightPasswordOnly) {
  Authenticator auth(WebConfig{{{"alice", kSecret}, {"bob", kOther}}});
  EXPECT_TRUE(auth.enabled());
  // Twice each: the second answer comes from what is remembered.
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(auth.check(basic("alice", "secret")), Verdict::granted);
    EXPECT_EQ(auth.check(basic("bob", "other")), Verdict::granted);
    EXPECT_EQ(auth.check("bAsIc   " + base64("alice:secret")), Verdict::granted);
    EXPECT_EQ(auth.check(basic("alice", "other")), Verdict::denied);
    EXPECT_EQ(auth.check(basic("alice", "secre")), Verdict::denied);
    EXPECT_EQ(auth.check(basic("alice", "secret2")), Verdict::denied);
    EXPECT_EQ(auth.check(basic("alice", "")), Verdict::denied);
    EXPECT_EQ(auth.check(basic("", "")), Verdict::denied);
    EXPECT_EQ(auth.check(basic("bob", "secret")), Verdict::denied);
    EXPECT_EQ(auth.check(basic("carol", "secret")), Verdict::denied);
    EXPECT_EQ(auth.check(basic("Alice", "secret")), Verdict::denied);
  }
}

TEST(Authenticator, DeniesEveryHeaderThatIsNone) {
  Authenticator auth(WebConfig{{{"alice", kSecret}}});
  for (const std::string& header :
       {std::string(), std::string("Basic"), std::string("Basic "), std::string("Bearer abc"),
        "Basi " + base64("alice:secret"), std::string("Basic !!!!"), std::string("Basic YWxpY2U"),
        "Basic " + base64("alice secret"), "Basic " + base64(std::string("alice:secret\0x", 14)),
        basic("alice", std::string(2000, 'x')), basic(std::string(1 << 20, 'a'), "secret"),
        std::string("Basic ====")}) {
    EXPECT_EQ(auth.check(header), Verdict::denied) << header.substr(0, 50);
  }
}

TEST(Authenticator, ManyThreadsAtOnce) {
  Authenticator auth(WebConfig{{{"alice", kSecret}, {"bob", kOther}}});
  ASSERT_EQ(auth.check(basic("alice", "secret")), Verdict::granted);
  std::atomic<int> wrong{0};
  std::atomic<int> denied_known{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 10; ++round) {
        // Somebody guesses passwords; that keeps nobody out whose password is known.
        if (i % 2 == 0 && auth.check(basic("bob", "guess" + std::to_string(round))) == Verdict::granted) ++wrong;
        if (i % 2 == 1 && auth.check(basic("alice", "secret")) != Verdict::granted) ++denied_known;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(denied_known, 0);
}

TEST(Authenticator, WhoGuessesInManyConnectionsIsPutOff) {
  // A cost that takes a while, so that the others pile up.
  Authenticator auth(WebConfig{{{"alice", "$2y$10$abcdefghijklmnopqrstuuqflPDzB6gcMhKa1rZqKiun2YGL5sa2u"}}});
  std::atomic<int> busy{0};
  std::atomic<int> denied{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 40; ++i) {
    threads.emplace_back([&, i] {
      const Verdict verdict = auth.check(basic("alice", "guess" + std::to_string(i)));
      ++(verdict == Verdict::busy ? busy : denied);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(busy + denied, 40);
  EXPECT_GT(busy, 0);
  EXPECT_GT(denied, 0);
  EXPECT_EQ(auth.check(basic("alice", "secret")), Verdict::granted);
}

}  // namespace
}  // namespace exporter
