// Writing metrics: exporters describe families and samples, a sink turns them into text.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/labels.h"
#include "tests/testbed/llmsim/histogram.h"

namespace llmsim {

enum class MetricType { counter, gauge, histogram, untyped };

// a="b",c="d", escaped as the text format 0.0.4 asks; without braces.
std::string label_text(std::initializer_list<std::pair<std::string_view, std::string_view>> labels);
// As an exporter writes it: the shortest text that reads back as the same double; integers without an exponent.
void append_value(std::string& out, double value);

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void family(std::string_view name, MetricType type, std::string_view help) = 0;
  // `labels` as label_text gives them, may be empty.
  virtual void sample(std::string_view name, std::string_view labels, double value) = 0;
  // `le` labels go last.
  void histogram(std::string_view name, std::string_view labels, const Histogram& histogram);

  // One family with one sample.
  void one(std::string_view name, MetricType type, std::string_view help, std::string_view labels, double value) {
    family(name, type, help);
    sample(name, labels, value);
  }

 private:
  std::string name_;  // scratch
  std::string labels_;
};

// Families of one series each that all have the same labels. Both parts of it must outlive it.
class Labelled {
 public:
  Labelled(Sink& sink, const std::string& labels) : sink_(&sink), labels_(&labels) {}

  template <typename Number>
  void gauge(std::string_view name, std::string_view help, Number value) const {
    sink_->one(name, MetricType::gauge, help, *labels_, static_cast<double>(value));
  }
  template <typename Number>
  void counter(std::string_view name, std::string_view help, Number value) const {
    sink_->one(name, MetricType::counter, help, *labels_, static_cast<double>(value));
  }
  void histogram(std::string_view name, std::string_view help, const Histogram& value) const {
    sink_->family(name, MetricType::histogram, help);
    sink_->histogram(name, *labels_, value);
  }

 private:
  Sink* sink_;
  const std::string* labels_;
};

// Text format 0.0.4, as a scrape gets it.
class TextSink : public Sink {
 public:
  void family(std::string_view name, MetricType type, std::string_view help) override;
  void sample(std::string_view name, std::string_view labels, double value) override;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// The labels that Prometheus would give a sample on scraping, __name__ included: those of the sample (`labels` as
// label_text gives them) and of the target. A label of the sample that collides with one of the target is kept as
// exported_…, or wins when `honor_labels` is set.
rca::Labels scraped_labels(std::string_view name, std::string_view labels, const rca::Labels& target_labels,
                           bool honor_labels);

// What keeps the samples of one target's scrapes.
class ScrapeSink : public Sink {
 public:
  [[nodiscard]] virtual std::size_t samples() const = 0;  // of the scrape under way
};

// OpenMetrics lines with a timestamp and with the labels that Prometheus would have attached on scraping. A label of
// the sample that collides with one of the target is kept as exported_…, or wins when `honor_labels` is set.
class HistorySink : public ScrapeSink {
 public:
  HistorySink(const rca::Labels& target_labels, bool honor_labels);
  // Starts a scrape at `unix_time`, written to `out`, which must live until the next.
  void start(double unix_time, std::string& out);
  void family(std::string_view, MetricType, std::string_view) override {}
  void sample(std::string_view name, std::string_view labels, double value) override;
  [[nodiscard]] std::size_t samples() const override { return position_; }

 private:
  [[nodiscard]] std::string merge(std::string_view name, std::string_view labels) const;

  // Scrapes repeat the same series in the same order, so each position remembers what it wrote.
  struct Line {
    std::string name, labels, prefix;
  };
  rca::Labels target_labels_;
  bool honor_labels_;
  std::vector<Line> lines_;
  std::size_t position_ = 0;
  std::string timestamp_;
  std::string* out_ = nullptr;
};

}  // namespace llmsim
