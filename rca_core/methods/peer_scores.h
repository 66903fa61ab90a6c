// Difference in differences among peers: what the method peer_deviation and the evidence "peers" share. The formula and
// its reasons stand in peer_deviation.cc.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "rca_core/frame/frame.h"
#include "rca_core/methods/scoring.h"

namespace rca {

struct PeerScore {
  SignalScore score;
  std::size_t peers = 0;
  double lowest_peer_shift = 0;  // in deviations
  double highest_peer_shift = 0;
};

// One per signal that has peers (the same peer_group and role) with values in both windows, groups in the order of the
// frame; empty: there are none.
std::vector<PeerScore> peer_scores(const Frame& frame, const Windows& windows);

// " while its 2 peers stayed within ±1.2", in deviations of the score.
std::string describe_peers(const PeerScore& score);

}  // namespace rca
