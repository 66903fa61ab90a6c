// llmsim: a simulated LLM serving stack with the exporters of the real one. See docs/testbed.md.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <csignal>
#include <iostream>

#include "tests/testbed/llmsim/history.h"
#include "tests/testbed/llmsim/parse.h"
#include "tests/testbed/llmsim/scrape_config.h"
#include "tests/testbed/llmsim/server.h"

namespace llmsim {
namespace {

struct Options {
  SimConfig sim;
  std::vector<std::string> exporters;
  int base_port = 18100;
  std::string history, history_file, duration, start, scrape_interval = "5s", step = "5s";
  std::string burst_seconds = "10s", burst_period = "60s", swing_period = "1h";
  std::string out;
  std::vector<std::string> faults;
  double missing_scrapes = 0;
};

std::string check_duration(const std::string& text) {
  const auto parsed = parse_duration(text);
  return parsed ? "" : parsed.error().message;
}

void add_load_options(CLI::App& app, Options& o) {
  const std::map<std::string, Arrival> arrivals = {
      {"constant", Arrival::constant}, {"poisson", Arrival::poisson}, {"burst", Arrival::burst}};
  const std::map<std::string, Lengths> lengths = {{"fixed", Lengths::fixed}, {"lognormal", Lengths::lognormal}};
  const std::map<std::string, Routing> routings = {{"power-of-two", Routing::power_of_two},
                                                   {"least-outstanding", Routing::least_outstanding},
                                                   {"round-robin", Routing::round_robin},
                                                   {"session-affinity", Routing::session_affinity}};
  app.add_option("--routing", o.sim.routing, "How the proxy picks a replica")
      ->transform(CLI::CheckedTransformer(routings));
  app.add_option("--seed", o.sim.seed, "Seed; the same seed gives the same bytes");
  app.add_option("--replicas", o.sim.replicas, "Replicas of the model, the Ray head's included")
      ->check(CLI::Range(1, 64));
  app.add_option("--arrival", o.sim.arrival, "Arrival process")->transform(CLI::CheckedTransformer(arrivals));
  app.add_option("--rate", o.sim.rate, "Requests per second, on average")->check(CLI::Range(0.01, 10000.0));
  app.add_option("--users", o.sim.users, "Most requests under way at once")->check(CLI::Range(1, 1000000));
  app.add_option("--burst-factor", o.sim.burst_factor, "Rate in a burst / rate outside it")
      ->check(CLI::Range(1.0, 1000.0));
  app.add_option("--burst-length", o.burst_seconds, "Length of a burst")->check(check_duration);
  app.add_option("--burst-period", o.burst_period, "From burst to burst")->check(check_duration);
  app.add_option("--swing", o.sim.swing, "Slow swing of the rate, relative amplitude")->check(CLI::Range(0.0, 1.0));
  app.add_option("--swing-period", o.swing_period, "Period of the swing")->check(check_duration);
  app.add_option("--lengths", o.sim.lengths, "Token lengths")->transform(CLI::CheckedTransformer(lengths));
  app.add_option("--prompt-tokens", o.sim.prompt_tokens, "Prompt tokens (the median)")->check(CLI::Range(1, 4000));
  app.add_option("--output-tokens", o.sim.output_tokens, "Output tokens (the median)")->check(CLI::Range(1, 4000));
  app.add_option("--shared-prefix", o.sim.shared_prefix_tokens, "System prompt in front of every prompt, tokens")
      ->check(CLI::Range(0, 4000));
  app.add_option("--multi-turn", o.sim.multi_turn, "Share of requests that continue a conversation")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--kv-blocks", o.sim.kv_blocks, "KV cache of a replica, blocks of 16 tokens")
      ->check(CLI::Range(1024, 10000000));
  app.add_option("--max-num-seqs", o.sim.max_num_seqs, "Most requests in one batch")->check(CLI::Range(1, 4096));
  app.add_option("--token-budget", o.sim.token_budget, "Most tokens in one iteration")->check(CLI::Range(16, 65536));
}

void add_exporters_option(CLI::App& app, Options& o) {
  std::vector<std::string> names;
  for (const ExporterType& type : exporter_types()) names.push_back(type.job);
  app.add_option("--exporters", o.exporters, "Only these, separated by commas (default: all)")
      ->delimiter(',')
      ->check(CLI::IsMember(names));
}

int fail(const rca::Error& error) {
  std::cerr << "llmsim: " << error.message << "\n";
  return 1;
}

double value_of(const std::string& duration) {
  return parse_duration(duration).value();  // checked by the parser of the command line
}

void complete(Options& o) {
  o.sim.burst_seconds = value_of(o.burst_seconds);
  o.sim.burst_period = std::max(o.sim.burst_seconds, value_of(o.burst_period));
  o.sim.swing_period = value_of(o.swing_period);
}

// --stack=full stands for another load as well, unless the command line says otherwise; so it is read first.
void preset_stack(int argc, char** argv, Options& o) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const bool next = argument == "--stack" && i + 1 < argc && std::string_view(argv[i + 1]) == "full";
    if (argument == "--stack=full" || next) o.sim = full_stack_config();
  }
}

void add_stack_option(CLI::App& app, Options& o) {
  const std::map<std::string, Stack> stacks = {{"reference", Stack::reference}, {"full", Stack::full}};
  app.add_option("--stack", o.sim.stack,
                 "reference: nginx and replicas; full: gateway, application, stores, tools and tenants, and their load")
      ->transform(CLI::CheckedTransformer(stacks));
}

// Whole milliseconds, as Prometheus stores times.
double wall_clock_ms() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<double>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count()) / 1000;
}

rca::Result<void> plan_faults(Simulation& simulation, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    RCA_ASSIGN(const FaultPlan plan, parse_fault_plan(text));
    RCA_TRY(simulation.plan_fault(plan.type, plan.target, plan.at, plan.duration, plan.parameters));
  }
  return {};
}

rca::Result<void> write_past(Simulation& simulation, std::vector<Target>& targets, const HistoryOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  RCA_ASSIGN(const HistoryStats stats, write_history(simulation, targets, options));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::cerr << "llmsim: wrote " << stats.samples << " samples of " << stats.scrapes << " scrapes ("
            << stats.bytes / 1000000 << " MB) to " << options.file << " in " << std::round(seconds * 10) / 10 << " s\n";
  return {};
}

int run_history(Options& o) {
  complete(o);
  const double duration = value_of(o.duration);
  o.sim.start = std::floor(wall_clock_ms()) - duration;
  if (!o.start.empty()) {
    const auto start = parse_time(o.start);
    if (!start) return fail(start.error());
    o.sim.start = *start;
  }
  Simulation simulation(o.sim);
  if (const auto planned = plan_faults(simulation, o.faults); !planned) return fail(planned.error());
  std::vector<Target> targets = make_targets(simulation.topology(), o.exporters);
  const auto written =
      write_past(simulation, targets,
                 {.duration = duration, .step = value_of(o.step), .missing_scrapes = o.missing_scrapes, .file = o.out});
  if (!written) return fail(written.error());
  return 0;
}

int run_serve(Options& o) {
  complete(o);
  const double past = o.history.empty() ? 0 : value_of(o.history);
  o.sim.start = wall_clock_ms() - past;
  auto simulation = std::make_unique<Simulation>(o.sim);
  if (const auto planned = plan_faults(*simulation, o.faults); !planned) return fail(planned.error());
  std::vector<Target> targets = make_targets(simulation->topology(), o.exporters);
  if (past > 0) {
    const auto written = write_past(*simulation, targets,
                                    {.duration = past, .step = value_of(o.scrape_interval), .file = o.history_file});
    if (!written) return fail(written.error());
  }
  // A shell that starts us in the background has SIGINT ignored, and then it would never arrive.
  static_cast<void>(std::signal(SIGINT, SIG_DFL));
  // Signals are waited for here, so no thread of the server may take them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  LiveStack stack(std::move(simulation), std::move(targets));
  auto server = Server::start(stack, o.base_port);
  if (!server) return fail(server.error());
  std::cerr << "llmsim: serving on http://127.0.0.1:" << o.base_port << "/\n";
  const timespec tick{.tv_sec = 0, .tv_nsec = 200'000'000};
  while (sigtimedwait(&signals, nullptr, &tick) < 0) stack.tick();
  return 0;
}

int run_scrape_config(const Options& o) {
  const Topology topology = make_topology(o.sim.replicas, o.sim.stack);
  std::cout << scrape_config(make_targets(topology, o.exporters), o.base_port, o.scrape_interval);
  return 0;
}

int run(int argc, char** argv) {
  CLI::App app{"A simulated LLM serving stack with the exporters of the real one"};
  app.require_subcommand(1);
  Options o;
  preset_stack(argc, argv, o);
  CLI::App* serve = app.add_subcommand("serve", "Serve the exporters in real time");
  CLI::App* history = app.add_subcommand("history", "Write the past as OpenMetrics for promtool");
  CLI::App* config = app.add_subcommand("scrape-config", "Print the scrape_configs for prometheus.yml");

  for (CLI::App* command : {serve, history}) {
    add_load_options(*command, o);
    command
        ->add_option("--fault", o.faults,
                     "TYPE,target=NAME,at=DURATION,for=DURATION[,PARAMETER=NUMBER]; may be given often")
        ->allow_extra_args(false);
  }
  for (CLI::App* command : {serve, history, config}) {
    add_exporters_option(*command, o);
    add_stack_option(*command, o);
  }
  for (CLI::App* command : {serve, config}) {
    command->add_option("--base-port", o.base_port, "Control port; the exporters follow it")
        ->check(CLI::Range(1, 65500));
    command->add_option("--scrape-interval", o.scrape_interval, "Of the history and the configuration")
        ->check(check_duration);
  }
  config->add_option("--replicas", o.sim.replicas, "As for serve")->check(CLI::Range(1, 64));

  CLI::Option* past =
      serve->add_option("--history", o.history, "Simulate this much of the past first")->check(check_duration);
  CLI::Option* past_file = serve->add_option("--history-file", o.history_file, "Where to write that past");
  past->needs(past_file);
  past_file->needs(past);

  history->add_option("--duration", o.duration, "How much")->required()->check(check_duration);
  history->add_option("--step", o.step, "Scrape interval")->check(check_duration);
  history->add_option("--out", o.out, "File to write")->required();
  history->add_option("--start", o.start, "Unix or RFC 3339 time of the beginning (default: the duration ago)");
  history->add_option("--missing-scrapes", o.missing_scrapes, "Share of scrapes that fail")
      ->check(CLI::Range(0.0, 1.0));

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  if (history->parsed()) return run_history(o);
  if (serve->parsed()) return run_serve(o);
  return run_scrape_config(o);
}

}  // namespace
}  // namespace llmsim

int main(int argc, char** argv) {
  try {
    return llmsim::run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "llmsim: " << error.what() << "\n";
    return 1;
  }
}
